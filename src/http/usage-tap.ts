import type { Usage } from "../core/usage.ts";
import { readLastUsage } from "../dialects/openai/usage.ts";

/** Usage stands at a stream's end: this much of it is looked at, in bytes. */
const TAIL_BYTES = 8 * 1024;

/** Remembers the end of a stream, so that usage can be read once it is over. Holds references, copies nothing. */
export class UsageTap {
  #tail: Uint8Array[] = [];
  #tailBytes = 0;
  #totalBytes = 0;

  get totalBytes(): number {
    return this.#totalBytes;
  }

  push(bytes: Uint8Array): void {
    this.#totalBytes += bytes.length;
    this.#tail.push(bytes);
    this.#tailBytes += bytes.length;
    let first = this.#tail[0];
    while (first !== undefined && this.#tailBytes - first.length >= TAIL_BYTES) {
      this.#tail.shift();
      this.#tailBytes -= first.length;
      first = this.#tail[0];
    }
  }

  /** The end of the stream so far: at least the last 8 KiB of it, or all there was. */
  readTail(): Buffer {
    return Buffer.concat(this.#tail);
  }

  readUsage(): Usage | undefined {
    return readLastUsage(this.readTail());
  }
}
