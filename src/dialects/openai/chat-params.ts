import { isObject, objectOf, shownOf } from "../../core/json-values.ts";
import type { JsonObject } from "../../core/translation.ts";
import { invalidField } from "./chat-request.ts";

/** A function that the model may call. */
export interface FunctionTool {
  readonly name: string;
  readonly description: string | undefined;
  /** JSON Schema of the arguments; `undefined` for a function without any. */
  readonly parameters: JsonObject | undefined;
  readonly strict: boolean | undefined;
  readonly path: string;
  /** The whole tool as it came; vendors' own keys (`cache_control`) stand in it. */
  readonly raw: JsonObject;
}

/** The tools of a request: functions, legacy `functions` included, and tools of other types as they came. */
export interface Tools {
  readonly functions: readonly FunctionTool[];
  readonly others: readonly { readonly path: string; readonly type: string; readonly raw: JsonObject }[];
}

/** Reads `tools` and `functions`. @throws GatewayError `invalid-request` */
export function readTools(body: JsonObject): Tools {
  const functions: FunctionTool[] = [];
  const others: Tools["others"][number][] = [];
  for (const [index, tool] of readList(body, "tools").entries()) {
    const path = `tools[${index}]`;
    if (!isObject(tool)) {
      throw invalidField(path, "an object");
    }
    if (tool["type"] === "function" || (tool["type"] === undefined && isObject(tool["function"]))) {
      functions.push(readFunction(tool["function"], `${path}.function`, tool));
    } else {
      others.push({ path, type: shownOf(tool["type"]), raw: tool });
    }
  }
  for (const [index, legacy] of readList(body, "functions").entries()) {
    functions.push(readFunction(legacy, `functions[${index}]`, objectOf(legacy)));
  }
  return { functions, others };
}

function readList(body: JsonObject, name: string): readonly unknown[] {
  const value = body[name];
  if (value === undefined || value === null) {
    return [];
  }
  if (!Array.isArray(value)) {
    throw invalidField(name, "a list");
  }
  return value;
}

function readFunction(value: unknown, path: string, raw: JsonObject): FunctionTool {
  const { name, description, parameters, strict } = objectOf(value);
  if (typeof name !== "string" || name === "") {
    throw invalidField(`${path}.name`, "the function's name");
  }
  return {
    name,
    description: typeof description === "string" ? description : undefined,
    parameters: isObject(parameters) ? parameters : undefined,
    strict: typeof strict === "boolean" ? strict : undefined,
    path,
    raw,
  };
}

/** Which tools the model may or must call. */
export type ToolChoice = "auto" | "none" | "required" | { readonly name: string };

/** Reads `tool_choice` and the legacy `function_call`; `undefined` when neither is set. @throws GatewayError `invalid-request` */
export function readToolChoice(body: JsonObject): ToolChoice | undefined {
  const choice = body["tool_choice"] ?? body["function_call"];
  if (choice === undefined || choice === null) {
    return undefined;
  }
  if (choice === "auto" || choice === "none" || choice === "required") {
    return choice;
  }
  if (choice === "any") {
    return "required";
  }
  const named = objectOf(choice);
  const name = objectOf(named["function"])["name"] ?? objectOf(named["custom"])["name"] ?? named["name"];
  if (typeof name !== "string") {
    const path = body["tool_choice"] === undefined ? "function_call" : "tool_choice";
    throw invalidField(path, "'auto', 'none', 'required' or a function to call");
  }
  return { name };
}

/** What form the answer must have. */
export type ResponseFormat =
  | { readonly kind: "text" }
  | { readonly kind: "json" }
  | {
      readonly kind: "schema";
      readonly name: string;
      readonly description: string | undefined;
      readonly schema: JsonObject;
      readonly strict: boolean | undefined;
    };

/** Reads `response_format`; LiteLLM's `{type: json_object, response_schema}` too. @throws GatewayError `invalid-request` */
export function readResponseFormat(body: JsonObject): ResponseFormat {
  const format = body["response_format"];
  if (format === undefined || format === null) {
    return { kind: "text" };
  }
  const { type, json_schema: described, response_schema: bare } = objectOf(format);
  if (type === "text") {
    return { kind: "text" };
  }
  if (type === "json_schema" || (type === "json_object" && isObject(bare))) {
    const { name, description, schema, strict } = objectOf(described);
    const chosen = isObject(schema) ? schema : bare;
    if (!isObject(chosen)) {
      throw invalidField("response_format.json_schema.schema", "a JSON Schema");
    }
    return {
      kind: "schema",
      name: typeof name === "string" ? name : "response",
      description: typeof description === "string" ? description : undefined,
      schema: chosen,
      strict: typeof strict === "boolean" ? strict : undefined,
    };
  }
  if (type === "json_object") {
    return { kind: "json" };
  }
  throw invalidField("response_format.type", "'text', 'json_object' or 'json_schema'");
}

/** Reads `stop`: a text or texts; empty when there are none. @throws GatewayError `invalid-request` */
export function readStop(body: JsonObject): readonly string[] {
  const { stop } = body;
  if (stop === undefined || stop === null) {
    return [];
  }
  const list: readonly unknown[] = Array.isArray(stop) ? stop : [stop];
  if (!list.every((item): item is string => typeof item === "string")) {
    throw invalidField("stop", "a text or a list of texts");
  }
  return list;
}

/** The most tokens of the answer: `max_completion_tokens`, else `max_tokens`. @throws GatewayError `invalid-request` */
export function readMaxTokens(body: JsonObject): number | undefined {
  const name = body["max_completion_tokens"] === undefined ? "max_tokens" : "max_completion_tokens";
  return readNumber(body, name);
}

/** A number, when it is there. @throws GatewayError `invalid-request` */
export function readNumber(body: JsonObject, name: string): number | undefined {
  const value = body[name];
  if (value === undefined || value === null) {
    return undefined;
  }
  if (typeof value !== "number") {
    throw invalidField(name, "a number");
  }
  return value;
}

/** Fields of a body that the translator knows nothing of: the vendor's own parameters. `messages`, `model` and `stream` are known. */
export function restOf(body: JsonObject, known: Readonly<Record<string, unknown>>): JsonObject {
  const names = Object.keys(body).filter((name) => !OWN_FIELDS.has(name) && !Object.hasOwn(known, name));
  return names.length === 0 ? NOTHING : Object.fromEntries(names.map((name) => [name, body[name]]));
}

const OWN_FIELDS: ReadonlySet<string> = new Set(["model", "messages", "stream"]);
const NOTHING: JsonObject = {};
