import type { DeploymentParams } from "../config/gateway-config.ts";
import { isInternalParam } from "../core/edits.ts";
import { GatewayError } from "../core/errors.ts";
import type { Operation } from "../core/operation.ts";
import type { Ledger, Translator } from "../core/translation.ts";
import { OPENAI_PARAMS } from "../dialects/openai/params.ts";
import type { JsonEdit } from "../wire/json-splice.ts";
import type { ScannedField, ScannedObject } from "../wire/scanned-object.ts";
import { dropNestedPaths, splitDropPaths } from "./nested-drop.ts";
import type { Way } from "./prepared-route.ts";
import type { BodyEdits, Provider, Route } from "./provider.ts";

/** What happens to a top-level field on its way to the vendor; a field without an action passes as it came. */
type FieldAction = "standard" | "unsupported" | "drop" | { readonly renameTo: string };

/** Everything about a deployment's bodies that can be known before a call comes in. */
export interface EditPlan {
  readonly provider: Provider;
  readonly actions: ReadonlyMap<string, FieldAction>;
  /** The vendor's name for the model as JSON text, and the same as bytes. */
  readonly modelText: string;
  readonly modelBytes: Uint8Array;
  /** Fields set when absent: the vendor's needs, then the deployment's defaults. Name and JSON text. */
  readonly defaults: ReadonlyMap<string, string>;
  /** Fields set whatever the caller sent (`extra_body`). Name and JSON text. */
  readonly forced: ReadonlyMap<string, string>;
  readonly dropParams: boolean;
  readonly allowed: readonly string[];
  readonly additionalDrop: readonly string[];
  /** Fields that are the deployment's alone to set. */
  readonly pinned: readonly string[];
}

/** What this call says of its own translation (contract 2.6). */
export interface CallEditOptions {
  readonly dropParams: boolean | undefined;
  /** Nothing is dropped: what the vendor does not take is refused. */
  readonly isStrict: boolean;
  readonly allowed: readonly string[];
  readonly additionalDrop: readonly string[];
  /** Values that the command line forces on every call. */
  readonly forced: ReadonlyMap<string, string>;
}

/** Options of a call that says nothing special. */
export const NO_CALL_OPTIONS: CallEditOptions = {
  dropParams: undefined,
  isStrict: false,
  allowed: [],
  additionalDrop: [],
  forced: new Map(),
};

/**
 * Values that ask for nothing: a vendor that refuses the parameter loses nothing when it is left out. Frameworks send
 * these unasked (LangChain `n: 1`).
 */
const NEUTRAL_VALUES: Readonly<Record<string, string>> = {
  n: "1",
  best_of: "1",
  logprobs: "false",
  echo: "false",
  store: "false",
  frequency_penalty: "0",
  presence_penalty: "0",
  logit_bias: "{}",
  tools: "[]",
  functions: "[]",
  parallel_tool_calls: "true",
};

/** Compiles a provider's and a deployment's declarations for one operation and model. */
export function toEditPlan(
  provider: Provider,
  way: Way,
  target: {
    readonly operation: Operation;
    readonly model: string;
    readonly params: DeploymentParams;
    /** The call is paid for by the caller's own key. */
    readonly isCallersOwn?: boolean;
  },
): EditPlan {
  const { operation, model, params, isCallersOwn } = target;
  const places = isCallersOwn === true ? [] : (provider.placeFields ?? []);
  const isPlaced = places.some((name) => Object.hasOwn(params.defaults, name) || Object.hasOwn(params.extraBody, name));
  const declared = declaredFor(provider, way, operation, model);
  const { actions } = declared;
  const defaults = new Map(declared.defaults);
  for (const [name, value] of Object.entries(params.defaults)) {
    defaults.set(name, JSON.stringify(value));
  }
  const forced = new Map(Object.entries(params.extraBody).map(([name, value]) => [name, JSON.stringify(value)]));
  return {
    provider,
    actions,
    modelText: JSON.stringify(model),
    modelBytes: Buffer.from(JSON.stringify(model)),
    defaults,
    forced,
    dropParams: params.dropParams ?? false,
    allowed: params.allowedOpenaiParams,
    additionalDrop: params.additionalDropParams,
    pinned: isPlaced ? places : [],
  };
}

interface Declared {
  readonly actions: ReadonlyMap<string, FieldAction>;
  readonly defaults: ReadonlyMap<string, string>;
}

/** What providers declare, by operation and the model edits that hold: a thousand deployments share a handful. */
const declaredByProvider = new WeakMap<Provider, WeakMap<Route, Map<string, Declared>>>();

