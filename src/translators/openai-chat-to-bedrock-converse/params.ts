import { append } from "../../core/append.ts";
import { isObject, objectOf, shownOf } from "../../core/json-values.ts";
import type { JsonObject, Ledger } from "../../core/translation.ts";
import { toBedrockName } from "../../dialects/bedrock/names.ts";
import { readMaxTokens, readNumber, readStop, readToolChoice, restOf } from "../../dialects/openai/chat-params.ts";
import { type ChatMessage, invalidField } from "../../dialects/openai/chat-request.ts";
import { planThinking } from "../openai-chat-to-anthropic-messages/thinking.ts";
import { cachePointOf } from "./messages.ts";
import type { ConversePlan } from "./plan.ts";

/** Converse's own top-level fields that callers may send as they are; others are the model's. */
const OWN_FIELDS: readonly string[] = [
  "additionalModelResponseFieldPaths",
  "guardrailConfig",
  "outputConfig",
  "performanceConfig",
  "promptVariables",
  "requestMetadata",
  "serviceTier",
];

/** Values of `service_tier` that are tiers of Bedrock's. */
const TIERS: ReadonlySet<unknown> = new Set(["default", "flex", "priority", "reserved"]);

/** What parameters are written with. */
export interface ParamWriting {
  readonly plan: ConversePlan;
  readonly ledger: Ledger;
  readonly messages: readonly ChatMessage[];
  /** Names of tools that the conversation has calls of. */
  readonly calledTools: readonly string[];
  /** Parameters that are no model's own. */
  readonly known: Readonly<Record<string, unknown>>;
}

/**
 * Everything of a Converse body but the conversation.
 * Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html (read 2026-11-28).
 * @throws GatewayError
 */
export function writeParams(body: JsonObject, writing: ParamWriting): JsonObject {
  const { thinking, effort, maxTokens } = writeThinking(body, writing);
  const { own, additional } = writeRest(body, writing);
  const inferenceConfig = writeInference(body, maxTokens, writing);
  const toolConfig = writeToolConfig(body, writing);
  const outputConfig = {
    ...objectOf(own["outputConfig"]),
    ...writeOutput(writing),
    ...(effort === undefined ? {} : { effort }),
  };
  const fields = { ...additional, ...thinking };
  const tier = writeTier(body, writing.ledger);
  return {
    ...(Object.keys(inferenceConfig).length === 0 ? {} : { inferenceConfig }),
    ...(toolConfig === undefined ? {} : { toolConfig }),
    ...(tier === undefined ? {} : { serviceTier: tier }),
    ...own,
    ...(Object.keys(outputConfig).length === 0 ? {} : { outputConfig }),
    ...(Object.keys(fields).length === 0 ? {} : { additionalModelRequestFields: fields }),
  };
}

interface WrittenThinking {
  readonly thinking: JsonObject;
  readonly effort: string | undefined;
  readonly maxTokens: number | undefined;
}

function writeThinking(body: JsonObject, { plan, messages, ledger }: ParamWriting): WrittenThinking {
  const maxTokens = readMaxTokens(body);
  const { isClaude, claude, effortField } = plan.traits;
  if (isClaude) {
    const planned = planThinking(body, { traits: claude, maxTokens, messages, ledger });
    const thinking = planned.thinking === undefined ? {} : { thinking: planned.thinking };
    return { thinking, effort: planned.effort, maxTokens: planned.isBudget ? planned.maxTokens : maxTokens };
  }
  const { reasoning_effort: effort, thinking } = body;
  const given = thinking === undefined || thinking === null ? {} : { thinking };
  if (effort === undefined || effort === null) {
    return { thinking: given, effort: undefined, maxTokens };
  }
  if (typeof effort !== "string") {
    throw invalidField("reasoning_effort", "a text such as 'low', 'medium' or 'high'");
  }
  if (effortField === undefined && effort !== "none") {
    ledger.refuse("reasoning_effort", "reasoning_effort for this model");
  }
  return { thinking: { ...given, ...effortField?.(effort) }, effort: undefined, maxTokens };
}

function writeInference(body: JsonObject, maxTokens: number | undefined, { plan, ledger }: ParamWriting): JsonObject {
  const { takesSampling, takesBothSamplings } = plan.traits.claude;
  const stop = readStop(body).filter((text) => text !== "");
  let temperature = readNumber(body, "temperature");
  let topP = readNumber(body, "top_p");
  if (!takesSampling) {
    for (const [name, value] of Object.entries({ temperature, top_p: topP })) {
      if (value !== undefined && value !== 1) {
        ledger.refuse(name, `${name} for this model`);
      }
    }
    temperature = undefined;
    topP = undefined;
  } else if (!takesBothSamplings && temperature !== undefined && topP !== undefined) {
    if (topP !== 1) {
      ledger.refuse("top_p", "temperature and top_p side by side for this model");
    }
    topP = undefined;
  }
  return {
    ...(maxTokens === undefined ? {} : { maxTokens }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { topP }),
    ...(stop.length === 0 ? {} : { stopSequences: stop }),
  };
}

