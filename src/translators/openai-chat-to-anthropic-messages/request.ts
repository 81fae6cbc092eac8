import { isObject, listOf, objectOf, textOf } from "../../core/json-values.ts";
import type { JsonObject, Ledger, RequestContext } from "../../core/translation.ts";
import { type ClaudeTraits, readClaudeTraits } from "../../dialects/anthropic/claude-models.ts";
import { readMaxTokens, readNumber, readStop, restOf } from "../../dialects/openai/chat-params.ts";
import { type ChatMessage, invalidField, readMessages } from "../../dialects/openai/chat-request.ts";
import { readBetas } from "./betas.ts";
import { FIELDS } from "./fields.ts";
import { type Conversation, writeConversation } from "./messages.ts";
import { ToolNames } from "./names.ts";
import { type MessagesOptions, readMessagesOptions } from "./options.ts";
import { JSON_INSTRUCTION, type OutputPlan, planOutput } from "./structured-output.ts";
import { planThinking, type ThinkingPlan } from "./thinking.ts";
import { type RequestTools, readRequestTools, writeToolChoice, writeTools } from "./tools.ts";

/** Parameters that are Anthropic's own and are read here; all others that OpenAI does not have pass as they came. */
const OWN_FIELDS = ["thinking", "betas", "system", "output_config", "stop_sequences", "metadata"] as const;

const KNOWN: JsonObject = { ...FIELDS, ...Object.fromEntries(OWN_FIELDS.map((name) => [name, true])) };

const KNOWN_WITH_TOP_K: JsonObject = { ...KNOWN, top_k: true };

const SILENT: Ledger = { drop: () => undefined, refuse: () => undefined };

/** What both directions must agree on: the names of tools and the form of the answer. */
export interface Agreement {
  readonly tools: RequestTools;
  readonly output: OutputPlan;
}

interface Plan extends Agreement {
  readonly traits: ClaudeTraits;
  readonly thinking: ThinkingPlan;
  readonly options: MessagesOptions;
  readonly messages: readonly ChatMessage[];
  readonly takesSchemas: boolean;
}

function plan(body: JsonObject, model: string, rawOptions: JsonObject, ledger: Ledger): Plan {
  const traits = readClaudeTraits(model);
  const options = readMessagesOptions(rawOptions);
  const messages = readMessages(body);
  const thinking = planThinking(body, { traits, maxTokens: readLimit(body), messages, ledger });
  const tools = readRequestTools(body, messages);
  const { functions, others } = tools.tools;
  const output = planOutput(body, {
    traits,
    takesSchemas: options.structuredOutputs,
    hasTools: functions.length + others.length > 0 || isObject(body["web_search_options"]),
    thinksByBudget: thinking.isBudget,
    names: tools.names,
  });
  return { traits, thinking, options, messages, tools, output, takesSchemas: options.structuredOutputs };
}

/** What the reply to a body is read by. @throws GatewayError as {@link writeMessagesRequest} did for the same body */
export function agreementOf(body: JsonObject, model: string, options: JsonObject): Agreement {
  const isPlain = [body["tools"], body["functions"], body["response_format"]].every((field) => field === undefined);
  return isPlain ? NOTHING_AGREED : plan(body, model, options, SILENT);
}

const NOTHING_AGREED: Agreement = {
  tools: { tools: { functions: [], others: [] }, names: new ToolNames([]), undeclared: [] },
  output: { kind: "text" },
};

/**
 * A chat request as Anthropic's Messages API takes it.
 * Source: https://platform.claude.com/docs/en/api/messages/create (read 2026-11-28).
 * @throws GatewayError
 */
export function writeMessagesRequest(body: JsonObject, context: RequestContext): JsonObject {
  const { model, isStream, ledger, media } = context;
  const planned = plan(body, model, context.options, ledger);
  const { traits, thinking, options, tools, output, takesSchemas } = planned;
  const conversation = writeConversation(planned.messages, {
    ledger,
    media,
    names: tools.names,
    takesPrefill: traits.takesPrefill && !thinking.isOn,
  });
  checkModalities(body, ledger);
  const toolWriting = { request: tools, traits, takesSchemas, output, ledger };
  const written = writeTools(body, toolWriting);
  const choice = writeToolChoice(body, {
    ...toolWriting,
    hasTools: written.length > 0,
    thinksByBudget: thinking.isBudget,
  });
  const betas = options.betasInBody ? readBetas(body) : [];
  const request: Record<string, unknown> = {};
  const put = (name: string, value: unknown): void => {
    if (value !== undefined) {
      request[name] = value;
    }
  };
  put("anthropic_version", options.anthropicVersion);
  put("model", options.omitsModel ? undefined : model);
  put("max_tokens", thinking.maxTokens);
  put("system", writeSystem(body, conversation, output));
  put("messages", conversation.messages);
  put("tools", written.length === 0 ? undefined : written);
  put("tool_choice", choice);
  put("thinking", thinking.thinking);
  put("output_config", writeOutputConfig(body, planned));
  Object.assign(request, writeSampling(body, planned, ledger));
  put("stop_sequences", writeStop(body, ledger));
  put("metadata", writeUser(body, ledger));
  put("service_tier", writeServiceTier(body, ledger));
  put("stream", isStream && !options.omitsStream ? true : undefined);
  put("anthropic_beta", betas.length === 0 ? undefined : betas);
  const rest = restOf(body, thinking.isOn || !traits.takesSampling ? KNOWN_WITH_TOP_K : KNOWN);
  return Object.keys(rest).length === 0 ? request : { ...request, ...rest };
}

