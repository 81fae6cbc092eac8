import { ChunkedDecoder } from "../wire/chunked-decoder.ts";
import { releaseBytes } from "../wire/release-bytes.ts";
import { BodyError, type BodyFault } from "./inbound.ts";
import type { BodyFraming } from "./request-head.ts";

/** So much memory is taken on a client's word for its body's length; beyond it, only what comes is believed. */
const TRUSTED_BYTES = 1024 * 1024;

/** Never written to: a list is made when there is something to put into it. */
const NO_PIECES: Uint8Array[] = [];

/** Gathers one request's body, or throws it away when nobody wants it. */
export class BodyReader {
  readonly #chunks: ChunkedDecoder | undefined;
  #remaining: number;
  /** What has come, in most cases one piece. */
  #pieces: Uint8Array[] = NO_PIECES;
  /** Where a body of known length is put together once it is asked for. */
  #target: Buffer | undefined;
  #gathered = 0;
  #limitBytes = Number.POSITIVE_INFINITY;
  #waiting: PromiseWithResolvers<Uint8Array> | undefined;
  #isAsked = false;
  #isDiscarding = false;
  #discarded = 0;
  /** The body as it was handed out. */
  #taken: Uint8Array | undefined;
  /** The memory of the latest piece holds what came behind the body, too. */
  #isShared = false;

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
   * Takes bytes of the connection, which are the reader's from now on.
   * @returns what came behind the body; `undefined` when nothing did
   * @throws Error on a malformed chunked body
   */
  push(bytes: Buffer): Buffer | undefined {
    let rest: Buffer | undefined;
    if (this.#chunks !== undefined) {
      rest = this.#chunks.push(bytes);
      this.#isShared = rest !== undefined;
    } else if (bytes.length <= this.#remaining) {
      this.#remaining -= bytes.length;
      this.#gather(bytes);
    } else {
      const size = this.#remaining;
      this.#remaining = 0;
      this.#isShared = true;
      this.#gather(bytes.subarray(0, size));
      rest = bytes.subarray(size);
    }
    if (this.isComplete) {
      this.#waiting?.resolve(this.#take());
      this.#waiting = undefined;
    }
    return rest;
  }

  /**
   * The whole body, at once when it has come. Good until {@link release}.
   * @throws BodyError `too-large`
   */
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
    if (this.#chunks === undefined) {
      this.#openTarget();
    }
    this.#waiting = Promise.withResolvers();
    return this.#waiting.promise;
  }

  /** Nobody wants the body: what still comes of it is counted and thrown away. */
  discard(): void {
    this.#isDiscarding = true;
    this.#pieces = NO_PIECES;
    this.#target = undefined;
  }

  /** Gives back the memory of a body that nobody will look at any more. */
  release(): void {
    if (this.#taken !== undefined && !this.#isShared) {
      releaseBytes(this.#taken);
    }
    this.#taken = undefined;
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
    if (this.#target === undefined) {
      this.#keep(bytes);
    } else {
      this.#append(this.#target, bytes);
    }
  }

  #keep(bytes: Uint8Array): void {
    if (this.#pieces.length === 0) {
      this.#pieces = [bytes];
    } else {
      this.#pieces.push(bytes);
    }
  }

  /** From now on pieces are copied to where they belong, and given back: all of them at the end would be twice the body. */
  #openTarget(): void {
    const pieces = this.#pieces;
    this.#pieces = NO_PIECES;
    const size = this.#gathered + this.#remaining;
    this.#target = Buffer.allocUnsafeSlow(Math.max(this.#gathered, Math.min(size, TRUSTED_BYTES)));
    let at = 0;
    for (const piece of pieces) {
      this.#target.set(piece, at);
      at += piece.length;
      releaseBytes(piece);
    }
  }

  #append(target: Buffer, bytes: Uint8Array): void {
    const start = this.#gathered - bytes.length;
    if (this.#gathered <= target.length) {
      target.set(bytes, start);
    } else {
      const grown = Buffer.allocUnsafeSlow(Math.min(this.#gathered + this.#remaining, this.#gathered * 2));
      target.copy(grown, 0, 0, start);
      releaseBytes(target);
      grown.set(bytes, start);
      this.#target = grown;
    }
    if (!this.#isShared) {
      releaseBytes(bytes);
    }
  }

  #take(): Uint8Array {
    const target = this.#target;
    if (target !== undefined) {
      this.#target = undefined;
      this.#isShared = false;
    }
    this.#taken = target ?? this.#joinPieces();
    return this.#taken;
  }

  #joinPieces(): Uint8Array {
    const pieces = this.#pieces;
    this.#pieces = NO_PIECES;
    const [first] = pieces;
    if (pieces.length === 1 && first !== undefined) {
      return first;
    }
    const whole = Buffer.concat(pieces, this.#gathered);
    for (const piece of this.#isShared ? pieces.slice(0, -1) : pieces) {
      releaseBytes(piece);
    }
    this.#isShared = false;
    return whole;
  }
}

function tooLarge(limitBytes: number): BodyError {
  return new BodyError("too-large", `longer than ${limitBytes} bytes`);
}
