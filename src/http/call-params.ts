import { isInternalParam } from "../core/edits.ts";
import { GatewayError } from "../core/errors.ts";
import { OPERATION_PATHS } from "../core/operation.ts";
import { REQUIRED_FIELDS } from "../dialects/openai/params.ts";
import { type JsonEdit, spliceObject } from "../wire/json-splice.ts";
import type { ScannedField, ScannedObject } from "../wire/scanned-object.ts";
import type { Call } from "./call.ts";
import { readClientCredentials } from "./client-credentials.ts";
import { checkEnforcedParams } from "./enforced-params.ts";
import { scanBody } from "./intake.ts";
import { readMockParams } from "./mock-params.ts";
import { readRoutingOptions } from "./routing-options.ts";

/** The operation's path as messages name it (`/chat/completions: ...`). */
export const operationPath = (call: Call): string => OPERATION_PATHS[call.operation];

const invalid = (param: string, message: string): GatewayError =>
  new GatewayError("invalid-request", message, { param });

const show = (field: ScannedField): string =>
  field.kind === "true" || field.kind === "false" ? "boolean" : field.kind;

/** `null` counts as absent, for every parameter. */
function present(body: ScannedObject, name: string): ScannedField | undefined {
  const field = body.find(name);
  return field?.kind === "null" ? undefined : field;
}

function expect(field: ScannedField, kinds: readonly string[], wanted: string): void {
  if (!kinds.includes(field.kind)) {
    throw invalid(field.name, `Invalid type for '${field.name}': expected ${wanted}, but got ${show(field)} instead.`);
  }
}

/**
 * Checks the fields that the gateway reads and takes what they say onto the call. What it does not read is left to
 * the vendor to judge.
 * @throws GatewayError `invalid-request` naming the field, what it was and what it may be.
 */
export function readCallParams(call: Call, body: ScannedObject): void {
  call.body = body;
  const model = present(body, "model");
  if (model !== undefined) {
    expect(model, ["string"], "a string");
  }
  call.requestedModel = chooseModel(call, readModel(call, body, model));
  const ownId = present(body, "litellm_call_id");
  if (ownId !== undefined) {
    call.takeId(body.readString(ownId));
  }
  readFields(call, body);
  readClientCredentials(call, body);
  call.mocks = readMockParams(body, call.state.config.general.allowMockParams);
  call.routing = readRoutingOptions(body, call.request.headers.get("x-litellm-num-retries"));
  readTimeouts(call, body);
  readEditOptions(call, body);
}

/**
 * Gives the call the body that it has at a fallback with fields of its own: the caller's, with these in place of its own.
 * They are checked as if the caller had sent them.
 * @throws GatewayError `invalid-request`
 */
export function readOverrides(call: Call, body: ScannedObject, overrides: Readonly<Record<string, unknown>>): void {
  const edits = Object.entries(overrides)
    .filter(([name]) => !isInternalParam(name) && name !== "stream") // What speaks to the gateway, a key even, has been read.
    .map(([name, value]): JsonEdit => ({ kind: "set", name, value: JSON.stringify(value) }));
  call.body = edits.length === 0 ? body : scanBody(Buffer.concat(spliceObject(body, edits).pieces));
  readFields(call, call.body);
}

/** Fields that must be there or be of a kind, whatever the call is routed to. */
function readFields(call: Call, body: ScannedObject): void {
  for (const { name, kinds } of REQUIRED_FIELDS[call.operation]) {
    const required = present(body, name);
    if (required === undefined) {
      throw invalid(name, `${operationPath(call)}: Missing required parameter: '${name}'.`);
    }
    if (!kinds.includes(required.kind)) {
      expect(required, kinds, kinds.map((kind) => `${kind === "array" ? "an" : "a"} ${kind}`).join(" or "));
    }
  }
  const stream = present(body, "stream");
  if (stream !== undefined) {
    expect(stream, ["true", "false"], "a boolean");
    call.isStream = stream.kind === "true" && (call.operation === "chat" || call.operation === "completion");
  }
  const options = present(body, "stream_options");
  if (options !== undefined) {
    expect(options, ["object"], "an object");
  }
  const encoding = present(body, "encoding_format");
  call.wantsBase64 = encoding !== undefined && call.operation === "embedding" && readEncoding(encoding, body);
  checkEnforcedParams(call, body);
}

/** Names of models repeat from call to call: those of the server need not be decoded. */
function readModel(call: Call, body: ScannedObject, field: ScannedField | undefined): string | undefined {
  return field === undefined
    ? undefined
    : (call.state.scope.models.findName(body.bytes, field.valueStart + 1, field.valueEnd - 1) ??
        body.readString(field));
}

