const LF = 0x0a;
const CR = 0x0d;

/** An unfinished frame is held back up to this size unless the caller says otherwise. */
const DEFAULT_HELD_BYTES = 1024 * 1024;
/** First size of the buffer for a frame split over chunks; a usual frame fits. */
const FIRST_BUFFER_BYTES = 1024;
const NOTHING = new Uint8Array(0);
/** The engine's own search; twice as fast as the one of `Buffer` on the few hundred bytes of a frame. */
const { indexOf } = Uint8Array.prototype;

/**
 * Takes the frames of a stream, in order. `isWhole`: the bytes are one frame with its blank line. Otherwise they are a
 * piece of a frame beyond the limit, to be passed on unread. The receiver may keep the bytes.
 */
export type OnFrame = (bytes: Uint8Array, isWhole: boolean) => void;

/**
 * Cuts a byte stream into server-sent events, each a frame that ends with its blank line (LF, CRLF or CR line ends).
 * The frames do not depend on how the stream was cut into chunks, and together with the rest that `end` returns they
 * are the stream, byte for byte. A frame inside one chunk is handed out without a copy.
 * Source: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream (read 2026-11-23).
 */
export class SseFrameSplitter {
  readonly #maxHeldBytes: number;
  /** Start of a frame that earlier chunks left unfinished. */
  #held: Buffer | undefined;
  #heldBytes = 0;
  /** No byte of the current line has been seen, so a line end here finishes the frame. */
  #isLineEmpty = true;
  /** The byte before was a CR, which an LF may yet complete. */
  #isAfterCr = false;
  /** That CR was the end of a blank line: the frame is done but for a possible LF. */
  #isFrameDone = false;
  /** Offsets in the current chunk where the next LF and CR stand, as far as they were looked for; kept, as most chunks have no CR. */
  #nextLf = -1;
  #nextCr = -1;
  /** Bytes of the current frame already went out as pieces. */
  #isOversized = false;
  #oversizedFrames = 0;

  /** @param maxHeldBytes frames longer than this are passed through in pieces */
  constructor(maxHeldBytes: number = DEFAULT_HELD_BYTES) {
    this.#maxHeldBytes = maxHeldBytes;
  }

  /** How many frames were beyond the limit so far. */
  get oversizedFrames(): number {
    return this.#oversizedFrames;
  }

  /** Bytes held back until their frame is complete. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** The next byte starts a frame. */
  get isBetweenFrames(): boolean {
    return this.#heldBytes === 0 && !this.#isOversized;
  }

  /** Takes the next bytes of the stream and hands out every frame that they complete. */
  push(chunk: Uint8Array, onFrame: OnFrame): void {
    this.#nextLf = -1;
    this.#nextCr = -1;
    let start = 0;
    while (start < chunk.length) {
      const end = this.#findFrameEnd(chunk, start);
      if (end === undefined) {
        this.#hold(cut(chunk, start, chunk.length), onFrame);
        return;
      }
      this.#finishFrame(cut(chunk, start, end), onFrame);
      start = end;
    }
  }

  /** The stream is over. Returns what came behind the last frame: nothing, or a frame without its blank line. */
  end(onFrame: OnFrame): Uint8Array {
    if (this.#isFrameDone) {
      this.#finishFrame(NOTHING, onFrame);
    }
    return this.#takeHeld();
  }

  /** Offset behind the frame that is under way at `start`; `undefined` when the chunk does not finish it. */
  #findFrameEnd(chunk: Uint8Array, start: number): number | undefined {
    const startsWithLf = chunk[start] === LF;
    if (this.#isFrameDone) {
      return startsWithLf ? start + 1 : start;
    }
    let lineStart = this.#isAfterCr && startsWithLf ? start + 1 : start;
    this.#isAfterCr = false;
    while (lineStart < chunk.length) {
      const lineEnd = this.#findLineEnd(chunk, lineStart);
      const isBlank = this.#isLineEmpty && lineEnd === lineStart;
      this.#isLineEmpty = lineEnd < chunk.length;
      lineStart = lineEnd + 1;
      if (chunk[lineEnd] === CR) {
        this.#isAfterCr = lineStart === chunk.length;
        lineStart += chunk[lineStart] === LF ? 1 : 0;
      }
      if (isBlank) {
        this.#isFrameDone = this.#isAfterCr;
        return this.#isFrameDone ? undefined : lineStart;
      }
    }
    return undefined;
  }

  /** Offset of the first LF or CR; the chunk's length when there is none. */
  #findLineEnd(chunk: Uint8Array, start: number): number {
    if (chunk[start] === LF) {
      return start;
    }
    if (this.#nextLf < start) {
      this.#nextLf = offsetOf(chunk, LF, start);
    }
    if (this.#nextCr < start) {
      this.#nextCr = offsetOf(chunk, CR, start);
    }
    return Math.min(this.#nextLf, this.#nextCr);
  }

  #hold(rest: Uint8Array, onFrame: OnFrame): void {
    if (this.#isOversized || this.#heldBytes + rest.length > this.#maxHeldBytes) {
      this.#passPiece(rest, onFrame);
    } else {
      this.#append(rest);
    }
  }

  #finishFrame(rest: Uint8Array, onFrame: OnFrame): void {
    if (this.#isOversized || this.#heldBytes + rest.length > this.#maxHeldBytes) {
      this.#passPiece(rest, onFrame);
    } else if (this.#heldBytes === 0) {
      onFrame(rest, true);
    } else {
      this.#append(rest);
      onFrame(this.#takeHeld(), true);
    }
    this.#isLineEmpty = true;
    this.#isAfterCr = false;
    this.#isFrameDone = false;
    this.#isOversized = false;
  }

  /** Passes on bytes of a frame beyond the limit, first those that were held in the hope of a whole frame. */
  #passPiece(rest: Uint8Array, onFrame: OnFrame): void {
    if (!this.#isOversized) {
      this.#isOversized = true;
      this.#oversizedFrames++;
    }
    if (this.#heldBytes > 0) {
      onFrame(this.#takeHeld(), false);
    }
    if (rest.length > 0) {
      onFrame(rest, false);
    }
  }

  #append(rest: Uint8Array): void {
    const needed = this.#heldBytes + rest.length;
    if (this.#held === undefined || this.#held.length < needed) {
      const grown = Buffer.allocUnsafe(Math.max(FIRST_BUFFER_BYTES, needed * 2));
      grown.set(this.#held?.subarray(0, this.#heldBytes) ?? NOTHING);
      this.#held = grown;
    }
    this.#held.set(rest, this.#heldBytes);
    this.#heldBytes = needed;
  }

  /** Hands over what is held; the buffer goes with it, as the receiver may keep it. */
  #takeHeld(): Uint8Array {
    const held = this.#held?.subarray(0, this.#heldBytes) ?? NOTHING;
    this.#held = undefined;
    this.#heldBytes = 0;
    return held;
  }
}

/** Offset of the byte at or behind `start`; the chunk's length when there is none. */
function offsetOf(chunk: Uint8Array, byte: number, start: number): number {
  const at = indexOf.call(chunk, byte, start);
  return at === -1 ? chunk.length : at;
}

/** A part of the chunk; the chunk itself when that is all of it, as for most streams, that send a frame at a time. */
function cut(chunk: Uint8Array, start: number, end: number): Uint8Array {
  return start === 0 && end === chunk.length ? chunk : chunk.subarray(start, end);
}
