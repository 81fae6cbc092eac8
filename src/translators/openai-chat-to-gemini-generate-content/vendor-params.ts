import { isObject, listOf, objectOf } from "../../core/json-values.ts";
import type { JsonObject } from "../../core/translation.ts";

/**
 * Fields of `generationConfig` that OpenAI has no name for; callers write them at the top of the body, in either case.
 * Source: https://ai.google.dev/api/generate-content#GenerationConfig and `GenerateContentConfig` of `@google/genai` 3.3.0
 * (read 2026-11-28).
 */
const OF_CONFIG: ReadonlySet<string> = new Set(
  (
    "topP topK candidateCount maxOutputTokens stopSequences responseLogprobs presencePenalty frequencyPenalty responseMimeType " +
    "responseSchema responseJsonSchema responseModalities mediaResolution speechConfig thinkingConfig imageConfig audioTimestamp " +
    "enableEnhancedCivicAnswers routingConfig modelSelectionConfig"
  ).split(" "),
);

const toCamelCase = (name: string): string => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/**
 * The body with the vendor's own parameters: those of `generationConfig` go there, `safety_settings`, `cachedContent`, `labels`
 * and whatever else stays at the top, in the case that the vendor writes. What the caller wrote in the vendor's words wins
 * over what was made of OpenAI's.
 */
export function withVendorParams(body: JsonObject, rest: JsonObject): JsonObject {
  const top: Record<string, unknown> = { ...body };
  const config: Record<string, unknown> = { ...objectOf(body["generationConfig"]) };
  for (const [written, value] of Object.entries(rest)) {
    const name = toCamelCase(written);
    if (OF_CONFIG.has(name)) {
      config[name] = value;
    } else if (name === "generationConfig") {
      Object.assign(config, objectOf(value));
    } else if (name === "toolConfig" && isObject(value)) {
      top[name] = { ...objectOf(top[name]), ...value };
    } else if (name === "systemInstruction") {
      top[name] = mergeInstructions(value, top[name]);
    } else {
      top[name] = value;
    }
  }
  const { generationConfig: _config, ...others } = top;
  return Object.keys(config).length === 0 ? others : { ...others, generationConfig: config };
}

const mergeInstructions = (given: unknown, own: unknown): JsonObject => ({
  parts: [...listOf(objectOf(given)["parts"]), ...listOf(objectOf(own)["parts"])],
});
