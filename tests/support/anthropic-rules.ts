import { checkAnthropicMessages } from "./anthropic-message-rules.ts";
import type { RecordedRequest } from "./recorded-request.ts";
import type { ScriptedReply } from "./scripted-reply.ts";

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const objectOf = (value: unknown): Json => (isObject(value) ? value : {});
const objectsOf = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.filter(isObject) : []);

/** Body fields, and the beta feature without which the vendor does not know one. Source: `MessageCreateParams` of the vendor's SDK. */
const FIELDS: Readonly<Record<string, string | undefined>> = {
  model: undefined,
  max_tokens: undefined,
  messages: undefined,
  cache_control: undefined,
  container: undefined,
  diagnostics: undefined,
  inference_geo: undefined,
  metadata: undefined,
  output_config: undefined,
  service_tier: undefined,
  stop_sequences: undefined,
  stream: undefined,
  system: undefined,
  temperature: undefined,
  thinking: undefined,
  tool_choice: undefined,
  tools: undefined,
  top_k: undefined,
  top_p: undefined,
  mcp_servers: "mcp-client-",
  context_management: "context-management-2025-06-27",
  speed: "fast-mode-2026-02-01",
  output_format: "structured-outputs-2025-11-13",
};

/** An error as the vendor writes it. Source: https://platform.claude.com/docs/en/api/errors (read 2026-11-28). */
export const anthropicError = (status: number, type: string, message: string): ScriptedReply => ({
  status,
  headers: { "request-id": "req_018EeWyXxfu5pfWkrYcMdjWG" },
  body: { type: "error", error: { type, message }, request_id: "req_018EeWyXxfu5pfWkrYcMdjWG" },
});

/** The vendor's refusal of a request to its Messages API; `undefined` when the request is sound. */
export const checkAnthropicRequest = (request: RecordedRequest): ScriptedReply | undefined => {
  const { method, path, headers, json } = request;
  if (method !== "POST" || !path.endsWith("/v1/messages")) {
    return anthropicError(404, "not_found_error", `${method} ${path}`);
  }
  // The documentation's header; the vendor's newest client sends the key as a bearer token instead.
  if ((headers.get("x-api-key") ?? headers.get("authorization") ?? "") === "") {
    return anthropicError(401, "authentication_error", "x-api-key header is required");
  }
  const version = headers.get("anthropic-version");
  if (version !== "2023-06-01" && version !== "2026-10-21") {
    return anthropicError(400, "invalid_request_error", "anthropic-version: header is required");
  }
  const removed = version === "2026-10-21" ? ["temperature", "top_p", "top_k"] : [];
  const found = removed.find((name) => isObject(json) && json[name] !== undefined);
  if (found !== undefined)
    return anthropicError(400, "invalid_request_error", `${found}: Extra inputs are not permitted`);
  const fault = checkAnthropicBody(json, headers.get("anthropic-beta") ?? "");
  return fault === undefined ? undefined : anthropicError(400, "invalid_request_error", fault);
};

/**
 * What the vendor would say to a body of its Messages API; `undefined` when the body is sound. Written from the vendor's
 * documentation and its messages as users report them, apart from the code that it checks.
 * @param betas the `anthropic-beta` header
 */
export const checkAnthropicBody = (body: unknown, betas = ""): string | undefined => {
  if (!isObject(body)) return "body: Input should be a valid dictionary";
  const model = String(body["model"]);
  return (
    checkFields(body, betas) ??
    checkAnthropicMessages(body, {
      takesPrefill: !IS_NEW.test(model) && objectOf(body["thinking"])["type"] === undefined,
    }) ??
    checkTools(body, model) ??
    checkThinking(body, model) ??
    checkSampling(body, model) ??
    checkOutput(body, model)
  );
};

/** Models from 4.6 on, by what their documentation says they no longer take. */
const IS_NEW = /(?:opus|sonnet|haiku)-(?:4-[678]|5)(?!\d)|fable|mythos/;
const REFUSES_SAMPLING = /(?:opus|sonnet|haiku)-(?:4-[78]|5)(?!\d)|fable|mythos/;
const REFUSES_FORCING = /opus-5-5|sonnet-5-5|fable-5-[12]|mythos-5-[12]|mythos-preview/;
const HAS_FORMAT = /(?:opus|sonnet|haiku)-(?:4-[5-8]|5)(?!\d)|fable|mythos/;

