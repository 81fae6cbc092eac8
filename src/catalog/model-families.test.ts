import { expect, test } from "bun:test";
import { guessOperation, isReasoningModel } from "./model-families.ts";

test.each([
  ["text-embedding-3-small", "embedding"],
  ["BAAI/bge-m3", "embedding"],
  ["nomic-embed-text", "embedding"],
  ["intfloat/e5-large", "embedding"],
  ["omni-moderation-latest", "moderation"],
  ["gpt-3.5-turbo-instruct", "completion"],
  ["openai/davinci-002", "completion"],
  ["gpt-4o", undefined],
  ["llama-guard-4", undefined],
] as const)("%s is for %s", (name, operation) => {
  expect(guessOperation(name)).toBe(operation);
});

test.each([
  ["o3-mini", true],
  ["azure/o1", true],
  ["gpt-5.1-codex", true],
  ["gpt-5", true],
  ["gpt-4o", false],
  ["gpt-50", false],
  ["solo1", false],
] as const)("whether %s thinks: %p", (name, thinks) => {
  expect(isReasoningModel(name)).toBe(thinks);
});
