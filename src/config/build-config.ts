import { readAlerting } from "./alerting.ts";
import type { BuiltCallback } from "./callbacks/callback-fields.ts";
import { hasOwnLangfuse, warnOfKeylessLangfuse } from "./callbacks/langfuse-projects.ts";
import { readCallbacks } from "./callbacks/read-callbacks.ts";
import { checkAliases } from "./check-aliases.ts";
import { checkGroupNames } from "./check-group-names.ts";
import type { ConfigDocument, SourcedValue } from "./config-document.ts";
import type { ConfigOverrides } from "./config-overrides.ts";
import {
  type ConfigSection,
  GENERAL_SETTINGS,
  LITELLM_SETTINGS,
  ROUTER_SETTINGS,
  TOP_LEVEL,
} from "./config-sections.ts";
import { readDiscounts, readMargins } from "./cost-adjustments.ts";
import { readCredentialList } from "./credential-list.ts";
import type { SectionValues } from "./declared-field.ts";
import { deepFreeze } from "./deep-freeze.ts";
import { readDefaultParams } from "./default-params.ts";
import { toDeploymentId } from "./deployment-id.ts";
import { isMapping, type ReadContext } from "./environment-references.ts";
import { mergeFallbacks } from "./fallback-maps.ts";
import type {
  ForcedParams,
  GatewayConfig,
  GeneralSettings,
  LitellmSettings,
  ModelEntry,
  ObservingSettings,
  RouterSettings,
} from "./gateway-config.ts";
import type { GENERAL_SETTINGS_FIELDS } from "./general-settings-fields.ts";
import type { LITELLM_SETTINGS_FIELDS } from "./litellm-settings-fields.ts";
import { NOTHING_SHARED, readModelList, type SharedParams } from "./model-list.ts";
import { toPrometheusSettings } from "./prometheus-settings.ts";
import { readSection } from "./read-section.ts";
import { toRedisSettings } from "./redis-settings.ts";
import { toRouterSettings } from "./router-settings.ts";
import { reportUndeclared } from "./undeclared-keys.ts";

type LitellmValues = SectionValues<typeof LITELLM_SETTINGS_FIELDS>;

const readSettings = <Section extends ConfigSection>(
  document: ConfigDocument,
  section: Section,
  context: ReadContext,
): { readonly path: string; readonly values: SectionValues<Section["fields"]> } => {
  const written = document.sections.get(section.path);
  const path = written?.kind === "value" ? written.path : section.path;
  const value = written?.kind === "value" ? written.value : undefined;
  if (written?.kind === "list" || (value !== undefined && value !== null && !isMapping(value))) {
    context.findings.faults.push({ path, message: "is no mapping", allowed: "a mapping of settings" });
  }
  const raw = isMapping(value) ? value : {};
  reportUndeclared(raw, path, section, context);
  return { path, values: readSection(raw, path, section.fields, context) };
};

const readItems = (document: ConfigDocument, key: string, context: ReadContext): readonly SourcedValue[] => {
  const written = document.sections.get(key);
  if (written === undefined || (written.kind === "value" && written.value === null)) return [];
  if (written.kind === "list") return written.items;
  context.findings.faults.push({ path: written.path, message: "is no list", allowed: "a list of mappings" });
  return [];
};

const toLitellm = (
  { path, values }: { readonly path: string; readonly values: LitellmValues },
  overrides: ConfigOverrides,
  { findings }: ReadContext,
): LitellmSettings => ({
  dropParams: values.drop_params || overrides.dropParams,
  strictTranslation: values.strict_translation,
  requestTimeoutMs: values.request_timeout,
  modelAliases: new Map(Object.entries(values.model_alias_map)),
  jsonLogs: values.json_logs,
  priceFile: values.price_file,
  costDiscounts: readDiscounts(values.cost_discount_config, `${path}.cost_discount_config`, findings),
  costMargins: readMargins(values.cost_margin_config, `${path}.cost_margin_config`, findings),
});

