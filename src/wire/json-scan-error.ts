/** Why a text was refused: not JSON at all, JSON of another kind than asked for, or nested beyond the limit. */
export type JsonScanReason = "invalid" | "not-an-object" | "not-an-array" | "too-deep";

/** Thrown by the scanner. The message is fit for callers: it names byte offsets and expected tokens, never content. */
export class JsonScanError extends Error {
  override readonly name = "JsonScanError";
  readonly reason: JsonScanReason;
  /** Offset in bytes at which the text stopped being acceptable. */
  readonly offset: number;

  constructor(reason: JsonScanReason, message: string, offset: number) {
    super(message);
    this.reason = reason;
    this.offset = offset;
  }
}

/** @throws JsonScanError `invalid`, always. `expected` completes "expected ..."; an offset past the end says so. */
export function failExpected(bytes: Uint8Array, at: number, expected: string): never {
  const offset = Math.min(at, bytes.length);
  const ending = at >= bytes.length ? ", but the text ends there" : "";
  throw new JsonScanError("invalid", `expected ${expected} at byte ${offset}${ending}`, offset);
}
