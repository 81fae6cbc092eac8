import { SseFrameSplitter } from "../wire/sse-frames.ts";

const USAGE = Buffer.from('"usage"');
const NULL_USAGE = Buffer.from(',"usage":null');
/** The same as other vendors may write it: with spaces, or as the first field. */
const SPACED_NULL_USAGE = /\s*,\s*"usage"\s*:\s*null|"usage"\s*:\s*null\s*,\s*/;
const EMPTY_CHOICES = /"choices"\s*:\s*\[\s*\]/;

/** Longest unfinished frame held back; longer ones pass as they are. */
const MAX_HELD_BYTES = 64 * 1024;

/**
 * Takes out of a chat or completion stream what `stream_options.include_usage` puts in: the closing chunk that has usage
 * and no choices, and `"usage":null` in the others. For clients that did not ask, when the gateway did. What comes in one
 * piece goes out in one piece, and untouched unless usage is in it.
 */
export class UsageFilter {
  readonly #splitter = new SseFrameSplitter(MAX_HELD_BYTES);
  readonly #pass: (bytes: Uint8Array) => void;
  readonly #onFrame = (bytes: Uint8Array, isWhole: boolean): void => this.#take(bytes, isWhole);
  #kept: Uint8Array[] = [];

  constructor(pass: (bytes: Uint8Array) => void) {
    this.#pass = pass;
  }

  push(chunk: Uint8Array): void {
    const isBetweenFrames = this.#splitter.heldBytes === 0 && this.#splitter.oversizedFrames === 0;
    if (isBetweenFrames && endsFrame(chunk) && toBuffer(chunk).indexOf(USAGE) < 0) {
      this.#pass(chunk); // Whole frames without usage: nothing to look for, nothing to wait for.
      return;
    }
    this.#splitter.push(chunk, this.#onFrame);
    this.#passKept();
  }

  end(): void {
    const rest = this.#splitter.end(this.#onFrame);
    if (rest.length > 0) {
      this.#kept.push(rest);
    }
    this.#passKept();
  }

  #passKept(): void {
    const kept = this.#kept;
    if (kept.length > 0) {
      this.#kept = [];
      this.#pass(kept.length === 1 ? (kept[0] as Uint8Array) : Buffer.concat(kept));
    }
  }

  #take(bytes: Uint8Array, isWhole: boolean): void {
    const frame = toBuffer(bytes);
    if (!isWhole || frame.indexOf(USAGE) < 0) {
      this.#kept.push(bytes);
      return;
    }
    const at = frame.indexOf(NULL_USAGE);
    if (at >= 0) {
      this.#kept.push(frame.subarray(0, at), frame.subarray(at + NULL_USAGE.length));
      return;
    }
    const text = frame.toString("latin1");
    const spaced = SPACED_NULL_USAGE.exec(text);
    if (spaced !== null) {
      this.#kept.push(frame.subarray(0, spaced.index), frame.subarray(spaced.index + spaced[0].length));
    } else if (!EMPTY_CHOICES.test(text)) {
      this.#kept.push(bytes);
    }
  }
}

const LF = 10;

/** Whether the bytes end with the blank line of a frame, in the spelling that nearly every vendor uses. */
function endsFrame(bytes: Uint8Array): boolean {
  return bytes[bytes.length - 1] === LF && bytes[bytes.length - 2] === LF;
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