const toList = (text: string | undefined): readonly string[] => (text === undefined ? [] : [text]);

type GeneralValues = SectionValues<typeof GENERAL_SETTINGS_FIELDS>;

const toGeneral = (values: GeneralValues): GeneralSettings => {
  return {
    masterKey: values.master_key,
    completionModel: values.completion_model,
    moderationModel: values.moderation_model,
    litellmKeyHeaderName: values.litellm_key_header_name,
    publicRoutes: values.public_routes,
    maxRequestBytes: values.max_request_size_mb,
    alwaysIncludeStreamUsage: values.always_include_stream_usage,
    meterStreamUsage: values.meter_stream_usage,
    forwardClientHeaders: values.forward_client_headers_to_llm_api,
    forwardOpenaiOrganization: values.forward_openai_org_id,
    healthCheckTimeoutMs: values.health_check_timeout,
    healthCheckDetails: values.health_check_details,
    allowMockParams: values.dangerously_allow_mock_testing_request_params,
    allowClientSideCredentials: values.allow_client_side_credentials,
    clientSideAllowedHosts: values.client_side_allowed_hosts,
    maxBatchModels: values.max_batch_models,
    endUserHeaders: [...values.user_header_mappings, ...toList(values.user_header_name?.toLowerCase())],
    enforcedParams: [...(values.enforce_user_param ? ["user"] : []), ...values.enforced_params],
    rejectClientTags: values.reject_clientside_metadata_tags,
  };
};

const withOwnLangfuse = (models: readonly ModelEntry[]): readonly unknown[] =>
  models.filter(hasOwnLangfuse).map((entry) => [toDeploymentId(entry), entry.params.langfuse]);

/** Settings of Langfuse stand in three places. */
const withLangfuse = (
  callback: BuiltCallback,
  tags: readonly string[],
  models: readonly ModelEntry[],
): BuiltCallback =>
  callback.name === "langfuse" || callback.name === "langfuse_otel"
    ? { ...callback, madeWith: [tags, ...withOwnLangfuse(models)] }
    : callback;

interface ObservingSources {
  readonly document: ConfigDocument;
  readonly general: { readonly path: string; readonly values: GeneralValues };
  readonly models: readonly ModelEntry[];
}

const readObserving = (
  values: LitellmValues,
  { document, general, models }: ObservingSources,
  context: ReadContext,
): ObservingSettings => {
  const { callbacks, success_callback: successCallbacks, failure_callback: failureCallbacks } = values;
  const written = { path: LITELLM_SETTINGS.path, callbacks, successCallbacks, failureCallbacks };
  const { built, modules } = readCallbacks(written, document, context);
  warnOfKeylessLangfuse(built, models, context.findings);
  return {
    callbacks: built.map((callback) => withLangfuse(callback, values.langfuse_default_tags, models)),
    langfuseDefaultTags: values.langfuse_default_tags,
    modules,
    turnOffMessageLogging: values.turn_off_message_logging,
    redactUserApiKeyInfo: values.redact_user_api_key_info,
    globalDisableNoLogParam: values.global_disable_no_log_param,
    prometheus: toPrometheusSettings(values),
    preCallTimeoutMs: general.values.pre_call_timeout,
    preCallFailOpen: general.values.pre_call_fail_open,
    alerting: readAlerting(general.values, general.path, context),
    tagHeaders: values.extra_spend_tag_headers.map((name) => name.toLowerCase()),
  };
};

/** LiteLLM refuses this one misplaced key, so a file that has it never worked. */
const refuseMisplaced = (document: ConfigDocument, { findings }: ReadContext): void => {
  const written = document.sections.get(ROUTER_SETTINGS.path);
  if (written?.kind === "value" && isMapping(written.value) && Object.hasOwn(written.value, "health_check_interval")) {
    findings.faults.push({
      path: `${written.path}.health_check_interval`,
      message: "does not belong here",
      allowed: "general_settings.health_check_interval",
    });
  }
};

