import { isPriceKey } from "../catalog/price-entry.ts";
import type { SourcedValue } from "./config-document.ts";
import { LITELLM_PARAMS, MODEL_ENTRY, MODEL_INFO, withFamily } from "./config-sections.ts";
import type { Credentials } from "./credential-list.ts";
import type { SectionValues } from "./declared-field.ts";
import { isMapping, type ReadContext, resolveReferences } from "./environment-references.ts";
import type { AzureIdentityParams, DeploymentParams, ModelEntry, ModelInfo } from "./gateway-config.ts";
import { type LITELLM_PARAMS_FIELDS, type MODEL_INFO_FIELDS, MODEL_MODES } from "./model-entry-fields.ts";
import { didYouMean } from "./nearest-name.ts";
import { readSection } from "./read-section.ts";
import { reportUndeclared } from "./undeclared-keys.ts";
import { VENDOR_FIELDS, type VendorField } from "./vendor-fields.ts";

type Mapping = Readonly<Record<string, unknown>>;
type ParamValues = SectionValues<typeof LITELLM_PARAMS_FIELDS>;
type InfoValues = SectionValues<typeof MODEL_INFO_FIELDS>;

/** Values that entries share. */
export interface SharedParams {
  readonly credentials: Credentials;
  /** Below the values of every entry. */
  readonly defaults: Mapping;
}

/** Nothing to share. */
export const NOTHING_SHARED: SharedParams = { credentials: new Map(), defaults: {} };

interface ReadParams {
  readonly values: ParamValues;
  readonly defaults: Mapping;
}

interface Capacity {
  readonly rpm: number | undefined;
  readonly tpm: number | undefined;
  readonly weight: number | undefined;
}

const toAzureIdentity = (values: ParamValues): AzureIdentityParams => ({
  adToken: values.azure_ad_token,
  tenantId: values.tenant_id,
  clientId: values.client_id,
  clientSecret: values.client_secret,
  username: values.azure_username,
  password: values.azure_password,
  scope: values.azure_scope,
});

const VENDOR_NAMES = Object.keys(VENDOR_FIELDS) as readonly VendorField[];

