import { SseFrameSplitter } from "../wire/sse-frames.ts";

const USAGE = Buffer.from('"usage"');
const NULL_USAGE = Buffer.from(',"usage":null');
const EMPTY_CHOICES = /"choices"\s*:\s*\[\s*\]/;

/** Longest unfinished frame held back; longer ones pass as they are. */
const MAX_HELD_BYTES = 64 * 1024;

/**
 * Takes out of a chat or completion stream what `stream_options.include_usage` puts in: the closing chunk that has usage
 * and no choices, and `"usage":null` in the others. For clients that did not ask, when the gateway did.
 */
export class UsageFilter {
  readonly #splitter = new SseFrameSplitter(MAX_HELD_BYTES);
  readonly #pass: (bytes: Uint8Array) => void;
  readonly #onFrame = (bytes: Uint8Array, isWhole: boolean): void => this.#take(bytes, isWhole);

  constructor(pass: (bytes: Uint8Array) => void) {
    this.#pass = pass;
  }

  push(chunk: Uint8Array): void {
    this.#splitter.push(chunk, this.#onFrame);
  }

  end(): void {
    const rest = this.#splitter.end(this.#onFrame);
    if (rest.length > 0) {
      this.#pass(rest);
    }
  }

  #take(bytes: Uint8Array, isWhole: boolean): void {
    const frame = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (!isWhole || frame.indexOf(USAGE) < 0) {
      this.#pass(bytes);
      return;
    }
    const at = frame.indexOf(NULL_USAGE);
    if (at >= 0) {
      this.#pass(Buffer.concat([frame.subarray(0, at), frame.subarray(at + NULL_USAGE.length)]));
    } else if (!EMPTY_CHOICES.test(frame.toString("latin1"))) {
      this.#pass(bytes);
    }
  }
}
