import type { CallFinished } from "../core/call-event.ts";
import { ByteWriter } from "../wire/byte-writer.ts";
import { sizeOfCall } from "./size-of-call.ts";
import { type PayloadOptions, toStandardPayload } from "./standard-payload.ts";

/** After so many bytes of calls other work gets its turn. */
const BYTES_PER_TURN = 128 * 1024;
/** Room for most batches. */
const BATCH_BYTES = 1024 * 1024;

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Writes calls as JSON, each a text, a few at a time, so that large conversations hold nobody up. */
export async function writePayloads(
  batch: readonly CallFinished[],
  options: PayloadOptions,
  take: (text: string, index: number) => void,
): Promise<void> {
  let bytes = 0;
  for (const [index, event] of batch.entries()) {
    if (bytes > BYTES_PER_TURN) {
      bytes = 0;
      await nextTurn();
    }
    bytes += sizeOfCall(event);
    take(JSON.stringify(toStandardPayload(event, options)), index);
  }
}

/** What stands around the calls of a batch. */
export interface PayloadFraming {
  readonly begin: string;
  readonly between: string;
  readonly end: string;
}

export const JSON_ARRAY: PayloadFraming = { begin: "[", between: ",", end: "]" };
export const JSON_LINES: PayloadFraming = { begin: "", between: "\n", end: "\n" };

/**
 * Writes batches of calls, one after the other, all into the same memory: new memory of this size for each made whole
 * collections five times as frequent.
 */
export class PayloadWriter {
  readonly #options: PayloadOptions;
  readonly #framing: PayloadFraming;
  readonly #out = new ByteWriter(BATCH_BYTES);
  /** Batches that are tried again are not written again. */
  readonly #written = new WeakMap<readonly CallFinished[], Uint8Array>();

  constructor(options: PayloadOptions, framing: PayloadFraming) {
    this.#options = options;
    this.#framing = framing;
  }

  /** A batch in UTF-8. Good until the next one is asked for, which must not be before this one is there. */
  async of(batch: readonly CallFinished[]): Promise<Uint8Array> {
    const known = this.#written.get(batch);
    if (known !== undefined) {
      return known;
    }
    const out = this.#out;
    const { begin, between, end } = this.#framing;
    out.clear();
    out.text(begin);
    await writePayloads(batch, this.#options, (text, index) => {
      out.text(index === 0 ? "" : between);
      out.text(text);
    });
    out.text(end);
    const whole = out.view();
    this.#written.set(batch, whole);
    return whole;
  }
}
