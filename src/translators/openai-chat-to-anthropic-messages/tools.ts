import { isObject, objectOf, textOf } from "../../core/json-values.ts";
import type { JsonObject, Ledger } from "../../core/translation.ts";
import type { ClaudeTraits } from "../../dialects/anthropic/claude-models.ts";
import { toOutputSchema } from "../../dialects/anthropic/output-schema.ts";
import { type FunctionTool, readToolChoice, readTools, type Tools } from "../../dialects/openai/chat-params.ts";
import { type ChatMessage, invalidField } from "../../dialects/openai/chat-request.ts";
import { cacheControlOf, ToolNames } from "./names.ts";
import type { OutputPlan } from "./structured-output.ts";

/** Properties of a tool that are Anthropic's own; they may stand beside `function` or in it. */
const OWN_PROPERTIES = ["allowed_callers", "defer_loading", "eager_input_streaming", "input_examples"] as const;

/** Types of tools that Anthropic defines: dated ones, and those that are not dated. */
const OWN_TYPES = /_\d{8}$|^(?:mcp_toolset|tool_search_tool_regex|tool_search_tool_bm25)$/;

/** Most searches of one answer, by how much context the caller wants of them, as LiteLLM has it. */
const SEARCHES: Readonly<Record<string, number>> = { low: 1, medium: 5, high: 10 };

/** The tools of a request and the names that its conversation uses for them. */
export interface RequestTools {
  readonly tools: Tools;
  readonly names: ToolNames;
  /** Names that the conversation's calls have and no tool declares. */
  readonly undeclared: readonly string[];
}

/** Reads the tools of a caller's body. The same body gives the same names when its reply is read. @throws GatewayError */
export function readRequestTools(body: JsonObject, messages: readonly ChatMessage[]): RequestTools {
  const tools = readTools(body);
  const declared = tools.functions.map(({ name }) => name);
  const own = tools.others.flatMap(({ raw }) => textOf(raw["name"]) ?? []);
  const called = messages.flatMap(({ toolCalls }) => toolCalls.map(({ name }) => name));
  const known = new Set([...declared, ...own]);
  const undeclared = [...new Set(called)].filter((name) => !known.has(name));
  return { tools, names: new ToolNames([...own, ...declared, ...undeclared]), undeclared };
}

/** What tools are written with beside the caller's body. */
export interface ToolWriting {
  readonly request: RequestTools;
  readonly traits: ClaudeTraits;
  readonly takesSchemas: boolean;
  readonly output: OutputPlan;
  readonly ledger: Ledger;
}

/**
 * The list of tools as Anthropic takes it: functions, its own tools as they came, web search, and the tool that holds a
 * structured answer. Calls of the conversation need tools: those that nobody declared are declared without arguments.
 * Source: https://platform.claude.com/docs/en/agents-and-tools/tool-use/tool-reference (read 2026-11-28).
 */
export function writeTools(body: JsonObject, writing: ToolWriting): readonly JsonObject[] {
  const { request, output, ledger } = writing;
  const functions = request.tools.functions.map((tool) => writeFunction(tool, writing));
  const others = request.tools.others.flatMap(({ path, type, raw }) => {
    if (OWN_TYPES.test(type) || (type === "custom" && isObject(raw["input_schema"]))) {
      return [flatten(raw)];
    }
    ledger.refuse(path, `tools of type '${type}'`);
    return [];
  });
  const search = writeWebSearch(body);
  const answer =
    output.kind === "tool" ? [{ name: output.name, description: output.description, input_schema: output.schema }] : [];
  const own = [...functions, ...others, ...search, ...answer];
  const undeclared = request.undeclared.map((name) => ({
    name: request.names.toVendor(name),
    input_schema: EMPTY_SCHEMA,
  }));
  return [...own, ...undeclared];
}

const EMPTY_SCHEMA: JsonObject = { type: "object", properties: {} };

function writeFunction(tool: FunctionTool, { request, traits, takesSchemas, ledger }: ToolWriting): JsonObject {
  const { name, description, parameters, strict, path, raw } = tool;
  const inner = objectOf(raw["function"]);
  const closed =
    strict === true && takesSchemas && traits.structuredOutputs ? toOutputSchema(toInputSchema(parameters)) : undefined;
  if (strict === true && closed === undefined) {
    ledger.drop(`${path}.strict`);
  }
  const own = OWN_PROPERTIES.flatMap((property) => {
    const value = raw[property] ?? inner[property];
    return value === undefined ? [] : [[property, value] as const];
  });
  return {
    name: request.names.toVendor(name),
    ...(description === undefined || description === "" ? {} : { description }),
    input_schema: closed ?? toInputSchema(parameters),
    ...(closed === undefined ? {} : { strict: true }),
    ...Object.fromEntries(own),
    ...cacheControlOf(inner),
    ...cacheControlOf(raw),
  };
}

/** Anthropic needs the schema of an object; functions without arguments have none. */
const toInputSchema = (parameters: JsonObject | undefined): JsonObject => {
  if (parameters === undefined || Object.keys(parameters).length === 0) {
    return EMPTY_SCHEMA;
  }
  return parameters["type"] === "object" ? parameters : { ...parameters, type: "object" };
};

