import { createHash } from "node:crypto";
import { readPresentedKey } from "../auth/key-carrier.ts";
import { isMapping } from "../config/environment-references.ts";
import type { ModelEntry } from "../config/gateway-config.ts";
import { readUserConfig, type UserConfigReading } from "../config/user-config.ts";
import { GatewayError } from "../core/errors.ts";
import { WeightedLru } from "../core/weighted-lru.ts";
import { StatsTable } from "../routing/deployment-stats.ts";
import { ModelTable } from "../routing/model-table.ts";
import { ParallelGate } from "../routing/parallel-gate.ts";
import { Router } from "../routing/router.ts";
import type { ScannedField } from "../wire/scanned-object.ts";
import { namesOf } from "./batch.ts";
import type { Call } from "./call.ts";
import { refusal } from "./client-credentials.ts";
import { lookUpGroup } from "./plan.ts";
import type { RoutingScope } from "./routing-scope.ts";

/** Longest `user_config`, in bytes of JSON. */
const MAX_BYTES = 256 * 1024;
/** What all compiled configurations that are kept may weigh, in bytes of memory; the least recently used goes first. */
const MAX_KEPT_BYTES = 64 * 1024 * 1024;
/** What one may weigh: the longest text that fits comes below it, unless its defaults are repeated in many entries. */
const MAX_WEIGHT_BYTES = 20 * 1024 * 1024;
/** Names bound to a configuration's wildcards that are remembered, each with deployments of its own. */
const MAX_BOUND_NAMES = 4;

/**
 * The routers of callers' own configurations. One is compiled once and kept for the key, the operation and the content it
 * came with, so that its cooldowns and limits mean something from call to call; nobody else's call ever meets it. One
 * that does not have the model that was asked for is not kept.
 */
export class UserConfigs {
  readonly #kept = new WeightedLru<RoutingScope>(MAX_KEPT_BYTES);

  /** How many are kept, for tests. */
  get size(): number {
    return this.#kept.size;
  }

  /** About how many bytes of memory they take, for tests. */
  get keptBytes(): number {
    return this.#kept.weight;
  }

  /**
   * Makes the call's scope the one of its `user_config`.
   * @throws GatewayError `unauthenticated` where the server takes none, or not these hosts; `invalid-request` naming each
   *   fault with its path
   */
  choose(call: Call, field: ScannedField): void {
    call.state.clientHosts.checkOpen("user_config");
    const { body } = call;
    if (body === undefined || field.kind !== "object" || field.valueEnd - field.valueStart > MAX_BYTES) {
      throw fault(`user_config: expected an object of at most ${MAX_BYTES} bytes`);
    }
    const text = body.bytes.subarray(field.valueStart, field.valueEnd);
    const who = `${callerOf(call)}\n${call.operation}\n`;
    const id = createHash("sha256").update(who).update(text).digest("base64");
    const known = this.#kept.get(id);
    if (known !== undefined) {
      call.scope = known;
      return;
    }
    const { scope, weight } = compile(call, body.readValue(field), text.length);
    call.scope = scope;
    if ((namesOf(call) ?? [call.requestedModel]).some((name) => lookUpGroup(call, name) !== undefined)) {
      this.#kept.set(id, scope, weight);
    }
  }
}

/** A call that brings its own models is routed among those alone (contract 2.8). */
export function chooseScope(call: Call): void {
  const field = call.body?.find("user_config");
  if (field !== undefined && field.kind !== "null") {
    call.state.userConfigs.choose(call, field);
  }
}

/** Whose call it is, told by the key that it presented. */
function callerOf(call: Call): string {
  const presented = readPresentedKey(
    call.request.headers,
    call.state.config.general.litellmKeyHeaderName?.toLowerCase(),
  );
  return presented.kind === "key" ? `key ${presented.key}` : presented.kind;
}

/** Callers sign with keys of their own: what a cloud would give this machine is the server's. */
const refuseServersIdentity = (missing: string) => (): never => {
  throw new TypeError(`no keys were sent: set ${missing}`);
};

const fault = (message: string): GatewayError =>
  new GatewayError("invalid-request", `Invalid user_config: ${message}.`, { param: "user_config" });

/** Most faults that one answer names. */
const MAX_FAULTS = 20;

/** Faults and refused hosts by their paths. */
type Faults = Map<string, string>;

interface Compiled {
  readonly scope: RoutingScope;
  /** About how many bytes of memory it takes. */
  readonly weight: number;
}