const checkFields = (body: Json, betas: string): string | undefined => {
  for (const name of ["model", "messages", "max_tokens"]) {
    if (body[name] === undefined) return `${name}: Field required`;
  }
  for (const name of Object.keys(body)) {
    if (!Object.hasOwn(FIELDS, name)) return `${name}: Extra inputs are not permitted`;
    const beta = FIELDS[name];
    if (beta !== undefined && !betas.includes(beta)) return `${name}: Extra inputs are not permitted`;
  }
  const { max_tokens: limit, stream, metadata, service_tier: tier, stop_sequences: stops } = body;
  if (!Number.isInteger(limit) || Number(limit) < 0) return "max_tokens: Input should be a valid integer";
  if (stream !== undefined && typeof stream !== "boolean") return "stream: Input should be a valid boolean";
  if (tier !== undefined && tier !== "auto" && tier !== "standard_only") return "service_tier: Input should be 'auto'";
  if (Object.keys(objectOf(metadata)).some((key) => key !== "user_id"))
    return "metadata: Extra inputs are not permitted";
  const isVisible = (stop: unknown): boolean => typeof stop === "string" && stop.trim() !== "";
  if (stops !== undefined && !(Array.isArray(stops) && stops.every(isVisible))) {
    return "stop_sequences: each stop sequence must contain non-whitespace";
  }
  return undefined;
};

const checkTools = (body: Json, model: string): string | undefined => {
  const { tools, tool_choice: choice, thinking } = body;
  if (tools === undefined)
    return choice === undefined ? undefined : "tool_choice may only be specified while providing tools";
  if (!Array.isArray(tools)) return "tools: Input should be a valid list";
  const names: unknown[] = [];
  for (const [index, tool] of objectsOf(tools).entries()) {
    const { type, name, input_schema: schema } = tool;
    if (type === undefined || type === "custom") {
      if (typeof name !== "string" || !/^[a-zA-Z0-9_-]{1,128}$/.test(name)) {
        return `tools.${index}.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'`;
      }
      if (objectOf(schema)["type"] !== "object") return `tools.${index}.custom.input_schema.type: Field required`;
      const known = ["type", "name", "description", "input_schema", "strict", "cache_control", "defer_loading"];
      const extra = Object.keys(tool).find((key) => ![...known, "input_examples", "allowed_callers"].includes(key));
      if (extra !== undefined) return `tools.${index}.custom.${extra}: Extra inputs are not permitted`;
      if (tool["strict"] === true && findOpenObject(schema) !== undefined)
        return "tools: additionalProperties must be false";
    } else if (!/_\d{8}$|^mcp_toolset$/.test(String(type))) {
      return `tools.${index}: Input tag '${String(type)}' found using 'type' does not match any of the expected tags`;
    }
    if (name !== undefined && names.includes(name)) return "tools: Tool names must be unique.";
    names.push(name);
  }
  const { type, name } = objectOf(choice);
  if (choice !== undefined && !["auto", "any", "tool", "none"].includes(String(type))) return "tool_choice: Input tag";
  if (type === "tool" && !names.includes(name)) return `Tool '${String(name)}' not found in provided tools`;
  const isForced = type === "any" || type === "tool";
  if (isForced && objectOf(thinking)["type"] === "enabled")
    return "Thinking may not be enabled when tool_choice forces tool use.";
  return isForced && REFUSES_FORCING.test(model)
    ? "tool_choice: forced tool use is not supported on this model"
    : undefined;
};

