import { USER_CONFIG } from "./config-sections.ts";
import { deepFreeze } from "./deep-freeze.ts";
import { readDefaultParams } from "./default-params.ts";
import { isMapping, type ReadContext } from "./environment-references.ts";
import { type ConfigFault, newFindings } from "./findings.ts";
import type { GatewayConfig } from "./gateway-config.ts";
import { NOTHING_SHARED, readModelList } from "./model-list.ts";
import { readSection } from "./read-section.ts";
import { type InheritedValues, toRouterSettings } from "./router-settings.ts";
import { MAX_STRICT_FAULTS, reportUndeclared } from "./undeclared-keys.ts";
import { findForeignValues } from "./user-config-limits.ts";
import { OPERATOR_VENDOR_FIELDS } from "./vendor-fields.ts";

type Mapping = Readonly<Record<string, unknown>>;

/** What a caller's configuration came to. Where there are faults, it is what of it could be read, and not to be used. */
export interface UserConfigReading {
  readonly config: Pick<GatewayConfig, "models" | "router">;
  readonly faults: readonly ConfigFault[];
}

/** Most `model_list` entries. */
export const MAX_USER_MODELS = 100;

/** Keys of `router_settings` that mean nothing for a caller's own models, and are taken all the same. */
export const IGNORED_USER_KEYS: ReadonlySet<string> = new Set([
  "redis_url",
  "redis_host",
  "redis_port",
  "redis_password",
  "redis_db",
  "cache_responses",
  "cache_kwargs",
  "caching_groups",
  "client_ttl",
  "set_verbose",
  "debug_level",
  "alerting",
  "alerting_config",
  "polling_interval",
  "router_general_settings",
  "ignore_invalid_deployments",
]);

/** `litellm_params` that are the operator's to set: canned replies, the server's credentials, where it reports to, patterns that it would run. */
export const FORBIDDEN_USER_PARAMS: readonly string[] = [
  "mock_response",
  "litellm_credential_name",
  "configurable_clientside_auth_params",
  "langfuse_public_key",
  "langfuse_secret_key",
  "langfuse_secret",
  "langfuse_host",
  ...OPERATOR_VENDOR_FIELDS,
  "tag_regex",
];

const PATH = "user_config";

/** Nothing of the server's own settings holds for a caller's models. */
const NOTHING_INHERITED: InheritedValues = {
  num_retries: 0,
  allowed_fails: undefined,
  cooldown_time: 5000,
  retry_policy: undefined,
  fallbacks: undefined,
  default_fallbacks: undefined,
  context_window_fallbacks: undefined,
  content_policy_fallbacks: undefined,
};

/** A mapping of which a part is without the `litellm_params` that callers must not set, each reported. */
const refuseForbidden = (whole: unknown, name: string, path: string, { findings }: ReadContext): unknown => {
  const params = isMapping(whole) ? whole[name] : undefined;
  if (!isMapping(whole) || !isMapping(params)) return whole;
  const kept = Object.entries(params).filter(([key, value]) => {
    if (!FORBIDDEN_USER_PARAMS.includes(key)) return true;
    if (value !== null) {
      const message = "may not be set by callers";
      findings.faults.push({ path: `${path}.${name}.${key}`, message, allowed: "nothing" });
    }
    return false;
  });
  return { ...whole, [name]: Object.fromEntries(kept) };
};

/** What is wrong with a `model_list` as a whole. */
const describeModels = (written: unknown): string => {
  if (written === undefined || written === null) return "is missing";
  return Array.isArray(written) ? `has ${written.length} entries` : "is no list";
};

const readModels = (written: unknown, defaults: Mapping, context: ReadContext): GatewayConfig["models"] => {
  const path = `${PATH}.model_list`;
  if (!Array.isArray(written) || written.length === 0 || written.length > MAX_USER_MODELS) {
    const message = describeModels(written);
    context.findings.faults.push({ path, message, allowed: `a list of 1 to ${MAX_USER_MODELS} deployments` });
    return [];
  }
  const items = written.map((entry: unknown, index) => {
    const at = `${path}[${index}]`;
    return { path: at, value: refuseForbidden(entry, "litellm_params", at, context) };
  });
  return readModelList(items, { ...NOTHING_SHARED, defaults }, context);
};

const read = (written: Mapping, context: ReadContext): Pick<GatewayConfig, "models" | "router"> => {
  const allowed = refuseForbidden(written, "default_litellm_params", PATH, context) as Mapping;
  const raw = Object.fromEntries(Object.entries(allowed).filter(([key]) => !IGNORED_USER_KEYS.has(key)));
  reportUndeclared(raw, PATH, USER_CONFIG, context);
  const values = readSection(raw, PATH, USER_CONFIG.fields, context);
  const defaults = readDefaultParams(values.default_litellm_params, `${PATH}.default_litellm_params`, context);
  const models = readModels(raw["model_list"], defaults, context);
  const router = toRouterSettings({ path: PATH, values, inherited: NOTHING_INHERITED }, context);
  return { models, router };
};

/** Nothing of what could not be read at all. */
const readNothing = (faults: readonly ConfigFault[]): UserConfigReading => {
  const context: ReadContext = { environment: {}, findings: newFindings(), isStrict: true };
  return { config: read({}, context), faults };
};

/** The first fault at each place: what is told of a reference is not told again of the value that it does not have. */
const oneForEachPlace = (faults: readonly ConfigFault[]): readonly ConfigFault[] =>
  [...Map.groupBy(faults, ({ path }) => path).values()].flatMap(([first]) => first ?? []).slice(0, MAX_STRICT_FAULTS);

/**
 * Reads the `user_config` of a request body by the tables of `config.yaml`, strictly: every key must be known, the
 * environment is never looked up, nothing is taken from the server's own settings, and no text of it stands in a fault.
 * Deployments without a key are left to whoever knows the providers. Never throws.
 */
export const readUserConfig = (value: unknown): UserConfigReading => {
  if (!isMapping(value)) {
    return readNothing([{ path: PATH, message: "is no mapping", allowed: "a mapping with model_list" }]);
  }
  const { references, excess } = findForeignValues(value, PATH);
  if (excess.length > 0) return readNothing([...excess, ...references].slice(0, MAX_STRICT_FAULTS));
  const context: ReadContext = { environment: {}, findings: newFindings(), isStrict: true };
  const config = deepFreeze(read(value, context));
  return { config, faults: oneForEachPlace([...references, ...context.findings.faults]) };
};
