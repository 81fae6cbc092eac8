import { expect, test } from "bun:test";
import { NO_DETAILS, type Usage } from "../../core/usage.ts";
import { detailedCall } from "../calls-for-tests.ts";
import { batchOf } from "./observing-for-tests.ts";
import { usagePartsOf } from "./usage-parts.ts";

const usageOf = (changes: Partial<Usage>): Usage => ({
  promptTokens: 5100,
  completionTokens: 20,
  totalTokens: 5120,
  cachedTokens: 0,
  reasoningTokens: 0,
  ...changes,
});

test.each<[string, Partial<Usage>, object]>([
  ["nothing of a cache", {}, { input: 5100 }],
  ["details of other things", { details: { ...NO_DETAILS, webSearches: 1 } }, { input: 5100 }],
  ["what was read", { cachedTokens: 3000 }, { input: 2100, cache_read_input_tokens: 3000 }],
  [
    "what was written alone",
    { details: { ...NO_DETAILS, cacheWriteTokens: 2000 } },
    { input: 3100, cache_creation_input_tokens: 2000 },
  ],
  [
    "both",
    { cachedTokens: 3000, details: { ...NO_DETAILS, cacheWriteTokens: 2000 } },
    { input: 100, cache_creation_input_tokens: 2000, cache_read_input_tokens: 3000 },
  ],
  [
    "more than the prompt",
    { cachedTokens: 6000, details: { ...NO_DETAILS, cacheWriteTokens: 2000 } },
    { input: 0, cache_read_input_tokens: 5100 },
  ],
])("of a prompt, %s", async (_name, changes, parts) => {
  const usage = usageOf(changes);
  const expected = { ...parts, output: 20, total: 5120 };
  expect(usagePartsOf(usage)).toEqual(expected);
  const [, generation] = await batchOf([detailedCall({}, { usage })]);
  expect(generation?.["body"]).toMatchObject({ usageDetails: expected });
});
