import { readName } from "./field-names.ts";
import { skipColon, skipSpace, skipValue, walkItems } from "./json-lexer.ts";
import { failExpected, JsonScanError, type JsonScanReason } from "./json-scan-error.ts";
import type { JsonSource } from "./json-source.ts";
import { skipString } from "./json-string.ts";
import { type JsonKind, type JsonRange, type ScannedField, ScannedObject } from "./scanned-object.ts";

/** What a scan accepts. */
export interface JsonScanLimits {
  /** Most containers open at once, the outermost included. */
  readonly maxDepth: number;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Far above any real request, far below what would trouble `JSON.parse` on a slice. */
const DEFAULT_LIMITS: JsonScanLimits = { maxDepth: 512 };
/** Scans are synchronous and never overlap, so those under the default limit share one stack. */
const SHARED_STACK = new Uint8Array(DEFAULT_LIMITS.maxDepth);

/**
 * Checks a whole text as JSON, with the verdict of `JSON.parse(bytes.toString("utf8"))`, and finds the top-level fields
 * of the object that it is. One pass; nothing is decoded but the names.
 * @throws JsonScanError `invalid`, `not-an-object` (valid JSON of another kind) or `too-deep`.
 */
export function scanObject(bytes: Uint8Array, limits: JsonScanLimits = DEFAULT_LIMITS): ScannedObject {
  const source = openSource(bytes, limits);
  const scanned = scanFields(source, enter(source, OPEN_BRACE, "not-an-object"));
  expectEnd(bytes, scanned.end);
  return scanned;
}

function scanFields(source: JsonSource, open: number): ScannedObject {
  const { bytes } = source;
  const fields: ScannedField[] = [];
  let at = skipSpace(bytes, open + 1);
  while (bytes[at] !== CLOSE_BRACE || fields.length > 0) {
    const field = scanField(source, at);
    fields.push(field);
    at = skipSpace(bytes, field.valueEnd);
    if (bytes[at] !== COMMA) {
      break;
    }
    at = skipSpace(bytes, at + 1);
  }
  if (bytes[at] !== CLOSE_BRACE) {
    failExpected(bytes, at, "',' or '}'");
  }
  return new ScannedObject(bytes, open, at + 1, fields);
}

/**
 * Checks a whole text as JSON, as {@link scanObject} does, and finds the items of the array that it is.
 * @throws JsonScanError `invalid`, `not-an-array` (valid JSON of another kind) or `too-deep`.
 */
export function scanArrayItems(bytes: Uint8Array, limits: JsonScanLimits = DEFAULT_LIMITS): readonly JsonRange[] {
  const source = openSource(bytes, limits);
  const items: JsonRange[] = [];
  const end = walkItems(source, enter(source, OPEN_BRACKET, "not-an-array"), (valueStart) => {
    const valueEnd = skipValue(source, valueStart);
    items.push({ valueStart, valueEnd, kind: kindOf(bytes[valueStart]) });
    return valueEnd;
  });
  expectEnd(bytes, end);
  return items;
}

/** A text to be walked, under the usual limits unless others are given. */
export function openSource(bytes: Uint8Array, { maxDepth }: JsonScanLimits = DEFAULT_LIMITS): JsonSource {
  const stack = maxDepth <= SHARED_STACK.length ? SHARED_STACK : new Uint8Array(maxDepth);
  // The outermost container is walked by the callers above and counts as one level.
  return { bytes, maxDepth: maxDepth - 1, stack, view: undefined };
}

/** Offset of the opening byte, if the text begins with it; otherwise finds out what is wrong and throws. */
function enter(source: JsonSource, opening: number, reason: JsonScanReason): number {
  const { bytes } = source;
  const start = skipSpace(bytes, 0);
  if (bytes[start] === opening) {
    return start;
  }
  expectEnd(bytes, skipValue(source, start));
  const wanted = opening === OPEN_BRACE ? "an object" : "an array";
  const kind = kindOf(bytes[start]);
  const found =
    kind === "string" || kind === "number" ? `a ${kind}` : kind === "object" || kind === "array" ? `an ${kind}` : kind;
  throw new JsonScanError(reason, `expected ${wanted}, got ${found}`, start);
}

function expectEnd(bytes: Uint8Array, at: number): void {
  const end = skipSpace(bytes, at);
  if (end < bytes.length) {
    failExpected(bytes, end, "the end of the text");
  }
}

function scanField(source: JsonSource, keyStart: number): ScannedField {
  const { bytes } = source;
  if (bytes[keyStart] !== QUOTE) {
    failExpected(bytes, keyStart, "a string as key");
  }
  const keyEnd = skipString(source, keyStart + 1);
  const valueStart = skipColon(bytes, keyEnd);
  const valueEnd = skipValue(source, valueStart);
  return {
    name: readName(bytes, keyStart, keyEnd),
    keyStart,
    keyEnd,
    valueStart,
    valueEnd,
    kind: kindOf(bytes[valueStart]),
  };
}

/** Kind of the value that begins with this byte, the text being known as valid. */
function kindOf(byte: number | undefined): JsonKind {
  switch (byte) {
    case QUOTE:
      return "string";
    case OPEN_BRACE:
      return "object";
    case OPEN_BRACKET:
      return "array";
    case 0x74: // t
      return "true";
    case 0x66: // f
      return "false";
    case 0x6e: // n
      return "null";
    default:
      return "number";
  }
}
