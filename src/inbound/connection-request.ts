import type { HeaderReader, InboundRequest } from "./inbound.ts";
import type { RequestHead } from "./request-head.ts";

/** What a request needs of its connection. */
interface BodySource {
  readonly clientAddress: string | undefined;
  /** Starts to gather the body. */
  startBody(limitBytes: number): Uint8Array | Promise<Uint8Array>;
}

/** A request as handlers see it. */
export class ConnectionRequest implements InboundRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: HeaderReader;
  onGone: (() => void) | undefined = undefined;
  isGone = false;
  readonly #connection: BodySource;

  constructor(head: RequestHead, connection: BodySource) {
    this.method = head.method;
    this.target = head.target;
    this.headers = head.headers;
    this.#connection = connection;
  }

  get clientAddress(): string | undefined {
    return this.#connection.clientAddress;
  }

  readBody(limitBytes: number): Uint8Array | Promise<Uint8Array> {
    return this.#connection.startBody(limitBytes);
  }

  /** Tells the handler that the client has gone. */
  tellGone(): void {
    this.isGone = true;
    this.onGone?.();
  }
}