const checkThinking = (body: Json, model: string): string | undefined => {
  const { type, budget_tokens: budget } = objectOf(body["thinking"]);
  switch (type) {
    case undefined:
      return body["thinking"] === undefined ? undefined : "thinking: Field required";
    case "enabled":
      if (REFUSES_SAMPLING.test(model) && !model.includes("preview"))
        return '"thinking.type.enabled" is not supported for this model.';
      if (/claude-3-(?:5-)?(?:opus|sonnet|haiku)/.test(model)) return "thinking is not supported on this model";
      if (typeof budget !== "number" || budget < 1024)
        return "thinking.enabled.budget_tokens: Input should be at least 1024";
      return budget >= Number(body["max_tokens"])
        ? "`max_tokens` must be greater than `thinking.budget_tokens`"
        : undefined;
    case "adaptive":
      return IS_NEW.test(model) ? undefined : "adaptive thinking is not supported on this model";
    case "disabled":
      return /fable|mythos|opus-5-5|sonnet-5-5/.test(model)
        ? '"thinking.type.disabled" is not supported for this model.'
        : undefined;
    case "between_tools":
      return model.includes("sonnet-5-5") ? undefined : "thinking: Input tag 'between_tools'";
    default:
      return `thinking: Input tag '${String(type)}'`;
  }
};

const checkSampling = (body: Json, model: string): string | undefined => {
  const { temperature, top_p: topP, top_k: topK, thinking } = body;
  const isThinking = /enabled|adaptive/.test(String(objectOf(thinking)["type"]));
  const isDefault = (temperature ?? 1) === 1 && (topP ?? 1) === 1 && topK === undefined;
  if (REFUSES_SAMPLING.test(model) && !isDefault) return "temperature, top_p and top_k are not supported on this model";
  if (isThinking && ((temperature ?? 1) !== 1 || topK !== undefined || Number(topP ?? 1) < 0.95)) {
    return "`temperature` may only be set to 1 when thinking is enabled.";
  }
  if (/-4-[1-6]\b/.test(model) && temperature !== undefined && topP !== undefined) {
    return "`temperature` and `top_p` cannot both be specified for this model. Please use only one.";
  }
  const isOut = (value: unknown): boolean => value !== undefined && !(Number(value) >= 0 && Number(value) <= 1);
  return isOut(temperature) || isOut(topP) ? "temperature: range: 0..1" : undefined;
};

const checkOutput = (body: Json, model: string): string | undefined => {
  const { effort, format, ...others } = objectOf(body["output_config"]);
  if (Object.keys(others).some((key) => key !== "task_budget")) return "output_config: Extra inputs are not permitted";
  if (effort !== undefined && !(IS_NEW.test(model) || model.includes("opus-4-5")))
    return "This model does not support the effort parameter.";
  if (effort === "xhigh" && /-4-[56]\b/.test(model)) return "This model does not support effort level 'xhigh'.";
  if (format === undefined) return undefined;
  if (!HAS_FORMAT.test(model)) return "output_config.format: structured outputs are not supported on this model";
  const { type, schema } = objectOf(format);
  if (type !== "json_schema" || !isObject(schema)) return "output_config.format.schema: Field required";
  const open = findOpenObject(schema);
  return open === undefined ? undefined : `output_config.format.schema: ${open}`;
};

/** Keywords that structured outputs do not take. */
const REFUSED_KEYWORDS = [
  "minimum",
  "maximum",
  "multipleOf",
  "minLength",
  "maxLength",
  "maxItems",
  "uniqueItems",
  "oneOf",
];

const findOpenObject = (value: unknown): string | undefined => {
  if (Array.isArray(value)) return value.map(findOpenObject).find((fault) => fault !== undefined);
  if (!isObject(value)) return undefined;
  if (value["type"] === "object" && value["additionalProperties"] !== false) {
    return "For 'object' type, 'additionalProperties' must be explicitly set to false";
  }
  const keyword = REFUSED_KEYWORDS.find((name) => value[name] !== undefined && typeof value[name] !== "object");
  if (keyword !== undefined) return `property '${keyword}' is not supported`;
  const { properties, $defs, items, anyOf, allOf } = value;
  const inner = [...Object.values(objectOf(properties)), ...Object.values(objectOf($defs)), items, anyOf, allOf];
  return inner.map(findOpenObject).find((fault) => fault !== undefined);
};
