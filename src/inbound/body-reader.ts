import { ChunkedDecoder } from "../wire/chunked-decoder.ts";
import { BodyError, type BodyFault } from "./inbound.ts";
import type { BodyFraming } from "./request-head.ts";

/** Gathers one request's body, or throws it away when nobody wants it. */
export class BodyReader {
  readonly #chunks: ChunkedDecoder | undefined;
  #remaining: number;
  #pieces: Uint8Array[] = [];
  #gathered = 0;
  #limitBytes = Number.POSITIVE_INFINITY;
  #waiting: PromiseWithResolvers<Uint8Array> | undefined;
  #isAsked = false;
  #isDiscarding = false;
  #discarded = 0;

  constructor(framing: BodyFraming) {
    this.#remaining = framing.kind === "length" ? framing.bytes : Number.POSITIVE_INFINITY;
    this.#chunks = framing.kind === "chunked" ? new ChunkedDecoder((bytes) => this.#gather(bytes)) : undefined;
  }

  /** Whether the whole body has come. */
  get isComplete(): boolean {
    return this.#chunks === undefined ? this.#remaining === 0 : this.#chunks.isDone;
  }

  /** Bytes that came after nobody wanted them any more. */
  get discardedBytes(): number {
    return this.#discarded;
  }

  /** Bytes that came before anybody asked for them. */
  get unaskedBytes(): number {
    return this.#isAsked || this.#isDiscarding ? 0 : this.#gathered;
  }

  /** Whether somebody waits for the rest of the body. */
  get isWaiting(): boolean {
    return this.#waiting !== undefined;
  }

  /**
   * Takes bytes of the connection.
   * @returns what came behind the body; `undefined` when nothing did
   * @throws Error on a malformed chunked body
   */
  push(bytes: Buffer): Buffer | undefined {
    let rest: Buffer | undefined;
    if (this.#chunks !== undefined) {
      rest = this.#chunks.push(bytes);
    } else if (bytes.length <= this.#remaining) {
      this.#remaining -= bytes.length;
      this.#gather(bytes);
    } else {
      const size = this.#remaining;
      this.#remaining = 0;
      this.#gather(bytes.subarray(0, size));
      rest = bytes.subarray(size);
    }
    if (this.isComplete) {
      this.#waiting?.resolve(this.#take());
      this.#waiting = undefined;
    }
    return rest;
  }

  /** The whole body, at once when it has come. @throws BodyError `too-large` */
  read(limitBytes: number): Uint8Array | Promise<Uint8Array> {
    this.#isAsked = true;
    this.#limitBytes = limitBytes;
    const declared = this.#chunks === undefined ? this.#remaining : 0;
    if (this.#gathered + declared > limitBytes) {
      this.discard();
      throw tooLarge(limitBytes);
    }
    if (this.isComplete) {
      return this.#take();
    }
    this.#waiting = Promise.withResolvers();
    return this.#waiting.promise;
  }

  /** Nobody wants the body: what still comes of it is counted and thrown away. */
  discard(): void {
    this.#isDiscarding = true;
    this.#pieces = [];
  }

  /** The body will not be complete. */
  fail(fault: BodyFault, message: string): void {
    this.#waiting?.reject(new BodyError(fault, message));
    this.#waiting = undefined;
    this.discard();
  }

  #gather(bytes: Uint8Array): void {
    if (this.#isDiscarding) {
      this.#discarded += bytes.length;
      return;
    }
    this.#gathered += bytes.length;
    if (this.#gathered > this.#limitBytes) {
      this.#waiting?.reject(tooLarge(this.#limitBytes));
      this.#waiting = undefined;
      this.discard();
      return;
    }
    this.#pieces.push(bytes);
  }

  #take(): Uint8Array {
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces.length === 1 ? (pieces[0] as Uint8Array) : Buffer.concat(pieces, this.#gathered);
  }
}

function tooLarge(limitBytes: number): BodyError {
  return new BodyError("too-large", `longer than ${limitBytes} bytes`);
}
