import { expect, test } from "bun:test";
import { NO_DETAILS, type Usage } from "../core/usage.ts";
import { toUsage } from "../dialects/openai/usage.ts";
import { toUsageObject } from "./usage-object.ts";

const PLAIN: Usage = { promptTokens: 100, completionTokens: 50, totalTokens: 150, cachedTokens: 3, reasoningTokens: 4 };

const FULL: Usage = {
  ...PLAIN,
  details: {
    cacheWriteTokens: 10,
    cacheWriteHourTokens: 4,
    audioPromptTokens: 5,
    audioCompletionTokens: 6,
    imagePromptTokens: 7,
    imageCompletionTokens: 8,
    webSearches: 2,
    searchUnits: 1,
    billed: undefined,
    serviceTier: "flex",
  },
};

test("the usual parts stand there, and no others", () => {
  expect(toUsageObject(PLAIN)).toEqual({
    prompt_tokens: 100,
    completion_tokens: 50,
    total_tokens: 150,
    prompt_tokens_details: { cached_tokens: 3 },
    completion_tokens_details: { reasoning_tokens: 4 },
  });
});

test("all that is known can be read from it again", () => {
  expect(toUsage(toUsageObject(FULL))).toEqual(FULL);
});

test("tokens that are charged though they are not those that were read stand with Cohere's names", () => {
  const usage = { ...PLAIN, details: { ...NO_DETAILS, billed: { promptTokens: 9, completionTokens: 8 } } };
  expect(toUsageObject(usage)).toMatchObject({ billed_units: { input_tokens: 9, output_tokens: 8 } });
});
