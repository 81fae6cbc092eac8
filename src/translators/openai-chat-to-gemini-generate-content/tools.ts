import { isObject, objectOf } from "../../core/json-values.ts";
import type { JsonObject, RequestContext } from "../../core/translation.ts";
import { toGeminiSchema } from "../../dialects/gemini/json-schema.ts";
import { type FunctionTool, readToolChoice, readTools, type Tools } from "../../dialects/openai/chat-params.ts";

/**
 * Tools that the vendor runs itself, by the names that callers give them (LiteLLM's and the vendor's own).
 * Source: `Tool` in https://ai.google.dev/api/caching#Tool and `@google/genai` 3.3.0 (read 2026-11-28).
 */
const BUILT_IN: Readonly<Record<string, string>> = {
  googleSearch: "googleSearch",
  google_search: "googleSearch",
  web_search: "googleSearch",
  web_search_preview: "googleSearch",
  googleSearchRetrieval: "googleSearchRetrieval",
  google_search_retrieval: "googleSearchRetrieval",
  enterpriseWebSearch: "enterpriseWebSearch",
  enterprise_web_search: "enterpriseWebSearch",
  urlContext: "urlContext",
  url_context: "urlContext",
  codeExecution: "codeExecution",
  code_execution: "codeExecution",
  googleMaps: "googleMaps",
  google_maps: "googleMaps",
  computerUse: "computerUse",
  computer_use: "computerUse",
  fileSearch: "fileSearch",
  file_search: "fileSearch",
  retrieval: "retrieval",
};

/**
 * `tools` and `toolConfig`; neither when no tool was named.
 * Source: https://ai.google.dev/gemini-api/docs/function-calling (read 2026-11-28).
 * @throws GatewayError `invalid-request`, `unsupported-params`
 */
export function toTools(body: JsonObject, context: RequestContext): JsonObject {
  const read = readTools(body);
  const { functions } = read;
  const builtIn = new Map<string, JsonObject>();
  for (const tool of read.others) {
    addBuiltIn(builtIn, tool, context);
  }
  if (body["web_search_options"] !== undefined && body["web_search_options"] !== null) {
    noteSearchOptions(objectOf(body["web_search_options"]), context);
    builtIn.set("googleSearch", builtIn.get("googleSearch") ?? {});
  }
  if (body["parallel_tool_calls"] === false && functions.length > 1) {
    context.ledger.refuse("parallel_tool_calls", "calls of one tool at a time when there are several");
  }
  const tools = [
    ...(functions.length === 0
      ? []
      : [{ functionDeclarations: functions.map((tool) => toDeclaration(tool, context)) }]),
    ...[...builtIn].map(([name, config]) => ({ [name]: config })),
  ];
  const toolConfig = toToolConfig(body, functions);
  return {
    ...(tools.length === 0 ? {} : { tools }),
    ...(toolConfig === undefined ? {} : { toolConfig }),
  };
}

function addBuiltIn(found: Map<string, JsonObject>, tool: Tools["others"][number], { ledger }: RequestContext): void {
  // `{googleSearch: {}}` as the vendor writes it, `{type: "google_search", ...}` as OpenAI would.
  const { type, ...config } = tool.raw;
  const keys = Object.keys(config).filter((key) => Object.hasOwn(BUILT_IN, key));
  for (const key of keys) {
    found.set(BUILT_IN[key] ?? key, isObject(config[key]) ? config[key] : {});
  }
  if (keys.length > 0) {
    return;
  }
  if (typeof type === "string" && Object.hasOwn(BUILT_IN, type)) {
    const isOpenai = type.startsWith("web_search");
    if (isOpenai) {
      noteSearchOptions(config, { ledger });
    }
    found.set(BUILT_IN[type] ?? type, isOpenai ? {} : config);
    return;
  }
  ledger.refuse(tool.path, `tools of type '${tool.type}'`);
}

function noteSearchOptions(options: JsonObject, { ledger }: Pick<RequestContext, "ledger">): void {
  for (const name of Object.keys(options)) {
    ledger.drop(`web_search_options.${name}`);
  }
}

function toDeclaration({ name, description, parameters, path }: FunctionTool, { ledger }: RequestContext): JsonObject {
  return {
    name,
    ...(description === undefined ? {} : { description }),
    ...(parameters === undefined || Object.keys(parameters).length === 0
      ? {}
      : { parametersJsonSchema: toGeminiSchema(parameters, `${path}.parameters`, ledger) }),
  };
}

function toToolConfig(body: JsonObject, functions: readonly FunctionTool[]): JsonObject | undefined {
  const choice = readToolChoice(body);
  if (choice === undefined || functions.length === 0) {
    return undefined;
  }
  if (typeof choice === "object") {
    return { functionCallingConfig: { mode: "ANY", allowedFunctionNames: [choice.name] } };
  }
  const mode = { auto: "AUTO", none: "NONE", required: "ANY" }[choice];
  return { functionCallingConfig: { mode } };
}
