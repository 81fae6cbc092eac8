import { expect, test } from "bun:test";
import { NO_DETAILS, type Usage, type UsageDetails } from "../../core/usage.ts";
import { toOpenaiUsage } from "../anthropic/usage.ts";
import { addServiceTier, readLastUsage, readRerankUsage, toUsage } from "./usage.ts";

const detailsOf = (wire: object): UsageDetails | undefined => toUsage({ prompt_tokens: 10, ...wire })?.details;

test.each<readonly [string, object, Partial<UsageDetails>]>([
  ["LiteLLM's cache writes", { cache_creation_input_tokens: 3 }, { cacheWriteTokens: 3 }],
  ["OpenRouter's", { prompt_tokens_details: { cache_write_tokens: 3 } }, { cacheWriteTokens: 3 }],
  [
    "Anthropic's for an hour",
    { cache_creation_input_tokens: 3, cache_creation: { ephemeral_1h_input_tokens: 2 } },
    { cacheWriteTokens: 3, cacheWriteHourTokens: 2 },
  ],
  [
    "audio",
    { prompt_tokens_details: { audio_tokens: 4 }, completion_tokens_details: { audio_tokens: 5 } },
    { audioPromptTokens: 4, audioCompletionTokens: 5 },
  ],
  [
    "audio that is not cached",
    { prompt_tokens_details: { audio_tokens: 4, cached_tokens: 3, cached_tokens_details: { audio_tokens: 3 } } },
    { audioPromptTokens: 1 },
  ],
  ["images", { prompt_tokens_details: { image_tokens: 4 } }, { imagePromptTokens: 4 }],
  ["Anthropic's searches", { server_tool_use: { web_search_requests: 2 } }, { webSearches: 2 }],
  ["xAI's searches", { num_sources_used: 2 }, { webSearches: 2 }],
  [
    "Cohere's billed units",
    { billed_units: { input_tokens: 3, output_tokens: 4 } },
    { billed: { promptTokens: 3, completionTokens: 4 } },
  ],
  [
    "one of them",
    { completion_tokens: 7, billed_units: { input_tokens: 3 } },
    { billed: { promptTokens: 3, completionTokens: 7 } },
  ],
  ["Anthropic's service tier", { service_tier: "priority" }, { serviceTier: "priority" }],
])("details are read: %s", (_name, wire, expected) => {
  expect(detailsOf(wire)).toEqual({ ...NO_DETAILS, ...expected });
});

test.each([
  {},
  { prompt_tokens_details: { cached_tokens: 3, audio_tokens: 0 }, completion_tokens_details: { audio_tokens: 0 } },
  { service_tier: "standard" },
  { cache_creation_input_tokens: 0, server_tool_use: null, cache_creation: "much", prompt_tokens_details: 7 },
])("a usage without them has no details: %j", (wire) => {
  expect(toUsage({ prompt_tokens: 1, ...(wire as object) })).not.toContainKey("details");
});

test.each([{ prompt_cache_hit_tokens: 4 }, { cache_read_input_tokens: 4 }, { cached_tokens: 4 }])(
  "cached tokens as vendors spell them: %j",
  (wire) => {
    expect(toUsage({ prompt_tokens: 10, ...wire })?.cachedTokens).toBe(4);
  },
);

test("what Anthropic's translator writes is read back", () => {
  const wire = toOpenaiUsage({
    input_tokens: 5,
    output_tokens: 6,
    cache_read_input_tokens: 2,
    cache_creation_input_tokens: 3,
    cache_creation: { ephemeral_5m_input_tokens: 1, ephemeral_1h_input_tokens: 2 },
    server_tool_use: { web_search_requests: 1 },
  });
  expect(readLastUsage(Buffer.from(JSON.stringify({ usage: wire })))).toMatchObject({
    promptTokens: 10,
    cachedTokens: 2,
    details: { cacheWriteTokens: 3, cacheWriteHourTokens: 2, webSearches: 1 },
  });
});

test("the service tier of an answer is taken from its top", () => {
  const told = toUsage({ prompt_tokens: 1 }) as Usage;
  expect(addServiceTier(told, Buffer.from('{"usage":{},"service_tier": "flex"}')).details?.serviceTier).toBe("flex");
  for (const text of ['{"service_tier":"default"}', "{}", '{"content":"\\"service_tier\\":\\"flex\\""}']) {
    expect(addServiceTier(told, Buffer.from(text))).toBe(told);
  }
});

const ECHO = '"results":[{"document":{"usage":{"total_tokens":9},"meta":{"billed_units":{"search_units":9}}}}]';

test.each([
  ["its search units", `{${ECHO},"meta":{"billed_units":{"search_units":2}}}`, { searchUnits: 2, totalTokens: 0 }],
  [
    "them before its usage",
    `{"meta":{"billed_units":{"search_units":2}},"usage":{"total_tokens":5},${ECHO}}`,
    { searchUnits: 2, totalTokens: 0 },
  ],
  [
    "its usage",
    `{"meta":{"billed_units":{}},"usage":{"total_tokens":5},${ECHO}}`,
    { searchUnits: undefined, totalTokens: 5 },
  ],
])("a rerank tells %s, whatever the documents hold", (_name, reply, expected) => {
  const usage = readRerankUsage(Buffer.from(reply));
  expect({ searchUnits: usage?.details?.searchUnits, totalTokens: usage?.totalTokens }).toEqual(expected);
});

test.each([`{${ECHO}}`, `{${ECHO},"meta":null,"usage":7}`, "[]", '{"usage":{"total_tokens":5}'])(
  "a rerank that does not say: %s",
  (reply) => {
    expect(readRerankUsage(Buffer.from(reply))).toBeUndefined();
  },
);