/** Claude answers in text. */
function checkModalities({ modalities }: JsonObject, ledger: Ledger): void {
  if (listOf(modalities).some((modality) => modality !== "text")) {
    ledger.refuse("modalities", "answers in anything but text");
  }
}

/** The caller's limit of the answer as a whole number. */
function readLimit(body: JsonObject): number | undefined {
  const limit = readMaxTokens(body);
  if (limit === undefined) {
    return undefined;
  }
  if (limit < 0) {
    throw invalidField("max_tokens", "a number that is not negative");
  }
  return limit === 0 ? 0 : Math.max(1, Math.round(limit));
}

/** The system prompt: the vendor's own parameter, if the caller sent it, before the conversation's. */
function writeSystem(body: JsonObject, { system }: Conversation, output: OutputPlan): readonly unknown[] | undefined {
  const { system: own } = body;
  const given = typeof own === "string" ? [{ type: "text", text: own }] : Array.isArray(own) ? (own as unknown[]) : [];
  const instruction = output.kind === "instruction" ? [{ type: "text", text: JSON_INSTRUCTION }] : [];
  const all = [...given, ...system, ...instruction];
  return all.length === 0 ? undefined : all;
}

function writeOutputConfig(body: JsonObject, { thinking, output }: Plan): JsonObject | undefined {
  if (thinking.effort === undefined && output.kind !== "native" && body["output_config"] === undefined) {
    return undefined;
  }
  const config = {
    ...(thinking.effort === undefined ? {} : { effort: thinking.effort }),
    ...(output.kind === "native" ? { format: { type: "json_schema", schema: output.schema } } : {}),
    ...objectOf(body["output_config"]),
  };
  return Object.keys(config).length === 0 ? undefined : config;
}

/**
 * `temperature`, `top_p` and `top_k`, which newer models take at their defaults alone, and thinking models of any age
 * hardly. Source: https://platform.claude.com/docs/en/build-with-claude/thinking, "Sampling parameters" (read 2026-11-28).
 */
function writeSampling(body: JsonObject, { traits, thinking }: Plan, ledger: Ledger): JsonObject {
  const temperature = readNumber(body, "temperature");
  const topP = readNumber(body, "top_p");
  const isFree = traits.takesSampling && !thinking.isOn;
  const why = traits.takesSampling ? "while it thinks" : "with this model";
  const written: Record<string, number> = {};
  if (temperature !== undefined && temperature !== 1) {
    if (!isFree) {
      ledger.refuse("temperature", `temperatures other than 1 ${why}`);
    } else if (temperature < 0 || temperature > 1) {
      ledger.refuse("temperature", "temperatures outside 0 to 1");
    } else {
      written["temperature"] = temperature;
    }
  }
  if (topP !== undefined && topP !== 1) {
    if (!isFree && !(traits.takesSampling && topP >= 0.95 && topP <= 1)) {
      ledger.refuse("top_p", `top_p ${why}`);
    } else if (topP < 0 || topP > 1) {
      ledger.refuse("top_p", "top_p outside 0 to 1");
    } else if (written["temperature"] !== undefined && !traits.takesBothSamplings) {
      ledger.refuse("top_p", "top_p beside temperature with this model");
    } else {
      written["top_p"] = topP;
    }
  }
  if (!isFree && body["top_k"] !== undefined && body["top_k"] !== null) {
    ledger.refuse("top_k", `top_k ${why}`);
  }
  return written;
}

/** Anthropic refuses stop sequences that no one could see. Source: https://github.com/BerriAI/litellm/issues/3286. */
function writeStop(body: JsonObject, ledger: Ledger): readonly string[] | undefined {
  const { stop, stop_sequences: own } = body;
  if (stop === undefined && own === undefined) {
    return undefined;
  }
  const texts = [...readStop(body), ...readStop({ stop: own })];
  const visible = texts.filter((text) => text.trim() !== "");
  if (visible.length < texts.length) {
    ledger.refuse("stop", "stop sequences of white space alone");
  }
  return visible.length === 0 ? undefined : visible;
}

const EMAIL = /^[\w.%+-]+@[\w.-]+\.[A-Za-z]{2,}$/;
const PHONE = /^\+?[\d\s()-]{7,}$/;
const MAX_USER_ID = 512;

/** Anthropic wants ids of users that say nothing of them: addresses and telephone numbers stay here, as with LiteLLM. */
function writeUser(body: JsonObject, ledger: Ledger): JsonObject | undefined {
  const field = textOf(body["user"]) === undefined ? "safety_identifier" : "user";
  const id = textOf(body[field]);
  if (id === undefined || id === "") {
    return undefined;
  }
  if (EMAIL.test(id) || PHONE.test(id) || id.length > MAX_USER_ID) {
    ledger.drop(field);
    return undefined;
  }
  return { user_id: id };
}

/** OpenAI's tiers as Anthropic's. Source: https://platform.claude.com/docs/en/api/service-tiers (read 2026-11-28). */
const SERVICE_TIERS: Readonly<Record<string, string>> = {
  auto: "auto",
  default: "standard_only",
  standard_only: "standard_only",
};

function writeServiceTier(body: JsonObject, ledger: Ledger): string | undefined {
  const tier = body["service_tier"] ?? undefined;
  if (tier === undefined) {
    return undefined;
  }
  if (typeof tier !== "string" || !Object.hasOwn(SERVICE_TIERS, tier)) {
    ledger.refuse("service_tier", "service tiers other than auto, default and standard_only");
    return undefined;
  }
  return SERVICE_TIERS[tier];
}
