import { createHash } from "node:crypto";
import { readPresentedKey } from "../auth/key-carrier.ts";
import { readUserConfig } from "../config/user-config.ts";
import { GatewayError } from "../core/errors.ts";
import { StatsTable } from "../routing/deployment-stats.ts";
import { ModelTable } from "../routing/model-table.ts";
import { ParallelGate } from "../routing/parallel-gate.ts";
import { Router } from "../routing/router.ts";
import { readClientUrl } from "../upstream/origin.ts";
import type { ScannedField } from "../wire/scanned-object.ts";
import type { Call } from "./call.ts";
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

/** Whose call it is, told by the key that it presented. */
function callerOf(call: Call): string {
  const presented = readPresentedKey(
    call.request.headers,
    call.state.config.general.litellmKeyHeaderName?.toLowerCase(),
  );
  return presented.kind === "key" ? `key ${presented.key}` : presented.kind;
}

const fault = (message: string): GatewayError =>
  new GatewayError("invalid-request", `Invalid user_config: ${message}.`, { param: "user_config" });

/** Most faults that one answer names. */
const MAX_FAULTS = 20;

function compile(call: Call, value: unknown): RoutingScope {
  const { state, services } = call;
  const read = readUserConfig(value);
  if ("faults" in read) {
    const shown = read.faults
      .slice(0, MAX_FAULTS)
      .map(
        ({ path, message, allowed }) => `${path}: ${message}${allowed === undefined ? "" : ` (allowed: ${allowed})`}`,
      );
    throw fault(shown.join("; "));
  }
  const { config } = read;
  for (const { path, params } of config.models) {
    if (params.apiKey?.trim() === "") {
      throw fault(`${path}.litellm_params.api_key: found empty text`);
    }
    if (params.apiBase !== undefined) {
      checkBase(call, params.apiBase, `${path}.litellm_params.api_base`);
    }
  }
  const models = new ModelTable(config, {
    providers: state.providers,
    environment: {}, // What the server knows is none of the caller's business.
    identities: { ...services.identities, google: refuseIdentity }, // Without a key it would be the server's own.
    stats: new StatsTable(),
  });
  const [first] = models.faults;
  if (first !== undefined) {
    throw fault(models.faults.map(({ path, message }) => `${path}: ${withoutEnvironment(message)}`).join("; "));
  }
  return {
    models,
    router: new Router(config.router, services),
    gate: new ParallelGate(config.router),
    settings: config.router,
    egress: state.clientHosts.egress,
  };
}

const refuseIdentity = (): never => {
  throw new TypeError("callers must send an api_key for this provider");
};

/** Messages for operators name the variables that would do as well; here none is looked at. */
const withoutEnvironment = (message: string): string => message.replace(/(set api_(?:key|base)) or .*$/, "$1");

function checkBase(call: Call, apiBase: string, path: string): void {
  try {
    readClientUrl(apiBase);
  } catch (error) {
    throw fault(`${path}: ${error instanceof Error ? error.message : "is no address"}`);
  }
  call.state.clientHosts.check(apiBase, path);
}
