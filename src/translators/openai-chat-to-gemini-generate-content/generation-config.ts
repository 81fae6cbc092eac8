import { isObject, listOf, objectOf, shownOf, textOf, withoutUndefined } from "../../core/json-values.ts";
import type { JsonObject, RequestContext } from "../../core/translation.ts";
import { toGeminiSchema } from "../../dialects/gemini/json-schema.ts";
import { canThink, hasMinimalLevel, isGemini3OrLater, smallestBudget } from "../../dialects/gemini/models.ts";
import { readMaxTokens, readNumber, readResponseFormat, readStop } from "../../dialects/openai/chat-params.ts";
import { invalidField } from "../../dialects/openai/chat-request.ts";

/** Most texts that stop an answer. Source: https://ai.google.dev/api/generate-content#GenerationConfig (read 2026-11-28). */
const MAX_STOPS = 5;

/** Tokens to think by effort, for models before Gemini 3; LiteLLM's numbers. */
const BUDGETS: Readonly<Record<string, number>> = { none: 0, disable: 0, low: 1024, medium: 2048, high: 4096 };

/** Source: `Modality` in https://ai.google.dev/api/generate-content (read 2026-11-28). */
const MODALITIES: Readonly<Record<string, string>> = { text: "TEXT", image: "IMAGE", audio: "AUDIO", video: "VIDEO" };

/**
 * `generationConfig` of OpenAI's parameters.
 * Source: https://ai.google.dev/api/generate-content#GenerationConfig (read 2026-11-28).
 * @throws GatewayError `invalid-request`, `unsupported-params`
 */
export function toGenerationConfig(body: JsonObject, context: RequestContext): JsonObject {
  return withoutUndefined({
    temperature: readNumber(body, "temperature"),
    topP: readNumber(body, "top_p"),
    topK: readNumber(body, "top_k"),
    candidateCount: readNumber(body, "n"),
    maxOutputTokens: readMaxTokens(body),
    stopSequences: toStops(body, context),
    seed: readNumber(body, "seed"),
    presencePenalty: readNumber(body, "presence_penalty"),
    frequencyPenalty: readNumber(body, "frequency_penalty"),
    ...toLogprobs(body),
    ...toResponseForm(body, context),
    responseModalities: toModalities(body, context),
    speechConfig: toSpeech(body, context),
    thinkingConfig: toThinking(body, context),
  });
}

function toStops(body: JsonObject, { ledger }: RequestContext): readonly string[] | undefined {
  const stops = readStop(body).filter((text) => text !== "");
  if (stops.length > MAX_STOPS) {
    ledger.refuse("stop", `more than ${MAX_STOPS} stop sequences`);
  }
  return stops.length === 0 ? undefined : stops.slice(0, MAX_STOPS);
}

function toLogprobs(body: JsonObject): JsonObject {
  const top = readNumber(body, "top_logprobs");
  const isWanted = body["logprobs"] === true;
  return isWanted ? withoutUndefined({ responseLogprobs: true, logprobs: top === 0 ? undefined : top }) : {};
}

function toResponseForm(body: JsonObject, { ledger }: RequestContext): JsonObject {
  const format = readResponseFormat(body);
  switch (format.kind) {
    case "text":
      return {};
    case "json":
      return { responseMimeType: "application/json" };
    case "schema":
      return {
        responseMimeType: "application/json",
        responseJsonSchema: toGeminiSchema(format.schema, "response_format.json_schema.schema", ledger),
      };
    default:
      return format satisfies never;
  }
}

function toModalities(body: JsonObject, { ledger }: RequestContext): readonly string[] | undefined {
  const { modalities } = body;
  if (modalities === undefined || modalities === null) {
    return undefined;
  }
  if (!Array.isArray(modalities)) {
    throw invalidField("modalities", "a list");
  }
  const known = listOf(modalities).flatMap((modality, index) => {
    const name = shownOf(modality).toLowerCase();
    if (!Object.hasOwn(MODALITIES, name)) {
      ledger.refuse(`modalities[${index}]`, `answers as '${name}'`);
      return [];
    }
    return [MODALITIES[name] ?? name];
  });
  return known.length === 0 ? undefined : known;
}