function declaredFor(provider: Provider, way: Way, operation: Operation, model: string): Declared {
  const holding = (provider.modelEdits ?? []).filter(
    (entry) => entry.operation === operation && entry.match.test(model),
  );
  const key = `${operation} ${holding.map((entry) => provider.modelEdits?.indexOf(entry)).join(" ")}`;
  const byRoute = declaredByProvider.get(provider) ?? new WeakMap<Route, Map<string, Declared>>();
  declaredByProvider.set(provider, byRoute);
  const known = byRoute.get(way.route) ?? new Map<string, Declared>();
  byRoute.set(way.route, known);
  let declared = known.get(key);
  if (declared === undefined) {
    declared = declare(provider, way.translator, operation, [
      way.route.edits ?? {},
      ...holding.map(({ edits }) => edits),
    ]);
    known.set(key, declared);
  }
  return declared;
}

function declare(
  provider: Provider,
  translator: Translator | undefined,
  operation: Operation,
  all: readonly BodyEdits[],
): Declared {
  const actions = new Map<string, FieldAction>();
  for (const name of OPENAI_PARAMS[operation]) {
    const isCarried = translator === undefined || Object.hasOwn(translator.fields, name);
    actions.set(name, isCarried ? "standard" : "unsupported");
  }
  const defaults = new Map<string, string>();
  for (const edits of all) {
    applyDeclared(edits, actions, defaults);
  }
  if (translator !== undefined && translator.to !== "openai-chat") {
    return { actions, defaults }; // How such a vendor tells usage is its translator's business.
  }
  if (provider.streamUsage === "always" || provider.streamUsage === "never") {
    actions.set("stream_options", "drop"); // Asked or not, the vendor's streams are the same; some refuse the field.
  }
  return { actions, defaults };
}

function applyDeclared(edits: BodyEdits, actions: Map<string, FieldAction>, defaults: Map<string, string>): void {
  for (const name of edits.unsupported ?? []) {
    actions.set(name, "unsupported");
  }
  for (const name of edits.drop ?? []) {
    actions.set(name, "drop");
  }
  for (const [name, renameTo] of Object.entries(edits.rename ?? {})) {
    actions.set(name, { renameTo });
  }
  for (const [name, value] of Object.entries(edits.defaults ?? {})) {
    defaults.set(name, JSON.stringify(value));
  }
}

/** Names of the standard parameters that the plan's vendor takes, for `/utils/supported_openai_params`. */
export function supportedParams(plan: EditPlan): string[] {
  return [...plan.actions].filter(([, action]) => action !== "unsupported").map(([name]) => name);
}

/**
 * The changes that a body of the vendor's own dialect needs.
 * @throws GatewayError `unsupported-params` naming every parameter that the vendor refuses, unless they may be dropped.
 */
export function planEdits(
  plan: EditPlan,
  body: ScannedObject,
  options: CallEditOptions,
  ledger: Pick<Ledger, "drop">,
): JsonEdit[] {
  const edits: JsonEdit[] = options.additionalDrop.length === 0 ? [] : toCallDrops(body, options);
  const refused: string[] = [];
  let isModelSame = false;
  let modelCount = 0;
  for (const field of body.fields) {
    if (field.name === "model") {
      modelCount++;
      isModelSame = body.isText(field, plan.modelBytes);
      continue;
    }
    const action = plan.actions.get(field.name);
    if (action === undefined) {
      if (isInternalParam(field.name)) {
        removeInternal(field, { options, edits, refused, ledger });
      } else if (plan.pinned.includes(field.name) && field.kind !== "null") {
        throw pinnedField(field.name);
      }
    } else if (action === "drop" || field.kind === "null") {
      edits.push({ kind: "remove", name: field.name });
    } else if (action === "unsupported") {
      refuseOrPass(field, { plan, body, options, edits, refused, ledger });
    } else if (action !== "standard") {
      addRename(field, action.renameTo, body, edits);
    }
  }
  if (refused.length > 0) {
    throw refusedParams(plan, refused);
  }
  if (!isModelSame || modelCount !== 1) {
    edits.push({ kind: "set", name: "model", value: plan.modelBytes });
  }
  addDeploymentEdits(plan, body, options, edits);
  return edits;
}

/** Parameters that never leave the gateway although callers may count on them: their loss is told of. */
const TOLD: ReadonlySet<string> = new Set(["extra_headers", "headers"]);