/** The caller's other fields: Converse's own, and the model's. */
function writeRest(body: JsonObject, { plan, known }: ParamWriting): { own: JsonObject; additional: JsonObject } {
  const { top_k: topK, additionalModelRequestFields: given, ...rest } = restOf(body, { ...known, thinking: 0 });
  if (given !== undefined && given !== null && !isObject(given)) {
    throw invalidField("additionalModelRequestFields", "an object");
  }
  const own: Record<string, unknown> = {};
  const additional: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(rest)) {
    if (value !== undefined && value !== null) {
      (OWN_FIELDS.includes(name) ? own : additional)[name] = value;
    }
  }
  if (topK !== undefined && topK !== null) {
    Object.assign(additional, plan.traits.isNova ? { inferenceConfig: { topK } } : { top_k: topK });
  }
  return { own, additional: { ...additional, ...objectOf(given) } };
}

function writeTier({ service_tier: tier }: JsonObject, ledger: Ledger): JsonObject | undefined {
  if (tier === undefined || tier === null || tier === "auto") {
    return undefined;
  }
  if (!TIERS.has(tier)) {
    ledger.refuse("service_tier", `the service tier '${shownOf(tier)}'`);
    return undefined;
  }
  return { type: tier };
}

function writeOutput({ plan: { output } }: ParamWriting): JsonObject {
  if (output.kind !== "native") {
    return {};
  }
  const jsonSchema = { schema: JSON.stringify(output.schema), name: "answer" };
  return { textFormat: { type: "json_schema", structure: { jsonSchema } } };
}

/**
 * `toolConfig`: the caller's tools, and the tool that a structured answer is given by. Tools that the conversation alone knows are
 * declared as well, as Bedrock refuses calls of tools that no request declares.
 * Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolConfiguration.html (read 2026-11-28).
 */
function writeToolConfig(body: JsonObject, writing: ParamWriting): JsonObject | undefined {
  const { plan, ledger, calledTools } = writing;
  const { output, tools, traits } = plan;
  for (const { path, type } of tools.others) {
    ledger.refuse(path, `tools of type '${type}'`);
  }
  const choice = tools.functions.length === 0 ? undefined : readToolChoice(body);
  if (choice === "none" && output.kind !== "tool") {
    if (calledTools.length === 0) {
      return undefined;
    }
    ledger.refuse("tool_choice", "tool_choice='none' in a conversation with tool calls");
  }
  const written = choice === "none" ? [] : writeTools(writing);
  const answers = choice === undefined || choice === "auto" || choice === "none";
  if (output.kind === "tool" && answers) {
    const { name, description, schema } = output;
    written.push({ toolSpec: { name, description, inputSchema: { json: schema } } });
  }
  const declared = new Set(written.map((tool) => objectOf(tool["toolSpec"])["name"]));
  const missing = calledTools.filter((name) => !declared.has(name));
  append(
    written,
    missing.map((name) => ({ toolSpec: { name, inputSchema: { json: { type: "object" } } } })),
  );
  if (written.length === 0) {
    return undefined;
  }
  const toolChoice =
    output.kind === "tool" && answers
      ? toAnswerChoice(output.name, written.length === 1 || choice === "none", traits.forcesTools, body)
      : toToolChoice(choice, writing);
  return { tools: written, ...(toolChoice === undefined ? {} : { toolChoice }) };
}

function writeTools({ plan, ledger }: ParamWriting): JsonObject[] {
  const { tools, traits } = plan;
  return tools.functions.flatMap(({ name, description, parameters, strict, raw, path }) => [
    {
      toolSpec: {
        name: toBedrockName(name),
        ...(description === undefined || description === "" ? {} : { description }),
        inputSchema: { json: { type: "object", ...parameters } },
        ...(strict === true && traits.claude.structuredOutputs ? { strict } : {}),
      },
    },
    ...cachePointOf({ cache_control: raw["cache_control"] ?? objectOf(raw["function"])["cache_control"] }, path, {
      ledger,
      takesCachePoints: traits.takesCachePoints,
    }),
  ]);
}

/** The choice that brings a structured answer: its tool, or with tools beside it any. Thinking models refuse to be forced. */
function toAnswerChoice(
  name: string,
  isAlone: boolean,
  forcesTools: boolean,
  body: JsonObject,
): JsonObject | undefined {
  const thinks = isObject(body["thinking"]) || (body["reasoning_effort"] ?? "none") !== "none";
  if (!forcesTools || thinks) {
    return undefined;
  }
  return isAlone ? { tool: { name } } : { any: {} };
}

function toToolChoice(choice: ReturnType<typeof readToolChoice>, { plan }: ParamWriting): JsonObject | undefined {
  if (choice === undefined || choice === "none") {
    return undefined;
  }
  if (choice === "auto") {
    return { auto: {} };
  }
  if (choice === "required") {
    return { any: {} };
  }
  if (!plan.tools.functions.some(({ name }) => name === choice.name)) {
    throw invalidField("tool_choice", "a function of the request's tools");
  }
  return { tool: { name: toBedrockName(choice.name) } };
}
