import type { Usage } from "../core/usage.ts";
import { readLastUsage } from "../dialects/openai/usage.ts";

/** Usage stands at a stream's end: this much of it is looked at, in bytes. */
const TAIL_BYTES = 8 * 1024;

/** Remembers the end of a stream, so that usage can be read once it is over. Copies it: a piece kept is a piece that grows old. */
export class UsageTap {
  /** The last bytes; the byte number `n` of the stream stands at `n % TAIL_BYTES`. */
  #ring: Buffer | undefined;
  #totalBytes = 0;

  get totalBytes(): number {
    return this.#totalBytes;
  }

  push(bytes: Uint8Array): void {
    const last = bytes.length > TAIL_BYTES ? bytes.subarray(bytes.length - TAIL_BYTES) : bytes;
    this.#totalBytes += bytes.length;
    this.#ring ??= Buffer.allocUnsafeSlow(TAIL_BYTES);
    const ring = this.#ring;
    const end = this.#totalBytes % TAIL_BYTES;
    if (last.length <= end) {
      ring.set(last, end - last.length);
    } else {
      const size = last.length - end;
      ring.set(last.subarray(0, size), TAIL_BYTES - size);
      ring.set(last.subarray(size), 0);
    }
  }

  /** The end of the stream so far: the last 8 KiB of it, or all there was. */
  readTail(): Buffer {
    const ring = this.#ring;
    const end = this.#totalBytes % TAIL_BYTES;
    if (ring === undefined || this.#totalBytes < TAIL_BYTES) {
      return ring?.subarray(0, end) ?? NOTHING;
    }
    return Buffer.concat([ring.subarray(end), ring.subarray(0, end)]);
  }

  readUsage(): Usage | undefined {
    return readLastUsage(this.readTail());
  }
}

const NOTHING = Buffer.alloc(0);