function removeInternal(
  { name, kind }: ScannedField,
  { options, edits, refused, ledger }: Pick<Refusing, "options" | "edits" | "refused" | "ledger">,
): void {
  if (TOLD.has(name) && kind !== "null") {
    if (options.isStrict) {
      refused.push(name);
    }
    ledger.drop(name);
  }
  edits.push({ kind: "remove", name });
}

const pinnedField = (name: string): GatewayError =>
  new GatewayError(
    "unauthenticated",
    `Authentication Error, Rejected Request: ${name} is not allowed in request body. It is set by the model's entry on this server.`,
    { param: name },
  );

interface Refusing {
  readonly plan: EditPlan;
  readonly body: ScannedObject;
  readonly options: CallEditOptions;
  readonly edits: JsonEdit[];
  readonly refused: string[];
  readonly ledger: Pick<Ledger, "drop">;
}

function refuseOrPass(field: ScannedField, { plan, body, options, edits, refused, ledger }: Refusing): void {
  const { name } = field;
  if (plan.allowed.includes(name) || options.allowed.includes(name)) {
    return;
  }
  const isNeutral = field.valueEnd - field.valueStart <= 5 && body.readText(field) === NEUTRAL_VALUES[name];
  const isUnwanted = plan.additionalDrop.includes(name) || options.additionalDrop.includes(name);
  if (isNeutral || isUnwanted) {
    edits.push({ kind: "remove", name });
  } else if (!options.isStrict && (options.dropParams ?? plan.dropParams)) {
    edits.push({ kind: "remove", name });
    ledger.drop(name);
  } else {
    refused.push(name);
  }
}

function addRename(field: ScannedField, to: string, body: ScannedObject, edits: JsonEdit[]): void {
  const isTaken = body.find(to) !== undefined;
  edits.push(isTaken ? { kind: "remove", name: field.name } : { kind: "rename", name: field.name, to });
}

function addDeploymentEdits(plan: EditPlan, body: ScannedObject, options: CallEditOptions, edits: JsonEdit[]): void {
  if (plan.defaults.size > 0) {
    addDefaults(plan, body, options, edits);
  }
  if (plan.forced.size > 0 || options.forced.size > 0) {
    addForced(plan, options, edits);
  }
  if (plan.additionalDrop.length > 0) {
    const { fields, nested } = splitDropPaths(plan.additionalDrop);
    const names = new Set(nested.map(([name]) => name));
    // What the call drops of the same fields is gone from their new values too.
    const callsNested = splitDropPaths(options.additionalDrop).nested.filter(([name]) => names.has(name));
    edits.push(...fields.map(toRemoval), ...dropNestedPaths(body, [...callsNested, ...nested]));
  }
}

const NOTHING: readonly string[] = [];

const toRemoval = (name: string): JsonEdit => ({ kind: "remove", name });

/** A call drops of what it sent itself: what the deployment and the command line set comes after, and so does the model. */
function toCallDrops(body: ScannedObject, { additionalDrop }: CallEditOptions): JsonEdit[] {
  const { fields, nested } = splitDropPaths(additionalDrop);
  return [...fields.filter((name) => name !== "model").map(toRemoval), ...dropNestedPaths(body, nested)];
}

function addDefaults(plan: EditPlan, body: ScannedObject, options: CallEditOptions, edits: JsonEdit[]): void {
  const dropped = options.additionalDrop.length === 0 ? NOTHING : splitDropPaths(options.additionalDrop).fields;
  for (const [name, value] of plan.defaults) {
    const sent = body.find(name);
    if (sent === undefined || sent.kind === "null" || dropped.includes(name)) {
      edits.push({ kind: "set", name, value });
    }
  }
}

function addForced(plan: EditPlan, options: CallEditOptions, edits: JsonEdit[]): void {
  for (const forced of [plan.forced, options.forced]) {
    for (const [name, value] of forced) {
      const action = plan.actions.get(name);
      edits.push({ kind: "set", name: typeof action === "object" ? action.renameTo : name, value });
    }
  }
}

/** LiteLLM's refusal of parameters that a vendor does not take. */
export function refusedParams(plan: EditPlan, names: readonly string[]): GatewayError {
  const list = names.map((name) => `'${name}'`).join(", ");
  return new GatewayError(
    "unsupported-params",
    `litellm.UnsupportedParamsError: ${plan.provider.name} does not support parameters: [${list}], for model=${JSON.parse(plan.modelText)}. ` +
      "To drop these, set `drop_params: true` in the request, the deployment's `litellm_params` or `litellm_settings`; " +
      "to send them all the same, list them in `allowed_openai_params`.",
    names[0] === undefined ? {} : { param: names[0] },
  );
}
