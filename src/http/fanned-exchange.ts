import type { BodySink, Exchange, Transport, UpstreamReply, UpstreamRequest } from "../upstream/transport.ts";
import type { HeaderBlock } from "../wire/header-block.ts";

/** Requests of one call that are under way at once. */
const MAX_AT_ONCE = 8;

/** Longest single reply, and all of them together, in bytes. */
const MAX_REPLY_BYTES = 64 * 1024 * 1024;
const MAX_TOTAL_BYTES = 256 * 1024 * 1024;

/**
 * One call that the vendor takes as several: replies whose status is not 200 are the reply of the whole, otherwise its body
 * is the JSON list of all bodies, in order. Made whole before it is told of, as each part may fail.
 */
export class FannedExchange implements Exchange {
  readonly reply: Promise<UpstreamReply>;
  readonly #transport: Transport;
  readonly #open = new Set<Exchange>();
  #isAborted = false;
  #bytesLeft = MAX_TOTAL_BYTES;

  constructor(transport: Transport, requests: readonly UpstreamRequest[]) {
    this.#transport = transport;
    this.reply = this.#sendAll(requests);
  }

  abort(): void {
    this.#isAborted = true;
    for (const exchange of this.#open) {
      exchange.abort();
    }
  }

  async #sendAll(requests: readonly UpstreamRequest[]): Promise<UpstreamReply> {
    const bodies: Uint8Array[] = [];
    let failed: UpstreamReply | undefined;
    let last: UpstreamReply | undefined;
    let next = 0;
    const work = async (): Promise<void> => {
      for (let index = next++; index < requests.length && failed === undefined && !this.#isAborted; index = next++) {
        const reply = await this.#send(requests[index] as UpstreamRequest, bodies, index);
        last = reply;
        failed ??= reply.status >= 300 ? reply : undefined;
      }
    };
    try {
      await Promise.all(Array.from({ length: Math.min(MAX_AT_ONCE, requests.length) }, work));
    } catch (error) {
      this.abort();
      throw error;
    }
    if (failed !== undefined || last === undefined) {
      return failed ?? Promise.reject(new Error("a call was fanned out into nothing"));
    }
    return new JoinedReply(last, joinJson(bodies));
  }

  async #send(request: UpstreamRequest, bodies: Uint8Array[], index: number): Promise<UpstreamReply> {
    const exchange = this.#transport.open(request);
    this.#open.add(exchange);
    try {
      const reply = await exchange.reply;
      const body = await reply.readBody(Math.min(MAX_REPLY_BYTES, this.#bytesLeft));
      this.#bytesLeft -= body.length;
      bodies[index] = body;
      return reply.status >= 300 ? new JoinedReply(reply, body) : reply;
    } finally {
      this.#open.delete(exchange);
    }
  }
}

function joinJson(bodies: readonly Uint8Array[]): Uint8Array {
  const comma = Buffer.from(",");
  const pieces = bodies.flatMap((body, index) => (index === 0 ? [body] : [comma, body]));
  return Buffer.concat([Buffer.from("["), ...pieces, Buffer.from("]")]);
}

/** A reply whose body has been read, or made of several. */
class JoinedReply implements UpstreamReply {
  readonly status: number;
  readonly headers: HeaderBlock;
  readonly #reply: UpstreamReply;
  readonly #body: Uint8Array;

  constructor(reply: UpstreamReply, body: Uint8Array) {
    this.status = reply.status;
    this.headers = reply.headers;
    this.#reply = reply;
    this.#body = body;
  }

  header(name: string): string | undefined {
    return this.#reply.header(name);
  }

  readBody(): Uint8Array {
    return this.#body;
  }

  streamTo(sink: BodySink): void {
    sink.chunk(this.#body);
    sink.end();
  }

  pause(): void {}
  resume(): void {}
}
