import type { FallbackMap, FallbackTarget } from "../config/gateway-config.ts";
import { isInternalParam } from "../core/edits.ts";
import { type ErrorKind, GatewayError } from "../core/errors.ts";
import { scanObject } from "../wire/json-scan.ts";
import type { JsonKind, ScannedField, ScannedObject } from "../wire/scanned-object.ts";
import { refuseIdentities } from "./client-credentials.ts";

/** What a call says of its own routing (contract 2.4, 2.6). */
export interface RoutingOptions {
  readonly numRetries: number | undefined;
  readonly disableFallbacks: boolean;
  /** Replaces the configured fallbacks; plain names stand under `*`. */
  readonly fallbacks: FallbackMap | undefined;
  readonly contextWindowFallbacks: FallbackMap | undefined;
  readonly contentPolicyFallbacks: FallbackMap | undefined;
  /** Lower numbers go first where calls wait for a deployment; `undefined`: the configured one. */
  readonly priority: number | undefined;
  /** Of several models, the first to answer is enough. */
  readonly wantsFastest: boolean;
  /** A failure to act out before the first attempt (`mock_testing_*`). */
  readonly mockFailure: ErrorKind | undefined;
}

type Writable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

/** A call that says nothing of it. */
export const NO_ROUTING_OPTIONS: RoutingOptions = {
  numRetries: undefined,
  disableFallbacks: false,
  fallbacks: undefined,
  contextWindowFallbacks: undefined,
  contentPolicyFallbacks: undefined,
  priority: undefined,
  wantsFastest: false,
  mockFailure: undefined,
};

/** Most retries that a call may ask for. */
const MAX_RETRIES = 100;
/** Most fallback targets that a call may name. */
const MAX_TARGETS = 50;

type FieldReader = (options: Writable<RoutingOptions>, field: ScannedField, body: ScannedObject) => void;

const READERS: ReadonlyMap<string, FieldReader> = new Map<string, FieldReader>([
  ["num_retries", (options, field, body) => (options.numRetries = readCount(field, body))],
  ["max_retries", (options, field, body) => (options.numRetries ??= readCount(field, body))],
  ["disable_fallbacks", (options, field) => (options.disableFallbacks = readFlag(field))],
  ["fastest_response", (options, field) => (options.wantsFastest = readFlag(field))],
  ["priority", (options, field, body) => (options.priority = readPriority(field, body))],
  ["fallbacks", (options, field, body) => (options.fallbacks = readFallbacks(field, body))],
  ["context_window_fallbacks", (options, field, body) => (options.contextWindowFallbacks = readFallbacks(field, body))],
  ["content_policy_fallbacks", (options, field, body) => (options.contentPolicyFallbacks = readFallbacks(field, body))],
  ["mock_testing_fallbacks", (options, field) => actOut(options, field, "upstream-failed")],
  ["mock_testing_context_fallbacks", (options, field) => actOut(options, field, "context-window-exceeded")],
  ["mock_testing_content_policy_fallbacks", (options, field) => actOut(options, field, "content-policy-violation")],
  ["mock_testing_rate_limit_error", (options, field) => actOut(options, field, "upstream-rate-limited")],
]);

/** `mock_testing_*` parameters that are read here. */
export const MOCK_TESTING_PARAMS: readonly string[] = [...READERS.keys()].filter((name) => name.startsWith("mock_"));

/**
 * Reads what a body, and the header that beats it, say of routing. A call that says nothing costs one look-up per field.
 * @throws GatewayError `invalid-request` naming the field
 */
export function readRoutingOptions(body: ScannedObject, retriesHeader: string | null): RoutingOptions {
  let options: Writable<RoutingOptions> | undefined;
  for (const field of body.fields) {
    const read = field.kind === "null" ? undefined : READERS.get(field.name);
    if (read !== undefined) {
      options ??= { ...NO_ROUTING_OPTIONS };
      read(options, field, body);
    }
  }
  if (retriesHeader !== null) {
    options ??= { ...NO_ROUTING_OPTIONS };
    options.numRetries = toCount(retriesHeader, "x-litellm-num-retries");
  }
  return options ?? NO_ROUTING_OPTIONS;
}

const invalid = (name: string, expected: string): GatewayError =>
  new GatewayError("invalid-request", `Invalid value for '${name}': expected ${expected}.`, { param: name });

function toCount(text: string, name: string): number {
  const count = /^\d{1,4}$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (!(count <= MAX_RETRIES)) {
    throw invalid(name, `a whole number from 0 to ${MAX_RETRIES}`);
  }
  return count;
}

const readCount = (field: ScannedField, body: ScannedObject): number =>
  toCount(field.kind === "string" ? (body.readString(field) ?? "") : body.readText(field), field.name);

function readFlag(field: ScannedField): boolean {
  if (field.kind !== "true" && field.kind !== "false") {
    throw invalid(field.name, "true or false");
  }
  return field.kind === "true";
}

function readPriority(field: ScannedField, body: ScannedObject): number {
  const priority = body.readNumber(field);
  if (priority === undefined || !Number.isSafeInteger(priority)) {
    throw invalid(field.name, "a whole number; the lower goes first");
  }
  return priority;
}

function actOut(options: Writable<RoutingOptions>, field: ScannedField, kind: ErrorKind): void {
  if (readFlag(field)) {
    options.mockFailure = kind;
  }
}

const LIST_KINDS: readonly JsonKind[] = ["array"];

/** Names, `{model, ...overrides}`, or the router's own form `{group: [targets]}`; plain targets hold for any group. */
function readFallbacks(field: ScannedField, body: ScannedObject): FallbackMap {
  const expected = `a list of model names, of {"model": ...} objects, or of {"group": ["model", ...]} objects`;
  if (!LIST_KINDS.includes(field.kind)) {
    throw invalid(field.name, expected);
  }
  const items = body.readValue(field) as readonly unknown[];
  const any: FallbackTarget[] = [];
  const map = new Map<string, readonly FallbackTarget[]>();
  for (const item of items) {
    const target = toTarget(item);
    if (target !== undefined) {
      any.push(target);
      continue;
    }
    for (const [group, targets] of Object.entries(isObject(item) ? item : {})) {
      const read = Array.isArray(targets) ? targets.map(toTarget) : [undefined];
      if (read.includes(undefined)) {
        throw invalid(field.name, expected);
      }
      map.set(group, read as FallbackTarget[]);
    }
    if (!isObject(item) || Object.keys(item).length === 0) {
      throw invalid(field.name, expected);
    }
  }
  if (any.length > 0) {
    map.set("*", any);
  }
  if (items.length > MAX_TARGETS || [...map.values()].some((targets) => targets.length > MAX_TARGETS)) {
    throw invalid(field.name, `at most ${MAX_TARGETS} models`);
  }
  return map;
}

/** @throws GatewayError for a target with fields that no vendor gets: what it would mean here is not built; as of a body */
function toTarget(item: unknown): FallbackTarget | undefined {
  if (typeof item === "string") {
    return { model: item, overrides: {} };
  }
  if (!isObject(item) || typeof item["model"] !== "string") {
    return undefined;
  }
  const { model, ...overrides } = item;
  const internal = Object.keys(overrides).find((name) => isInternalParam(name) || name === "stream");
  if (internal !== undefined) {
    throw new GatewayError("invalid-request", `A fallback cannot set '${internal.slice(0, 60)}'.`, {
      param: "fallbacks",
    });
  }
  if (Object.keys(overrides).length > 0) {
    refuseIdentities(scanObject(Buffer.from(JSON.stringify(overrides))));
  }
  return { model: item["model"], overrides };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