const toForced = (overrides: ConfigOverrides): ForcedParams => ({
  model: overrides.alias ?? overrides.model,
  temperature: overrides.temperature,
  maxTokens: overrides.maxTokens,
  requestTimeoutMs: overrides.requestTimeoutMs,
});

/** Whether the file already says where calls for the forced model go. */
const isServed = (name: string, models: readonly ModelEntry[], router: RouterSettings): boolean =>
  Object.hasOwn(router.modelGroupAlias, name) ||
  models.some((entry) => entry.modelName === name || entry.info.id === name || entry.params.model === name);

const readFlagEntry = (
  overrides: ConfigOverrides,
  defaults: SharedParams["defaults"],
  context: ReadContext,
): readonly ModelEntry[] => {
  const { model, alias, apiBase, apiVersion } = overrides;
  const params = { model, api_base: apiBase, api_version: apiVersion };
  const value = { model_name: alias ?? model, litellm_params: params };
  return readModelList([{ path: "--model", value }], { ...NOTHING_SHARED, defaults }, context);
};

/** `--api_base` says where `--model` is; without that, or when the file says it, nobody asks. */
const warnOfUnusedBase = ({ apiBase, model }: ConfigOverrides, { findings }: ReadContext): void => {
  if (apiBase !== undefined) {
    const reason = model === undefined ? "it goes with --model" : `the file already says where '${model}' is`;
    findings.warnings.push({ path: "--api_base", message: `has no effect: ${reason}` });
  }
};

interface ModelSources {
  readonly document: ConfigDocument;
  readonly router: RouterSettings;
  readonly overrides: ConfigOverrides;
  readonly defaults: SharedParams["defaults"];
}

const readModels = (
  { document, router, overrides, defaults }: ModelSources,
  context: ReadContext,
): readonly ModelEntry[] => {
  const credentials = readCredentialList(readItems(document, "credential_list", context), context);
  const models = readModelList(readItems(document, "model_list", context), { credentials, defaults }, context);
  const forced = overrides.alias ?? overrides.model;
  if (overrides.model === undefined || forced === undefined || isServed(forced, models, router)) {
    warnOfUnusedBase(overrides, context);
    return models;
  }
  return [...models, ...readFlagEntry(overrides, defaults, context)];
};

/** Checks a document as a whole. What it returns is only worth using when the context holds no fault afterwards. */
export const buildConfig = (
  document: ConfigDocument,
  overrides: ConfigOverrides,
  context: ReadContext,
): GatewayConfig => {
  const topLevel = Object.fromEntries([...document.sections.keys()].map((key) => [key, true]));
  reportUndeclared(topLevel, "", TOP_LEVEL, context);
  refuseMisplaced(document, context);
  const inherited = readSettings(document, LITELLM_SETTINGS, context);
  const written = readSettings(document, ROUTER_SETTINGS, context);
  const settings = toRouterSettings({ ...written, inherited: inherited.values }, context);
  const { ignore_invalid_deployments: ignoreInvalidDeployments } = written.values;
  const router = { ...settings, ignoreInvalidDeployments, redis: toRedisSettings(written.values) };
  const litellm = toLitellm(inherited, overrides, context);
  const general = readSettings(document, GENERAL_SETTINGS, context);
  const { default_litellm_params } = written.values;
  const defaults = readDefaultParams(default_litellm_params, `${written.path}.default_litellm_params`, context);
  const models = readModels({ document, router, overrides, defaults }, context);
  checkAliases({ models, router, litellm }, context);
  checkGroupNames(
    { ...written, fallbacks: mergeFallbacks(written.values, inherited.values) },
    { models, router },
    context,
  );
  return deepFreeze({
    models,
    listsModels: models.length > 0,
    litellm,
    general: toGeneral(general.values),
    router,
    observing: readObserving(inherited.values, { document, general, models }, context),
    forced: toForced(overrides),
  });
};
