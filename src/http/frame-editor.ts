import { SseFrameSplitter } from "../wire/sse-frames.ts";
import { toBuffer } from "../wire/utf8.ts";

const LF = 10;

/** Longest unfinished frame held back; longer ones pass as they are. */
const MAX_HELD_BYTES = 64 * 1024;

/**
 * Puts what is to go out for a frame that holds the marker into `kept`, in order. `isWhole`: the frame has its blank
 * line; otherwise it is what the stream ended with. The frame's bytes may be kept.
 */
export type EditFrame = (frame: Buffer, kept: Uint8Array[], isWhole: boolean) => void;

/**
 * Lets a stream of server-sent events pass and edits the frames that hold a marker. What comes in one piece goes out in
 * one piece, and everything but those frames untouched.
 */
export class FrameEditor {
  readonly #splitter = new SseFrameSplitter(MAX_HELD_BYTES);
  readonly #marker: Buffer;
  readonly #edit: EditFrame;
  readonly #pass: (bytes: Uint8Array) => void;
  readonly #onFrame = (bytes: Uint8Array, isWhole: boolean): void => this.#take(bytes, isWhole);
  #kept: Uint8Array[] = [];

  constructor(marker: Buffer, edit: EditFrame, pass: (bytes: Uint8Array) => void) {
    this.#marker = marker;
    this.#edit = edit;
    this.#pass = pass;
  }

  /** Whether the next bytes are whole frames without the marker: nothing to look for, nothing to wait for. They need not be pushed. */
  leaves(bytes: Uint8Array, start = 0, end = bytes.length): boolean {
    return (
      this.#splitter.isBetweenFrames &&
      bytes[end - 1] === LF &&
      bytes[end - 2] === LF && // The blank line of a frame, in the spelling that nearly every vendor uses.
      toBuffer(bytes).indexOf(this.#marker, start) < 0
    );
  }

  push(chunk: Uint8Array): void {
    if (this.leaves(chunk)) {
      this.#pass(chunk);
      return;
    }
    this.#splitter.push(chunk, this.#onFrame);
    this.#passKept();
  }

  /** The stream is over. */
  end(): void {
    const rest = toBuffer(this.#splitter.end(this.#onFrame));
    if (rest.indexOf(this.#marker) >= 0) {
      this.#edit(rest, this.#kept, false);
    } else if (rest.length > 0) {
      this.#kept.push(rest);
    }
    this.#passKept();
  }

  #take(bytes: Uint8Array, isWhole: boolean): void {
    const frame = toBuffer(bytes);
    if (isWhole && frame.indexOf(this.#marker) >= 0) {
      this.#edit(frame, this.#kept, true);
    } else {
      this.#kept.push(bytes);
    }
  }

  #passKept(): void {
    const kept = this.#kept;
    if (kept.length > 0) {
      this.#kept = [];
      this.#pass(kept.length === 1 ? (kept[0] as Uint8Array) : Buffer.concat(kept));
    }
  }
}