function compile(call: Call, value: unknown, textBytes: number): Compiled {
  const { state, services } = call;
  const { config, faults: read } = readUserConfig(value);
  const { weight, deployments } = weigh(config, value, textBytes);
  if (weight > MAX_WEIGHT_BYTES) {
    throw fault("user_config: its default_litellm_params are too long for so many entries");
  }
  const faults: Faults = new Map(
    read.map(({ path, message, allowed }) => [
      path,
      allowed === undefined ? message : `${message} (allowed: ${allowed})`,
    ]),
  );
  const refused: Faults = new Map();
  for (const entry of config.models) {
    checkAccess(call, entry, { faults, refused });
  }
  const models = new ModelTable(config, {
    providers: state.providers,
    environment: {}, // What the server knows is none of the caller's business.
    // Without keys of the caller's own they would be the server's.
    identities: {
      ...services.identities,
      aws: refuseServersIdentity("aws_access_key_id and aws_secret_access_key, or api_key"),
      google: refuseServersIdentity("api_key"),
    },
    stats: new StatsTable(Math.max(1, deployments)),
    prices: state.prices.forCallers,
    operations: [call.operation],
    maxBoundNames: MAX_BOUND_NAMES,
  });
  for (const { path, message } of models.faults) {
    if (!hasTold(faults, path)) {
      faults.set(path, withoutEnvironment(message));
    }
  }
  refuse(faults, refused);
  const scope: RoutingScope = {
    models,
    router: new Router(config.router, services),
    gate: new ParallelGate(config.router),
    settings: config.router,
    egress: state.clientHosts.configEgress,
  };
  return { scope, weight };
}

/** What a compiled configuration takes at most, measured: by itself, for each deployment, for each byte of its text. */
const OWN_BYTES = 16 * 1024;
const DEPLOYMENT_BYTES = 8 * 1024;
const BYTES_PER_TEXT_BYTE = 10;
/** Of a latency: its value and its time, of streams and of answers. */
const SAMPLE_BYTES = 32;

/** Memory that a configuration may come to take, and deployments that may come of it: those that names are bound to as well. */
function weigh(
  { models, router }: UserConfigReading["config"],
  value: unknown,
  textBytes: number,
): { readonly weight: number; readonly deployments: number } {
  const defaults = isMapping(value) ? JSON.stringify(value["default_litellm_params"] ?? null) : "";
  const copies = models.some(({ modelName }) => modelName.includes("*")) ? 1 + MAX_BOUND_NAMES : 1;
  const samples = router.strategy === "latency-based-routing" ? router.strategyArgs.maxLatencyListSize : 0;
  const texts = textBytes + models.length * Buffer.byteLength(defaults);
  const each = models.length * (DEPLOYMENT_BYTES + samples * SAMPLE_BYTES) + texts * BYTES_PER_TEXT_BYTE;
  return { weight: OWN_BYTES + copies * each, deployments: copies * models.length };
}

/** @throws GatewayError that names all faults; `unauthenticated` when nothing is wrong but hosts that may not be named */
function refuse(faults: Faults, refused: Faults): void {
  if (faults.size > 0) {
    const told = [...faults, ...refused].slice(0, MAX_FAULTS);
    throw fault(told.map(([path, message]) => `${path}: ${message.replace(/\.$/, "")}`).join("; "));
  }
  const [first] = refused.values();
  if (first !== undefined) {
    throw refusal([...refused.keys()].slice(0, MAX_FAULTS).join(", "), first);
  }
}

/** Key and address of one entry, as far as its values could be read. */
function checkAccess(
  call: Call,
  { path, params }: ModelEntry,
  { faults, refused }: { readonly faults: Faults; readonly refused: Faults },
): void {
  if (params.apiKey?.trim() === "") {
    faults.set(`${path}.litellm_params.api_key`, "found empty text");
  }
  if (params.apiBase === undefined) {
    return;
  }
  const at = `${path}.litellm_params.api_base`;
  try {
    const reason = call.state.clientHosts.findFault(params.apiBase);
    if (reason !== undefined) {
      refused.set(at, reason);
    }
  } catch (error) {
    faults.set(at, error instanceof Error ? error.message : "is no address");
  }
}

/** Parameters without which nothing can be said of an entry as a whole. */
const DECISIVE = ["model", "custom_llm_provider", "api_key", "api_base", "base_url"];

/** Whether what is wrong with an entry's `litellm_params` follows from a fault that is told already. */
const hasTold = (faults: Faults, path: string): boolean =>
  faults.has(path) || DECISIVE.some((name) => faults.has(`${path}.${name}`));

/** Messages for operators name the variables that would do as well; here none is looked at. */
const withoutEnvironment = (message: string): string => message.replace(/(set api_(?:key|base)) or .*$/, "$1");