/** Which string is "the model": forced ones first, then the path, then the body (contract 2.2 A). */
function chooseModel(call: Call, bodyModel: string | undefined): string | undefined {
  const { general, forced, litellm } = call.state.config;
  const isModeration = call.operation === "moderation";
  const chosen =
    (isModeration ? general.moderationModel : general.completionModel) ??
    forced.model ??
    call.target.pathModel ??
    bodyModel;
  return chosen === undefined || litellm.modelAliases.size === 0
    ? chosen
    : (litellm.modelAliases.get(chosen) ?? chosen);
}

function readEncoding(field: ScannedField, body: ScannedObject): boolean {
  const value = body.readString(field);
  if (value !== "float" && value !== "base64") {
    throw invalid("encoding_format", `Invalid value for 'encoding_format': expected 'float' or 'base64'.`);
  }
  return value === "base64";
}

/** Longest time limit, in milliseconds: what timers can hold. */
const MAX_TIMEOUT_MS = 2_147_483_000;

function readTimeouts(call: Call, body: ScannedObject): void {
  const { headers } = call.request;
  call.timeoutMs =
    readSeconds(headers.get("x-litellm-timeout"), "x-litellm-timeout") ??
    readSecondsField(body, "timeout") ??
    readSecondsField(body, "request_timeout") ??
    0;
  call.streamTimeoutMs =
    readSeconds(headers.get("x-litellm-stream-timeout"), "x-litellm-stream-timeout") ??
    readSecondsField(body, "stream_timeout") ??
    0;
}

function readSecondsField(body: ScannedObject, name: string): number | undefined {
  const field = present(body, name);
  return field === undefined
    ? undefined
    : readSeconds(field.kind === "string" ? (body.readString(field) ?? "") : body.readText(field), name);
}

function readSeconds(text: string | null, name: string): number | undefined {
  if (text === null) {
    return undefined;
  }
  const seconds = text.trim() === "" ? Number.NaN : Number(text);
  if (!(seconds > 0) || seconds * 1000 > MAX_TIMEOUT_MS) {
    throw invalid(
      name,
      `Invalid value for '${name}': expected seconds above 0 and up to ${MAX_TIMEOUT_MS / 1000}, got ${JSON.stringify(text.slice(0, 40))}.`,
    );
  }
  return seconds * 1000;
}

function readEditOptions(call: Call, body: ScannedObject): void {
  const { config } = call.state;
  const drop = present(body, "drop_params");
  if (drop !== undefined) {
    expect(drop, ["true", "false"], "a boolean");
  }
  const allowed = readNames(body, "allowed_openai_params");
  const additionalDrop = readNames(body, "additional_drop_params");
  const { temperature, maxTokens } = config.forced;
  const isGenerating = call.operation === "chat" || call.operation === "completion";
  const isForced = isGenerating && (temperature !== undefined || maxTokens !== undefined);
  const isStrict = config.litellm.strictTranslation || readStrictHeader(call);
  if (drop === undefined && allowed.length === 0 && additionalDrop.length === 0 && !isForced && !isStrict) {
    if (!config.litellm.dropParams) {
      return;
    }
  }
  const forced = new Map<string, string>();
  if (isForced && temperature !== undefined) {
    forced.set("temperature", String(temperature));
  }
  if (isForced && maxTokens !== undefined) {
    forced.set("max_tokens", String(maxTokens));
  }
  const dropParams = body.readBoolean(drop) ?? (config.litellm.dropParams ? true : undefined);
  call.editOptions = { dropParams, isStrict, allowed, additionalDrop, forced };
}

const STRICT_HEADER = "x-portolan-strict";

function readStrictHeader(call: Call): boolean {
  const value = call.request.headers.get(STRICT_HEADER);
  if (value !== null && value !== "true" && value !== "false") {
    throw invalid(STRICT_HEADER, `Invalid value for the header '${STRICT_HEADER}': expected 'true' or 'false'.`);
  }
  return value === "true";
}

function readNames(body: ScannedObject, name: string): readonly string[] {
  const field = present(body, name);
  if (field === undefined) {
    return [];
  }
  const value = field.kind === "array" ? body.readValue(field) : undefined;
  if (!Array.isArray(value) || !value.every((item) => typeof item === "string")) {
    throw invalid(name, `Invalid type for '${name}': expected an array of strings.`);
  }
  return value;
}
