import type { Usage } from "../../core/usage.ts";
import { readName } from "../../wire/field-names.ts";
import { skipSpace } from "../../wire/json-lexer.ts";
import { standsAt } from "../../wire/stands-at.ts";
import { withSums } from "./usage-sums.ts";

const QUOTE = 0x22;
const COMMA = 0x2c;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const LETTER_N = 0x6e;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const NULL = Buffer.from("null");
/** Most digits that a number holds exactly, whatever they are. */
const MAX_DIGITS = 15;

/** Where counts are gathered; reading is synchronous and never overlaps. */
const counts = new Float64Array(8);
const PROMPT = 0;
const COMPLETION = 1;
const TOTAL = 2;
const REASONING = 3;
/** Cached tokens under the names that vendors give them, the one that wins first. */
const CACHED = 4;
const CACHE_READ = 5;
const CACHE_HIT = 6;
const CACHED_AT_TOP = 7;
/** Stands for what a plain usage has nothing of. */
const RARE = -1;
/** What the walk says of an object that is not plain. */
const NOT_PLAIN = -1;

type Places = ReadonlyMap<string, number>;

const TOP_PLACES: Places = new Map([
  ["prompt_tokens", PROMPT],
  ["completion_tokens", COMPLETION],
  ["total_tokens", TOTAL],
  ["cache_read_input_tokens", CACHE_READ],
  ["prompt_cache_hit_tokens", CACHE_HIT],
  ["cached_tokens", CACHED_AT_TOP],
  ["cache_creation_input_tokens", RARE],
  ["num_sources_used", RARE],
  ["num_search_queries", RARE],
  ["citation_tokens", RARE],
  ["search_units", RARE],
]);
const PROMPT_PLACES: Places = new Map([
  ["cached_tokens", CACHED],
  ["cache_creation_tokens", RARE],
  ["cache_write_tokens", RARE],
  ["audio_tokens", RARE],
  ["image_tokens", RARE],
]);
const COMPLETION_PLACES: Places = new Map([
  ["reasoning_tokens", REASONING],
  ["audio_tokens", RARE],
  ["image_tokens", RARE],
]);
const PARTS: ReadonlyMap<string, Places> = new Map([
  ["prompt_tokens_details", PROMPT_PLACES],
  ["completion_tokens_details", COMPLETION_PLACES],
]);

/**
 * The usage that begins at `start`, if it is a plain one, as most are: whole numbers, and objects of such. A parser would
 * make an object of it that is looked at once.
 * @returns `undefined` for what has to be parsed, or counts nothing
 */
export function readPlainUsage(bytes: Uint8Array, start: number, limit: number): Usage | undefined {
  counts.fill(0);
  if (walk(bytes, start, limit, TOP_PLACES) === NOT_PLAIN) {
    return undefined;
  }
  return withSums({
    promptTokens: countAt(PROMPT),
    completionTokens: countAt(COMPLETION),
    totalTokens: countAt(TOTAL),
    cachedTokens: countAt(CACHED) || countAt(CACHE_READ) || countAt(CACHE_HIT) || countAt(CACHED_AT_TOP),
    reasoningTokens: countAt(REASONING),
  });
}

const countAt = (place: number): number => counts[place] as number;

/** Offset behind the object. */
function walk(bytes: Uint8Array, start: number, limit: number, places: Places): number {
  let at = skipSpace(bytes, start + 1);
  if (bytes[at] === CLOSE_BRACE) {
    return at + 1;
  }
  for (;;) {
    const keyEnd = findKeyEnd(bytes, at, limit);
    const colon = keyEnd === NOT_PLAIN ? keyEnd : skipSpace(bytes, keyEnd);
    if (bytes[colon] !== COLON) {
      return NOT_PLAIN;
    }
    const name = readName(bytes, at, keyEnd);
    const value = skipSpace(bytes, colon + 1);
    const part = bytes[value] === OPEN_BRACE && places === TOP_PLACES ? PARTS.get(name) : undefined;
    at = part === undefined ? readCount(bytes, value, places.get(name)) : walk(bytes, value, limit, part);
    at = at === NOT_PLAIN ? at : skipSpace(bytes, at);
    if (bytes[at] !== COMMA) {
      return bytes[at] === CLOSE_BRACE && at < limit ? at + 1 : NOT_PLAIN;
    }
    at = skipSpace(bytes, at + 1);
  }
}

/** Offset behind a key without escapes. */
function findKeyEnd(bytes: Uint8Array, start: number, limit: number): number {
  if (bytes[start] !== QUOTE) {
    return NOT_PLAIN;
  }
  for (let at = start + 1; at < limit; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      return at + 1;
    }
    if (byte === BACKSLASH) {
      return NOT_PLAIN;
    }
  }
  return NOT_PLAIN;
}

/** Offset behind a whole number or `null`, taken as the count of the place. */
function readCount(bytes: Uint8Array, start: number, place: number | undefined): number {
  let at = start;
  let count = 0;
  if (bytes[start] === LETTER_N) {
    at = standsAt(bytes, start, NULL) ? start + NULL.length : start;
  } else {
    for (let digit = bytes[at] ?? 0; digit >= ZERO && digit <= NINE; digit = bytes[at] ?? 0) {
      count = count * 10 + digit - ZERO;
      at++;
    }
  }
  const size = at - start;
  const hasLeadingZero = bytes[start] === ZERO && size > 1;
  if (size === 0 || size > MAX_DIGITS || hasLeadingZero || (place === RARE && count !== 0)) {
    return NOT_PLAIN;
  }
  if (place !== undefined && place !== RARE) {
    counts[place] = count;
  }
  return at;
}
