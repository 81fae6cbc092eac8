import { countOf, objectsOf } from "../../core/json-values.ts";
import type { JsonObject } from "../../core/translation.ts";
import { writeUsage } from "../openai/chat-reply.ts";

/**
 * `usageMetadata` as OpenAI counts: the prompt includes what was cached and what built-in tools put into it, the answer
 * includes thoughts. Some models count thoughts among the candidates' tokens already; the total tells.
 * Source: https://ai.google.dev/api/generate-content#UsageMetadata (read 2026-11-28).
 */
export function toChatUsage(metadata: JsonObject): JsonObject {
  const promptTokens = countOf(metadata["promptTokenCount"]) + countOf(metadata["toolUsePromptTokenCount"]);
  const answerTokens = countOf(metadata["candidatesTokenCount"]);
  const reasoningTokens = countOf(metadata["thoughtsTokenCount"]);
  const totalTokens = countOf(metadata["totalTokenCount"]);
  const isInclusive = promptTokens + answerTokens === totalTokens;
  const { promptTokensDetails: prompt, cacheTokensDetails: cached, candidatesTokensDetails: answer } = metadata;
  return writeUsage({
    promptTokens,
    completionTokens: isInclusive ? answerTokens : answerTokens + reasoningTokens,
    totalTokens: totalTokens === 0 ? undefined : totalTokens,
    cachedTokens:
      metadata["cachedContentTokenCount"] === undefined ? undefined : countOf(metadata["cachedContentTokenCount"]),
    reasoningTokens: metadata["thoughtsTokenCount"] === undefined ? undefined : reasoningTokens,
    audioPromptTokens: countOfModality(prompt, "AUDIO"),
    cachedAudioTokens: countOfModality(cached, "AUDIO"),
    audioCompletionTokens: countOfModality(answer, "AUDIO"),
    imageCompletionTokens: countOfModality(answer, "IMAGE"),
  });
}

/** `undefined` where there is none. */
function countOfModality(details: unknown, modality: string): number | undefined {
  const tokens = objectsOf(details)
    .filter((detail) => detail["modality"] === modality)
    .reduce((sum, detail) => sum + countOf(detail["tokenCount"]), 0);
  return tokens === 0 ? undefined : tokens;
}
