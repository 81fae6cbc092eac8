import { isObject } from "../../core/json-values.ts";
import type { FieldFate, JsonObject } from "../../core/translation.ts";
import { readMaxTokens, readNumber, readResponseFormat, readStop, restOf } from "../openai/chat-params.ts";
import { invalidField } from "../openai/chat-request.ts";

/**
 * Standard parameters that are among Ollama's `options`, or beside them, whatever the endpoint.
 * Source: https://docs.ollama.com/api/chat, https://docs.ollama.com/modelfile (read 2026-11-28); `Options` of npm `ollama` 0.6.4.
 */
export const OLLAMA_FIELDS = {
  frequency_penalty: "mapped",
  max_tokens: "mapped",
  presence_penalty: "mapped",
  seed: "mapped",
  stop: "mapped",
  stream: "forwarded",
  stream_options: "emulated",
  temperature: "mapped",
  top_p: "mapped",
} as const satisfies Readonly<Record<string, FieldFate>>;

/** What stands beside `options` in a body; every other parameter of the vendor's own (`num_ctx`, `top_k`, ...) is an option. */
const TOP_LEVEL: ReadonlySet<string> = new Set([
  "dimensions",
  "format",
  "keep_alive",
  "raw",
  "shift",
  "suffix",
  "system",
  "template",
  "think",
  "truncate",
]);

const NUMBERS = ["frequency_penalty", "presence_penalty", "seed", "temperature", "top_p"] as const;

/**
 * A body's parameters in Ollama's places: `options`, and what stands beside it. Callers may write options at the top
 * level, as LiteLLM's do, or in `options` themselves.
 * @param known names that the translator puts elsewhere
 * @throws GatewayError `invalid-request`
 */
export function writeOllamaParams(body: JsonObject, known: Readonly<Record<string, unknown>>): JsonObject {
  const { options: own, thinking, ...rest } = restOf(body, { ...OLLAMA_FIELDS, ...known });
  if (own !== undefined && own !== null && !isObject(own)) {
    throw invalidField("options", "an object");
  }
  const given = Object.entries(rest);
  const options: Record<string, unknown> = {
    ...own,
    ...Object.fromEntries(given.filter(([name]) => !TOP_LEVEL.has(name))),
  };
  for (const name of NUMBERS) {
    const value = readNumber(body, name);
    if (value !== undefined) {
      options[name] = value;
    }
  }
  const maxTokens = readMaxTokens(body);
  if (maxTokens !== undefined) {
    options["num_predict"] = maxTokens;
  }
  const stop = readStop(body);
  if (stop.length > 0) {
    options["stop"] = stop;
  }
  const think = readThink(body["reasoning_effort"], thinking);
  return {
    ...(think === undefined ? {} : { think }),
    ...Object.fromEntries(given.filter(([name]) => TOP_LEVEL.has(name))),
    ...(Object.keys(options).length === 0 ? {} : { options }),
  };
}

/** Ollama's three levels; it takes them for models that only switch thinking on and off, too. */
const LEVELS: Readonly<Record<string, boolean | string>> = {
  none: false,
  disable: false,
  minimal: "low",
  low: "low",
  medium: "medium",
  high: "high",
  xhigh: "high",
};

function readThink(effort: unknown, thinking: unknown): boolean | string | undefined {
  if (effort !== undefined && effort !== null) {
    const level = typeof effort === "string" && Object.hasOwn(LEVELS, effort) ? LEVELS[effort] : undefined;
    if (level === undefined) {
      throw invalidField("reasoning_effort", `one of ${Object.keys(LEVELS).join(", ")}`);
    }
    return level;
  }
  return isObject(thinking) ? thinking["type"] !== "disabled" : undefined;
}

/** `format` of a body's `response_format`: `json` or a schema. @throws GatewayError `invalid-request` */
export function writeOllamaFormat(body: JsonObject): JsonObject {
  const format = readResponseFormat(body);
  switch (format.kind) {
    case "text":
      return {};
    case "json":
      return { format: "json" };
    case "schema":
      return { format: format.schema };
    default:
      return format satisfies never;
  }
}