/** Source: https://ai.google.dev/gemini-api/docs/speech-generation (read 2026-11-28): raw PCM, whatever was asked. */
function toSpeech(body: JsonObject, { ledger }: RequestContext): JsonObject | undefined {
  const { audio } = body;
  if (audio === undefined || audio === null) {
    return undefined;
  }
  if (!isObject(audio)) {
    throw invalidField("audio", "an object");
  }
  const { voice, format, language_code: languageCode, speechConfig, ...others } = audio;
  if (format !== undefined && format !== "pcm16" && format !== "pcm") {
    ledger.refuse("audio.format", "audio other than pcm16");
  }
  for (const name of Object.keys(others)) {
    ledger.drop(`audio.${name}`);
  }
  if (isObject(speechConfig)) {
    return speechConfig;
  }
  const voiceName = textOf(voice) ?? textOf(objectOf(voice)["id"]);
  return withoutUndefined({
    voiceConfig: voiceName === undefined ? undefined : { prebuiltVoiceConfig: { voiceName } },
    languageCode: textOf(languageCode),
  });
}

/**
 * How much the model thinks, and that it tells its thoughts when thinking was asked for.
 * Source: https://ai.google.dev/gemini-api/docs/thinking (read 2026-11-28).
 */
function toThinking(body: JsonObject, context: RequestContext): JsonObject | undefined {
  const { thinking, reasoning_effort: asked } = body;
  const effort = textOf(asked) ?? textOf(objectOf(asked)["effort"]);
  if (isObject(thinking)) {
    return refuseUnlessThinking("thinking", context) ? toThinkingOf(thinking, context) : undefined;
  }
  if (asked === undefined || asked === null) {
    return undefined;
  }
  if (effort === undefined) {
    throw invalidField("reasoning_effort", "'none', 'minimal', 'low', 'medium' or 'high'");
  }
  if (!canThink(context.model) && BUDGETS[effort] === 0) {
    return undefined; // It does not think anyway.
  }
  return refuseUnlessThinking("reasoning_effort", context) ? toThinkingOfEffort(effort, context) : undefined;
}

function refuseUnlessThinking(name: string, { model, ledger }: RequestContext): boolean {
  if (!canThink(model)) {
    ledger.refuse(name, `thinking by ${model}`);
    return false;
  }
  return true;
}

/** Anthropic's way to ask for thoughts, as LiteLLM takes it for all vendors. */
function toThinkingOf({ type, budget_tokens: budget }: JsonObject, { model, ledger }: RequestContext): JsonObject {
  const isWanted = type !== "disabled" && budget !== 0;
  if (!isGemini3OrLater(model)) {
    const thinkingBudget = isWanted ? (typeof budget === "number" ? budget : undefined) : 0;
    return withoutUndefined({ includeThoughts: isWanted, thinkingBudget });
  }
  if (isWanted && budget !== undefined) {
    ledger.drop("thinking.budget_tokens");
  }
  return { includeThoughts: isWanted };
}

function toThinkingOfEffort(effort: string, { model, ledger }: RequestContext): JsonObject {
  const includeThoughts = effort !== "none" && effort !== "disable";
  const isKnown = effort === "minimal" || Object.hasOwn(BUDGETS, effort);
  if (!isKnown) {
    ledger.refuse("reasoning_effort", `the reasoning effort '${effort}'`);
  }
  const known = isKnown ? effort : "high"; // Beyond what it has: the most that it has.
  if (!isGemini3OrLater(model)) {
    return { thinkingBudget: known === "minimal" ? smallestBudget(model) : BUDGETS[known], includeThoughts };
  }
  const least = hasMinimalLevel(model) ? "MINIMAL" : "LOW";
  const isLeast = known === "minimal" || !includeThoughts;
  return { thinkingLevel: isLeast ? least : known.toUpperCase(), includeThoughts };
}