const toVendor = (values: ParamValues): DeploymentParams["vendor"] =>
  Object.fromEntries(
    VENDOR_NAMES.flatMap((name) => {
      const value = values[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );

/** The first of the three places that says it, in LiteLLM's order: entry, `litellm_params`, `model_info`. */
const toCapacity = (...places: readonly Capacity[]): Capacity => {
  const first = (name: keyof Capacity): number | undefined => places.find((place) => place[name] !== undefined)?.[name];
  return { rpm: first("rpm"), tpm: first("tpm"), weight: first("weight") };
};

/** Nothing where there is none, so that ids of entries without prices stay what they were. */
const toPrices = (values: ParamValues, info: InfoValues): Pick<DeploymentParams, "prices"> => {
  const places: readonly Mapping[] = [info, values];
  const set = places.flatMap((place) =>
    Object.entries(place).filter(([name, value]) => value !== undefined && isPriceKey(name)),
  );
  return set.length === 0 ? {} : { prices: Object.fromEntries(set) };
};

const toParams = ({ values, defaults }: ReadParams, capacity: Capacity, info: InfoValues): DeploymentParams => ({
  model: values.model ?? "",
  apiKey: values.api_key,
  apiBase: values.api_base ?? values.base_url,
  apiVersion: values.api_version,
  organization: values.organization,
  customLlmProvider: values.custom_llm_provider,
  timeoutMs: values.timeout ?? values.request_timeout,
  streamTimeoutMs: values.stream_timeout,
  ...capacity,
  order: values.order,
  maxParallelRequests: values.max_parallel_requests,
  tags: values.tags,
  tagPatterns: values.tag_regex,
  cooldownMs: values.cooldown_time,
  numRetries: values.num_retries ?? values.max_retries,
  inputCostPerToken: values.input_cost_per_token ?? info.input_cost_per_token,
  outputCostPerToken: values.output_cost_per_token ?? info.output_cost_per_token,
  ...toPrices(values, info),
  maxInputTokens: info.max_input_tokens,
  clientsideParams: values.configurable_clientside_auth_params ?? new Map(),
  dropParams: values.drop_params,
  additionalDropParams: values.additional_drop_params,
  allowedOpenaiParams: values.allowed_openai_params,
  extraHeaders: { ...values.headers, ...values.extra_headers },
  extraBody: values.extra_body,
  mockResponse: values.mock_response,
  regionName: values.region_name,
  langfuse: {
    publicKey: values.langfuse_public_key,
    secretKey: values.langfuse_secret_key ?? values.langfuse_secret,
    host: values.langfuse_host,
  },
  azure: toAzureIdentity(values),
  vendor: toVendor(values),
  defaults,
});

const withoutNulls = (mapping: Mapping): Mapping =>
  Object.fromEntries(Object.entries(mapping).filter(([, value]) => value !== null && value !== undefined));

/** Two names of one setting: an entry that has either does not take the other from the defaults. */
const SAME: readonly (readonly [string, string])[] = [
  ["api_base", "base_url"],
  ["timeout", "request_timeout"],
  ["num_retries", "max_retries"],
];

const withoutSame = (defaults: Mapping, own: Mapping): Mapping => {
  const taken = SAME.filter((names) => names.some((name) => Object.hasOwn(own, name))).flat();
  return Object.fromEntries(Object.entries(withoutNulls(defaults)).filter(([name]) => !taken.includes(name)));
};

/** The entry's own values over those of the credential that it names, over the defaults. */
const mergeShared = (params: Mapping, path: string, shared: SharedParams, context: ReadContext): Mapping => {
  const written = withoutNulls(params);
  const own = { ...withoutSame(shared.defaults, written), ...written };
  const { credentials } = shared;
  const name = own["litellm_credential_name"];
  if (typeof name !== "string") return own;
  const resolved = resolveReferences(name, `${path}.litellm_credential_name`, context);
  if (typeof resolved !== "string") return own;
  const credential = credentials.get(resolved);
  if (credential !== undefined)
    return { ...withoutSame(shared.defaults, { ...credential, ...written }), ...credential, ...written };
  context.findings.faults.push({
    path: `${path}.litellm_credential_name`,
    message: `no credential is named ${resolved}${didYouMean(resolved, credentials.keys())}`,
    allowed: "the credential_name of a credential_list entry",
  });
  return own;
};

const readDefaults = (params: Mapping, path: string, names: readonly string[], context: ReadContext): Mapping =>
  Object.fromEntries(names.map((name) => [name, resolveReferences(params[name], `${path}.${name}`, context)]));

const readInfo = (
  written: Mapping,
  path: string,
  context: ReadContext,
): { readonly info: ModelInfo; readonly values: InfoValues } => {
  const raw = resolveReferences(written, path, context) as Mapping;
  const section = withFamily(MODEL_INFO, raw);
  const values = readSection(raw, path, section.fields, context);
  reportUndeclared(raw, path, section, context);
  if (values.mode !== undefined && !MODEL_MODES.includes(values.mode)) {
    const message = `unknown mode ${JSON.stringify(values.mode)}${didYouMean(values.mode, MODEL_MODES)}`;
    context.findings.warnings.push({ path: `${path}.mode`, message });
  }
  const info: ModelInfo = {
    id: values.id,
    mode: values.mode,
    baseModel: values.base_model,
    healthCheckModel: values.health_check_model,
    healthCheckTimeoutMs: values.health_check_timeout,
    healthCheckMaxTokens: values.health_check_max_tokens,
    raw: values.id === undefined ? raw : { ...raw, id: values.id },
  };
  return { info, values };
};

const readParams = (
  entry: SourcedValue & { readonly value: Mapping },
  shared: SharedParams,
  context: ReadContext,
): ReadParams => {
  const path = `${entry.path}.litellm_params`;
  const raw = mergeShared(entry.value, path, shared, context);
  const section = withFamily(LITELLM_PARAMS, raw);
  const values = readSection(raw, path, section.fields, context);
  const names = reportUndeclared(raw, path, section, context);
  return { values, defaults: readDefaults(raw, path, names, context) };
};

const readEntry = (item: SourcedValue, shared: SharedParams, context: ReadContext): ModelEntry | undefined => {
  const { path, value } = item;
  if (!isMapping(value)) {
    const allowed = "a mapping with model_name and litellm_params";
    context.findings.faults.push({ path, message: "is no mapping", allowed });
    return undefined;
  }
  const entry = readSection(value, path, MODEL_ENTRY.fields, context);
  reportUndeclared(value, path, MODEL_ENTRY, context);
  const { info, values: infoValues } = readInfo(entry.model_info ?? {}, `${path}.model_info`, context);
  if (entry.litellm_params === undefined) return undefined;
  const params = readParams({ path, value: entry.litellm_params }, shared, context);
  const capacity = toCapacity(entry, params.values, infoValues);
  return { path, modelName: entry.model_name ?? "", params: toParams(params, capacity, infoValues), info };
};

const reportDuplicateIds = (entries: readonly ModelEntry[], context: ReadContext): void => {
  const firstPaths = new Map<string, string>();
  for (const { path, info } of entries) {
    if (info.id === undefined) continue;
    const first = firstPaths.get(info.id);
    if (first === undefined) {
      firstPaths.set(info.id, path);
      continue;
    }
    context.findings.faults.push({
      path: `${path}.model_info.id`,
      message: `${context.isStrict ? "it" : JSON.stringify(info.id)} is also the id of ${first}`,
      allowed: "an id of its own, or none",
    });
  }
};

/** Reads and checks `model_list`. Entries at fault come out incomplete or not at all; the faults say so. */
export const readModelList = (
  items: readonly SourcedValue[],
  shared: SharedParams,
  context: ReadContext,
): readonly ModelEntry[] => {
  const entries = items.flatMap((item) => readEntry(item, shared, context) ?? []);
  reportDuplicateIds(entries, context);
  return entries;
};
