import { setImmediate as nextTurn } from "node:timers/promises";
import { GatewayError } from "../core/errors.ts";
import { loadTokenEncoding, type TokenEncodingName } from "./token-encoding.ts";

/**
 * Models since GPT-4o. Source: https://github.com/openai/tiktoken/blob/main/tiktoken/model.py (read 2026-11-23).
 */
const O200K =
  /(?:^|\/)(?:ft:)?(?:gpt-4o|gpt-4\.[1-9]|gpt-[5-9]|gpt-oss|gpt-realtime|gpt-audio|chatgpt-4o|codex-|o[1-9])/;

/** The encoding that a model counts with; cl100k_base for models that have others, as LiteLLM does. */
export const tokenEncodingOf = (modelName: string): TokenEncodingName =>
  O200K.test(modelName) ? "o200k_base" : "cl100k_base";

/** Characters that are counted before other work gets its turn. */
const SLICE_LENGTH = 16_384;

/** Counting time grows with the square of an unbroken run of characters, so longer ones are cut; a cut costs a token at most. */
const LONG_RUN = /\S{128}|\s{128}/g;

/**
 * How many tokens a text is. Long texts are counted in slices, with turns for other calls in between.
 * @throws GatewayError `client-closed` when the signal is aborted
 */
export async function countTokens(text: string, encoding: TokenEncodingName, signal: AbortSignal): Promise<number> {
  const table = loadTokenEncoding(encoding);
  let total = 0;
  for (let at = 0; at < text.length; ) {
    const end = findSliceEnd(text, at);
    for (const piece of cutLongRuns(text.slice(at, end))) {
      total += table.count(piece);
    }
    at = end;
    if (at < text.length) {
      await nextTurn();
      if (signal.aborted) {
        throw new GatewayError("client-closed", "The caller closed the connection.");
      }
    }
  }
  return total;
}

/** Cuts before a single space between words, where tokens end anyway; without one in reach, anywhere. */
function findSliceEnd(text: string, start: number): number {
  const limit = start + SLICE_LENGTH;
  if (limit >= text.length) {
    return text.length;
  }
  for (let at = limit; at > start + 1; at--) {
    if (text[at] === " " && /^\S \S$/.test(text.slice(at - 1, at + 2))) {
      return at;
    }
  }
  return limit;
}

function cutLongRuns(slice: string): readonly string[] {
  const pieces: string[] = [];
  let start = 0;
  for (const match of slice.matchAll(LONG_RUN)) {
    const end = match.index + match[0].length;
    pieces.push(slice.slice(start, end));
    start = end;
  }
  pieces.push(slice.slice(start));
  return pieces;
}
