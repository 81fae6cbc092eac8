import { checkAliases } from "./check-aliases.ts";
import type { ConfigDocument, SourcedValue } from "./config-document.ts";
import type { ConfigOverrides } from "./config-overrides.ts";
import {
  type ConfigSection,
  GENERAL_SETTINGS,
  LITELLM_SETTINGS,
  ROUTER_SETTINGS,
  TOP_LEVEL,
} from "./config-sections.ts";
import { readCredentialList } from "./credential-list.ts";
import type { SectionValues } from "./declared-field.ts";
import { isMapping, type ReadContext } from "./environment-references.ts";
import type {
  ForcedParams,
  GatewayConfig,
  GeneralSettings,
  LitellmSettings,
  ModelEntry,
  RouterSettings,
} from "./gateway-config.ts";
import { readModelList } from "./model-list.ts";
import { readSection } from "./read-section.ts";
import { warnOfUndeclared } from "./undeclared-keys.ts";

const readSettings = <Section extends ConfigSection>(
  document: ConfigDocument,
  section: Section,
  context: ReadContext,
): SectionValues<Section["fields"]> => {
  const written = document.sections.get(section.path);
  const path = written?.kind === "value" ? written.path : section.path;
  const value = written?.kind === "value" ? written.value : undefined;
  if (written?.kind === "list" || (value !== undefined && value !== null && !isMapping(value))) {
    context.findings.faults.push({ path, message: "is no mapping", allowed: "a mapping of settings" });
  }
  const raw = isMapping(value) ? value : {};
  warnOfUndeclared(raw, path, section, context);
  return readSection(raw, path, section.fields, context);
};

const readItems = (document: ConfigDocument, key: string, context: ReadContext): readonly SourcedValue[] => {
  const written = document.sections.get(key);
  if (written === undefined || (written.kind === "value" && written.value === null)) return [];
  if (written.kind === "list") return written.items;
  context.findings.faults.push({ path: written.path, message: "is no list", allowed: "a list of mappings" });
  return [];
};

const readLitellm = (document: ConfigDocument, overrides: ConfigOverrides, context: ReadContext): LitellmSettings => {
  const values = readSettings(document, LITELLM_SETTINGS, context);
  return {
    dropParams: values.drop_params || overrides.dropParams,
    requestTimeoutMs: values.request_timeout,
    modelAliasMap: values.model_alias_map,
    jsonLogs: values.json_logs,
  };
};

const readGeneral = (document: ConfigDocument, context: ReadContext): GeneralSettings => {
  const values = readSettings(document, GENERAL_SETTINGS, context);
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
  };
};

const readRouter = (document: ConfigDocument, context: ReadContext): RouterSettings => {
  const values = readSettings(document, ROUTER_SETTINGS, context);
  const written = document.sections.get(ROUTER_SETTINGS.path);
  // LiteLLM refuses this one misplaced key, so a file that has it never worked.
  if (written?.kind === "value" && isMapping(written.value) && Object.hasOwn(written.value, "health_check_interval")) {
    context.findings.faults.push({
      path: `${written.path}.health_check_interval`,
      message: "does not belong here",
      allowed: "general_settings.health_check_interval",
    });
  }
  return {
    modelGroupAlias: values.model_group_alias,
    timeoutMs: values.timeout,
    streamTimeoutMs: values.stream_timeout,
  };
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

const readFlagEntry = (overrides: ConfigOverrides, context: ReadContext): readonly ModelEntry[] => {
  const { model, alias, apiBase, apiVersion } = overrides;
  const params = { model, api_base: apiBase, api_version: apiVersion };
  const value = { model_name: alias ?? model, litellm_params: params };
  return readModelList([{ path: "--model", value }], new Map(), context);
};

/** `--api_base` says where `--model` is; without that, or when the file says it, nobody asks. */
const warnOfUnusedBase = ({ apiBase, model }: ConfigOverrides, { findings }: ReadContext): void => {
  if (apiBase !== undefined) {
    const reason = model === undefined ? "it goes with --model" : `the file already says where '${model}' is`;
    findings.warnings.push({ path: "--api_base", message: `has no effect: ${reason}` });
  }
};

const readModels = (
  document: ConfigDocument,
  router: RouterSettings,
  overrides: ConfigOverrides,
  context: ReadContext,
): readonly ModelEntry[] => {
  const credentials = readCredentialList(readItems(document, "credential_list", context), context);
  const models = readModelList(readItems(document, "model_list", context), credentials, context);
  const forced = overrides.alias ?? overrides.model;
  if (overrides.model === undefined || forced === undefined || isServed(forced, models, router)) {
    warnOfUnusedBase(overrides, context);
    return models;
  }
  return [...models, ...readFlagEntry(overrides, context)];
};

const deepFreeze = <Value>(value: Value): Value => {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const item of Object.values(value)) deepFreeze(item);
  return value;
};

/** Checks a document as a whole. What it returns is only worth using when the context holds no fault afterwards. */
export const buildConfig = (
  document: ConfigDocument,
  overrides: ConfigOverrides,
  context: ReadContext,
): GatewayConfig => {
  const topLevel = Object.fromEntries([...document.sections.keys()].map((key) => [key, true]));
  warnOfUndeclared(topLevel, "", TOP_LEVEL, context);
  const router = readRouter(document, context);
  const litellm = readLitellm(document, overrides, context);
  const models = readModels(document, router, overrides, context);
  checkAliases({ models, router, litellm }, context);
  return deepFreeze({
    models,
    litellm,
    general: readGeneral(document, context),
    router,
    forced: toForced(overrides),
  });
};
