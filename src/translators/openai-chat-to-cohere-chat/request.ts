import { isObject, listOf, objectOf } from "../../core/json-values.ts";
import type { JsonObject, Ledger, RequestContext } from "../../core/translation.ts";
import {
  type FunctionTool,
  readMaxTokens,
  readResponseFormat,
  readStop,
  readToolChoice,
  readTools,
  restOf,
} from "../../dialects/openai/chat-params.ts";
import { invalidField } from "../../dialects/openai/chat-request.ts";
import { CHAT_FIELDS } from "./fields.ts";
import { toCohereMessages } from "./messages.ts";

/** Thinking budgets for efforts short of `high`, in tokens; LiteLLM's. Cohere itself knows on and off only. */
const BUDGETS: Readonly<Record<string, number>> = { minimal: 128, low: 1024, medium: 2048 };

/** Parameters that go under their own names. */
const FORWARDED: readonly string[] = Object.keys(CHAT_FIELDS).filter((name) => CHAT_FIELDS[name] === "forwarded");

/**
 * A chat in Cohere's form.
 * Source: https://docs.cohere.com/reference/chat (read 2026-11-28).
 * @throws GatewayError `invalid-request` or `unsupported-params`
 */
export function toCohereChat(body: JsonObject, { model, isStream, ledger }: RequestContext): JsonObject {
  const stop = readStop(body);
  const maxTokens = readMaxTokens(body);
  const { thinking, ...own } = restOf(body, CHAT_FIELDS);
  return {
    model,
    messages: toCohereMessages(body, ledger),
    ...(isStream ? { stream: true } : { stream: false }),
    ...pick(body, FORWARDED),
    ...(isPresent(body["top_p"]) ? { p: body["top_p"] } : {}),
    ...(maxTokens === undefined ? {} : { max_tokens: maxTokens }),
    ...(stop.length === 0 ? {} : { stop_sequences: stop }),
    ...toToolFields(body, ledger),
    ...toResponseFormat(body),
    ...toThinking(thinking, body["reasoning_effort"]),
    ...own,
  };
}

const isPresent = (value: unknown): boolean => value !== undefined && value !== null;

const pick = (body: JsonObject, names: readonly string[]): JsonObject =>
  Object.fromEntries(names.filter((name) => isPresent(body[name])).map((name) => [name, body[name]]));

/** Cohere cannot be told to call one tool of several: that tool alone is offered, and must be called. */
function toToolFields(body: JsonObject, ledger: Ledger): JsonObject {
  const { functions, others } = readTools(body);
  for (const { path, type } of others) {
    ledger.refuse(path, `tools of type '${type}'`);
  }
  const choice = readToolChoice(body);
  const named = typeof choice === "object" ? choice.name : undefined;
  const offered = named === undefined ? functions : functions.filter(({ name }) => name === named);
  if (named !== undefined && offered.length === 0) {
    throw invalidField("tool_choice", `a function of 'tools' ('${named}' is none)`);
  }
  const forced = named !== undefined || choice === "required" ? "REQUIRED" : undefined;
  const toolChoice = choice === "none" ? "NONE" : forced;
  return {
    ...(offered.length === 0 ? {} : { tools: offered.map(toTool), ...toStrict(offered, ledger) }),
    ...(toolChoice === undefined || offered.length === 0 ? {} : { tool_choice: toolChoice }),
  };
}

const toTool = ({ name, description, parameters }: FunctionTool): JsonObject => ({
  type: "function",
  function: {
    name,
    ...(description === undefined ? {} : { description }),
    parameters: parameters ?? { type: "object", properties: {} },
  },
});

/**
 * Cohere holds all tools to their schemas or none, and only tools that require something.
 * Source: https://docs.cohere.com/docs/structured-outputs, "Important notes on using strict_tools" (read 2026-11-28).
 */
function toStrict(tools: readonly FunctionTool[], ledger: Ledger): JsonObject {
  const strict = tools.filter((tool) => tool.strict === true);
  const isFit = ({ parameters }: FunctionTool): boolean => listOf(parameters?.["required"]).length > 0;
  if (strict.length > 0 && strict.length === tools.length && tools.every(isFit)) {
    return { strict_tools: true };
  }
  for (const { path } of strict) {
    ledger.drop(`${path}.strict`);
  }
  return {};
}

function toResponseFormat(body: JsonObject): JsonObject {
  const format = readResponseFormat(body);
  switch (format.kind) {
    case "text":
      return {};
    case "json":
      return { response_format: { type: "json_object" } };
    case "schema": {
      const { schema, description } = format;
      const isDescribed = description === undefined || schema["description"] !== undefined;
      const described = isDescribed ? schema : { ...schema, description };
      return { response_format: { type: "json_object", json_schema: described } };
    }
    default:
      return format satisfies never;
  }
}

/** `thinking` in Cohere's words or, as LiteLLM takes it for all vendors, in Anthropic's; it wins over the effort. */
function toThinking(thinking: unknown, effort: unknown): JsonObject {
  if (isPresent(thinking)) {
    const { budget_tokens: budget, ...rest } = objectOf(thinking);
    const isForeign = isObject(thinking) && budget !== undefined && rest["token_budget"] === undefined;
    return { thinking: isForeign ? { ...rest, token_budget: budget } : thinking };
  }
  if (!isPresent(effort)) {
    return {};
  }
  if (typeof effort !== "string") {
    throw invalidField("reasoning_effort", "'none', 'minimal', 'low', 'medium' or 'high'");
  }
  if (effort === "none") {
    return { thinking: { type: "disabled" } };
  }
  const budget = Object.hasOwn(BUDGETS, effort) ? BUDGETS[effort] : undefined;
  return { thinking: { type: "enabled", ...(budget === undefined ? {} : { token_budget: budget }) } };
}
