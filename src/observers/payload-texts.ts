import type { CallFinished } from "../core/call-event.ts";
import { sizeOfCall } from "./size-of-call.ts";
import { type PayloadOptions, toStandardPayload } from "./standard-payload.ts";

/** After so many bytes of calls other work gets its turn. */
const BYTES_PER_TURN = 128 * 1024;

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Writes calls as JSON when their batch is sent, a few at a time, so that large conversations hold nobody up. */
export class PayloadTexts {
  readonly #options: PayloadOptions;
  /** Batches that are tried again are not written again. */
  readonly #texts = new WeakMap<readonly CallFinished[], readonly string[]>();

  constructor(options: PayloadOptions) {
    this.#options = options;
  }

  /** The text of each call, in order. */
  async of(batch: readonly CallFinished[]): Promise<readonly string[]> {
    const known = this.#texts.get(batch);
    if (known !== undefined) {
      return known;
    }
    const texts: string[] = [];
    let bytes = 0;
    for (const event of batch) {
      if (bytes > BYTES_PER_TURN) {
        bytes = 0;
        await nextTurn();
      }
      bytes += sizeOfCall(event);
      texts.push(JSON.stringify(toStandardPayload(event, this.#options)));
    }
    this.#texts.set(batch, texts);
    return texts;
  }
}