/** An own tool of Anthropic's that the caller wrapped into a function, as LiteLLM's callers do, is unwrapped. */
function flatten(raw: JsonObject): JsonObject {
  const { function: wrapped, ...rest } = raw;
  if (!isObject(wrapped)) {
    return raw;
  }
  const { name } = wrapped;
  return { ...(name === undefined ? {} : { name }), ...objectOf(wrapped["parameters"]), ...rest };
}

/** Source: https://platform.claude.com/docs/en/agents-and-tools/tool-use/web-search-tool (read 2026-11-28). */
function writeWebSearch(body: JsonObject): readonly JsonObject[] {
  const { web_search_options: options } = body;
  if (options === undefined || options === null) {
    return [];
  }
  if (!isObject(options)) {
    throw invalidField("web_search_options", "an object");
  }
  const size = textOf(options["search_context_size"]) ?? "";
  const { city, country, region, timezone } = objectOf(objectOf(options["user_location"])["approximate"]);
  const place = Object.entries({ city, country, region, timezone }).filter(([, value]) => typeof value === "string");
  return [
    {
      type: "web_search_20250305",
      name: "web_search",
      ...(Object.hasOwn(SEARCHES, size) ? { max_uses: SEARCHES[size] } : {}),
      ...(place.length === 0 ? {} : { user_location: { type: "approximate", ...Object.fromEntries(place) } }),
    },
  ];
}

/** What the choice of tools is written with beside the caller's body. */
export interface ChoiceWriting extends ToolWriting {
  readonly hasTools: boolean;
  /** Thinking with a budget: Anthropic then refuses forced calls. */
  readonly thinksByBudget: boolean;
}

/**
 * `tool_choice` as Anthropic takes it, with `parallel_tool_calls`; `undefined` to leave it to the vendor.
 * Source: https://platform.claude.com/docs/en/agents-and-tools/tool-use/define-tools (read 2026-11-28).
 * @throws GatewayError
 */
export function writeToolChoice(body: JsonObject, writing: ChoiceWriting): JsonObject | undefined {
  if (!writing.hasTools) {
    return undefined;
  }
  const wanted = readChoice(body, writing);
  const choice = withAnswerTool(wanted, writing);
  const allowed = isForced(choice) ? allowForced(choice, writing) : choice;
  const { parallel_tool_calls: parallel } = body;
  const ownDisable = objectOf(body["tool_choice"])["disable_parallel_tool_use"] === true;
  if ((parallel !== false && !ownDisable) || allowed?.["type"] === "none") {
    return allowed;
  }
  return { ...(allowed ?? { type: "auto" }), disable_parallel_tool_use: true };
}

const isForced = (choice: JsonObject | undefined): choice is JsonObject =>
  choice?.["type"] === "any" || choice?.["type"] === "tool";

function readChoice(body: JsonObject, { request, ledger }: ChoiceWriting): JsonObject | undefined {
  const { type, function: named } = objectOf(body["tool_choice"]);
  if (type === "allowed_tools") {
    ledger.refuse("tool_choice", "a choice among allowed tools");
    return undefined;
  }
  const isBare = named === undefined && (type === "auto" || type === "any" || type === "none" || type === "required");
  const choice = isBare ? readToolChoice({ tool_choice: type }) : readToolChoice(body);
  const hasOwn =
    request.tools.functions.length + request.tools.others.length > 0 || isObject(body["web_search_options"]);
  if (!hasOwn) {
    return { type: "none" }; // Tools that are declared for the conversation's sake are not there to be called.
  }
  if (choice === undefined || choice === "auto") {
    return choice === undefined ? undefined : { type: "auto" };
  }
  if (choice === "none") {
    return { type: "none" };
  }
  return choice === "required" ? { type: "any" } : { type: "tool", name: findTool(choice.name, request) };
}

function findTool(name: string, { tools, names }: RequestTools): string {
  const isThere =
    tools.functions.some((tool) => tool.name === name) || tools.others.some(({ raw }) => flatten(raw)["name"] === name);
  if (!isThere) {
    throw invalidField("tool_choice", "the name of one of the tools");
  }
  return names.toVendor(name);
}

/** A tool that holds the answer is called unless the caller's own tools are. */
function withAnswerTool(wanted: JsonObject | undefined, writing: ChoiceWriting): JsonObject | undefined {
  const { output, traits, thinksByBudget } = writing;
  if (output.kind !== "tool" || isForced(wanted)) {
    return wanted;
  }
  if (thinksByBudget || !traits.forcesTools) {
    return { type: "auto" };
  }
  return wanted?.["type"] === "none" ? { type: "tool", name: output.name } : { type: "any" };
}

/** A forced call, where Anthropic takes one. */
function allowForced(choice: JsonObject, { traits, thinksByBudget, ledger }: ChoiceWriting): JsonObject | undefined {
  if (!traits.forcesTools) {
    ledger.refuse("tool_choice", "forced tool calls for this model; use 'auto' and ask for the call in the prompt");
    return { type: "auto" };
  }
  if (thinksByBudget) {
    ledger.refuse("tool_choice", "forced tool calls together with thinking");
    return { type: "auto" };
  }
  return choice;
}
