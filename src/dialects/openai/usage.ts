import { objectOf } from "../../core/json-values.ts";
import type { Usage } from "../../core/usage.ts";
import { skipSpace } from "../../wire/json-lexer.ts";
import { scanObject } from "../../wire/json-scan.ts";
import { toBuffer } from "../../wire/utf8.ts";
import { readPlainUsage } from "./plain-usage.ts";
import { readDetails, toCount, type WireDetails, withServiceTier } from "./usage-details.ts";
import { withSums } from "./usage-sums.ts";

/** How far behind `"usage"` the end of its object is looked for, in bytes. */
const MAX_USAGE_BYTES = 4096;

/** How many keys of the name are looked at, from the end: a reply made of nothing else must not hold up other calls. */
const MAX_TRIES = 100;

const QUOTED_USAGE = Buffer.from('"usage"');

/**
 * Reads the last usage object that counts anything in the text of a reply or of a stream's end, wherever it is nested, without parsing the
 * rest. Inside a JSON string the quotes of `"usage"` would be escaped, so a match is a real key.
 * Source: https://platform.openai.com/docs/api-reference/chat/object, field `usage` (read 2026-11-23).
 */
export function readLastUsage(bytes: Uint8Array): Usage | undefined {
  const buffer = toBuffer(bytes);
  let end = buffer.length;
  for (let tries = 0; tries < MAX_TRIES && end > 0; tries++) {
    const at = buffer.lastIndexOf(QUOTED_USAGE, end - 1);
    if (at < 0) {
      return undefined;
    }
    const usage = readUsageAt(buffer, at + QUOTED_USAGE.length);
    if (usage !== undefined) {
      return usage;
    }
    end = at;
  }
  return undefined;
}

function readUsageAt(buffer: Buffer, from: number): Usage | undefined {
  const colon = skipSpace(buffer, from);
  const start = skipSpace(buffer, colon + 1);
  if (buffer[colon] !== COLON || buffer[start] !== OPEN_BRACE) {
    return undefined;
  }
  const limit = Math.min(buffer.length, from + MAX_USAGE_BYTES);
  const plain = readPlainUsage(buffer, start, limit);
  if (plain !== undefined) {
    return plain;
  }
  const end = findObjectEnd(buffer, start, limit);
  if (end < 0) {
    return undefined;
  }
  try {
    return toUsage(JSON.parse(buffer.toString("latin1", start, end)));
  } catch {
    return undefined;
  }
}

function findObjectEnd(buffer: Buffer, start: number, limit: number): number {
  let depth = 0;
  for (let at = start; at < limit; at++) {
    const byte = buffer[at];
    if (byte === OPEN_BRACE) {
      depth++;
    } else if (byte === CLOSE_BRACE && --depth === 0) {
      return at + 1;
    }
  }
  return -1;
}

const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

interface WireUsage extends WireDetails {
  readonly total_tokens?: unknown;
  readonly prompt_tokens_details?: { readonly cached_tokens?: unknown } | null;
  readonly completion_tokens_details?: { readonly reasoning_tokens?: unknown } | null;
  /** Anthropic's name, DeepSeek's, Moonshot's. */
  readonly cache_read_input_tokens?: unknown;
  readonly prompt_cache_hit_tokens?: unknown;
  readonly cached_tokens?: unknown;
  /** Perplexity's. */
  readonly citation_tokens?: unknown;
  readonly reasoning_tokens?: unknown;
}

/** A parsed usage object; `undefined` for one that counts nothing that is read here. */
export function toUsage(wire: WireUsage): Usage | undefined {
  const besideTokens = readReasoningBeside(wire);
  const told: Usage = {
    promptTokens: toCount(wire.prompt_tokens),
    completionTokens: toCount(wire.completion_tokens),
    totalTokens: toCount(wire.total_tokens) + besideTokens,
    cachedTokens:
      toCount(wire.prompt_tokens_details?.cached_tokens) ||
      toCount(wire.cache_read_input_tokens) ||
      toCount(wire.prompt_cache_hit_tokens) ||
      toCount(wire.cached_tokens),
    reasoningTokens: toCount(wire.completion_tokens_details?.reasoning_tokens) || besideTokens,
  };
  const details = readDetails(wire);
  const usage = withSums(told) ?? (details === undefined || details.searchUnits === 0 ? undefined : told);
  return usage === undefined || details === undefined ? usage : { ...usage, details };
}

/**
 * Perplexity's research tells its reasoning at the top, in no sum.
 * Source: https://docs.perplexity.ai/api-reference/chat-completions-post, `usage` (read 2026-11-28).
 */
const readReasoningBeside = (wire: WireUsage): number =>
  toCount(wire.citation_tokens) + toCount(wire.num_search_queries) === 0 ? 0 : toCount(wire.reasoning_tokens);

const SERVICE_TIER = Buffer.from('"service_tier"');
const TIER_VALUE = /^\s*:\s*"(flex|priority)"/;
const MAX_TIER_BYTES = 64;

/**
 * The usage with the service tier that the end of an answer tells at its top.
 * Source: https://platform.openai.com/docs/api-reference/chat/object, field `service_tier` (read 2026-11-28).
 */
export function addServiceTier(usage: Usage, bytes: Uint8Array): Usage {
  const buffer = toBuffer(bytes);
  const at = buffer.lastIndexOf(SERVICE_TIER);
  const from = at + SERVICE_TIER.length;
  const tier = at < 0 ? undefined : TIER_VALUE.exec(buffer.toString("latin1", from, from + MAX_TIER_BYTES))?.[1];
  return tier === undefined ? usage : { ...usage, details: withServiceTier(usage.details, tier) };
}

/**
 * What a rerank in Cohere's form was billed by, else its usage; `undefined` where it does not say. Of the reply's own fields:
 * results hold documents, and in these may stand what callers wrote.
 * Source: https://docs.cohere.com/reference/rerank, `meta.billed_units` (read 2026-11-28).
 */
export function readRerankUsage(bytes: Uint8Array): Usage | undefined {
  try {
    const reply = scanObject(bytes);
    const meta = objectOf(reply.readValue(reply.find("meta")));
    return toUsage(objectOf(meta["billed_units"])) ?? toUsage(objectOf(reply.readValue(reply.find("usage"))));
  } catch {
    return undefined;
  }
}
