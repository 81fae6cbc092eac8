import type { Operation } from "../core/operation.ts";

/**
 * Names by which models of other operations than chat are known, whoever serves them. Source: model lists of the vendors
 * in `providers/` (read 2026-11-23).
 */
const FAMILIES: readonly (readonly [pattern: RegExp, operation: Operation])[] = [
  [/rerank/i, "rerank"],
  [/embed|(?:^|[/-])(?:bge|e5|gte|voyage|minilm|jina-clip)(?:-|$)|(?:^|[/-])ada-002$/i, "embedding"],
  [/moderation/i, "moderation"],
  [/(?:^|\/)(?:gpt-3\.5-turbo-instruct|davinci-002|babbage-002)(?:$|[:-])/, "completion"],
];

/** The operation that a model's name speaks of; `undefined` when it says nothing, which mostly means chat. */
export const guessOperation = (modelName: string): Operation | undefined =>
  FAMILIES.find(([pattern]) => pattern.test(modelName))?.[1];

const REASONING = /(?:^|\/)(?:o[1-9]|gpt-[5-9])(?:$|[.:-])/;

/**
 * Whether a model thinks before it answers and takes its limit as `max_completion_tokens` alone.
 * Source: https://platform.openai.com/docs/guides/reasoning (read 2026-11-23).
 */
export const isReasoningModel = (modelName: string): boolean => REASONING.test(modelName);
