import { createHash } from "node:crypto";
import { readPresentedKey } from "../auth/key-carrier.ts";
import type { ModelEntry } from "../config/gateway-config.ts";
import { readUserConfig } from "../config/user-config.ts";
import { GatewayError } from "../core/errors.ts";
import { StatsTable } from "../routing/deployment-stats.ts";
import { ModelTable } from "../routing/model-table.ts";
import { ParallelGate } from "../routing/parallel-gate.ts";
import { Router } from "../routing/router.ts";
import type { ScannedField } from "../wire/scanned-object.ts";
import type { Call } from "./call.ts";
import { refusal } from "./client-credentials.ts";
import type { RoutingScope } from "./routing-scope.ts";

/** Compiled configurations that are kept; the least recently used goes first. */
const MAX_KEPT = 256;
/** Longest `user_config`, in bytes of JSON. */
const MAX_BYTES = 256 * 1024;

/**
 * The routers of callers' own configurations. One is compiled once and kept for the key and the content it came with, so
 * that its cooldowns and limits mean something from call to call; nobody else's call ever meets it.
 */
export class UserConfigs {
  readonly #kept = new Map<string, RoutingScope>();

  /** How many are kept, for metrics and tests. */
  get size(): number {
    return this.#kept.size;
  }

  /**
   * The scope of a call that carries a `user_config`.
   * @throws GatewayError `unauthenticated` where the server takes none, or not these hosts; `invalid-request` naming each
   *   fault with its path
   */
  scopeOf(call: Call, field: ScannedField): RoutingScope {
    call.state.clientHosts.checkOpen("user_config");
    const { body } = call;
    if (body === undefined || field.kind !== "object" || field.valueEnd - field.valueStart > MAX_BYTES) {
      throw fault(`user_config: expected an object of at most ${MAX_BYTES} bytes`);
    }
    const text = body.bytes.subarray(field.valueStart, field.valueEnd);
    const id = createHash("sha256").update(callerOf(call)).update("\n").update(text).digest("base64");
    let scope = this.#kept.get(id);
    if (scope === undefined) {
      scope = compile(call, body.readValue(field));
    }
    this.#kept.delete(id);
    this.#kept.set(id, scope); // The latest stands last.
    if (this.#kept.size > MAX_KEPT) {
      this.#kept.delete(this.#kept.keys().next().value ?? "");
    }
    return scope;
  }
}

/** A call that brings its own models is routed among those alone (contract 2.8). */
export function chooseScope(call: Call): void {
  const field = call.body?.find("user_config");
  if (field !== undefined && field.kind !== "null") {
    call.scope = call.state.userConfigs.scopeOf(call, field);
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

function compile(call: Call, value: unknown): RoutingScope {
  const { state, services } = call;
  const { config, faults: read } = readUserConfig(value);
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
    stats: new StatsTable(),
    prices: state.prices.forCallers,
  });
  for (const { path, message } of models.faults) {
    if (!hasTold(faults, path)) {
      faults.set(path, withoutEnvironment(message));
    }
  }
  refuse(faults, refused);
  return {
    models,
    router: new Router(config.router, services),
    gate: new ParallelGate(config.router),
    settings: config.router,
    egress: state.clientHosts.egress,
  };
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
