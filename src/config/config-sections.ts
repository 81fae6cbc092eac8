import { ALERTING_ARGS_FIELDS } from "./alerting-fields.ts";
import { CALLBACK_FIELDS } from "./callbacks/callback-fields.ts";
import type { FieldFamily, FieldTable } from "./declared-field.ts";
import { ALLOWED_FAILS_POLICY_FIELDS, RETRY_POLICY_FIELDS } from "./failure-count-fields.ts";
import { GENERAL_SETTINGS_FIELDS } from "./general-settings-fields.ts";
import { LITELLM_SETTINGS_FIELDS } from "./litellm-settings-fields.ts";
import {
  CREDENTIAL_FIELDS,
  LITELLM_PARAMS_FIELDS,
  MODEL_ENTRY_FIELDS,
  MODEL_INFO_FIELDS,
} from "./model-entry-fields.ts";
import {
  NOT_BUILT_GENERAL_SETTINGS,
  NOT_BUILT_LITELLM_PARAMS,
  NOT_BUILT_LITELLM_SETTINGS,
  NOT_BUILT_MODEL_INFO,
  NOT_BUILT_ROUTER_SETTINGS,
  NOT_BUILT_SECTIONS,
  type NotBuiltKeys,
} from "./not-built-keys.ts";
import { PRICE_FAMILY } from "./price-fields.ts";
import {
  HEDGE_FIELDS,
  ROUTER_SETTINGS_FIELDS,
  ROUTING_FIELDS,
  STRATEGY_ARGS_FIELDS,
} from "./router-settings-fields.ts";

/** A part of the file whose keys are declared in one table. */
export interface ConfigSection {
  /** Where it stands in the file: `general_settings`, `model_list[].litellm_params`. */
  readonly path: string;
  readonly fields: FieldTable;
  readonly family?: FieldFamily;
  readonly notBuilt: NotBuiltKeys;
  /** What becomes of a key that neither table names. */
  readonly otherKeys: "warned of" | "request defaults" | "kept";
}

/** The section with those names of its family that a mapping has among its fields. */
export function withFamily<Section extends ConfigSection>(
  section: Section,
  raw: Readonly<Record<string, unknown>>,
): Section {
  const { family, fields } = section;
  const names = Object.keys(raw).filter((name) => !Object.hasOwn(fields, name) && family?.isMember(name));
  return names.length === 0
    ? section
    : { ...section, fields: { ...fields, ...Object.fromEntries(names.map((name) => [name, family?.field])) } };
}

const NONE: NotBuiltKeys = { names: new Set() };

/** Top level of the file. */
export const TOP_LEVEL = {
  path: "",
  fields: {
    model_list: { type: "anything", description: "Deployments; entries with the same name form a model group." },
    litellm_settings: { type: "section", description: "How calls are made." },
    general_settings: { type: "section", description: "The server." },
    router_settings: { type: "section", description: "Choice among deployments." },
    environment_variables: { type: "mapping", description: "Variables set before anything else is read." },
    include: { type: "text-list", description: "Further files; their lists are appended, other sections replace." },
    callback_settings: { type: "section", description: "Settings of callbacks, by their names." },
    credential_list: { type: "anything", description: "Named sets of litellm_params that entries refer to." },
  },
  notBuilt: NOT_BUILT_SECTIONS,
  otherKeys: "warned of",
} as const satisfies ConfigSection;

/** One `model_list` entry. */
export const MODEL_ENTRY = {
  path: "model_list[]",
  fields: MODEL_ENTRY_FIELDS,
  notBuilt: NONE,
  otherKeys: "warned of",
} as const satisfies ConfigSection;

/** `litellm_params` of an entry. */
export const LITELLM_PARAMS = {
  path: "model_list[].litellm_params",
  fields: LITELLM_PARAMS_FIELDS,
  family: PRICE_FAMILY,
  notBuilt: NOT_BUILT_LITELLM_PARAMS,
  otherKeys: "request defaults",
} as const satisfies ConfigSection;

/** `model_info` of an entry. */
export const MODEL_INFO = {
  path: "model_list[].model_info",
  fields: MODEL_INFO_FIELDS,
  family: PRICE_FAMILY,
  notBuilt: NOT_BUILT_MODEL_INFO,
  otherKeys: "kept",
} as const satisfies ConfigSection;

/** `litellm_settings`. */
export const LITELLM_SETTINGS = {
  path: "litellm_settings",
  fields: LITELLM_SETTINGS_FIELDS,
  notBuilt: NOT_BUILT_LITELLM_SETTINGS,
  otherKeys: "warned of",
} as const satisfies ConfigSection;

/** `general_settings`. */
export const GENERAL_SETTINGS = {
  path: "general_settings",
  fields: GENERAL_SETTINGS_FIELDS,
  notBuilt: NOT_BUILT_GENERAL_SETTINGS,
  otherKeys: "warned of",
} as const satisfies ConfigSection;

/** `general_settings.alerting_args`. */
export const ALERTING_ARGS = {
  path: "general_settings.alerting_args",
  fields: ALERTING_ARGS_FIELDS,
  notBuilt: {
    names: new Set([
      "daily_report_frequency",
      "report_check_interval",
      "budget_alert_ttl",
      "max_outage_alert_list_size",
    ]),
  },
  otherKeys: "warned of",
} as const satisfies ConfigSection;

/** `router_settings`. */
export const ROUTER_SETTINGS = {
  path: "router_settings",
  fields: ROUTER_SETTINGS_FIELDS,
  notBuilt: NOT_BUILT_ROUTER_SETTINGS,
  otherKeys: "warned of",
} as const satisfies ConfigSection;

/** `router_settings.routing_strategy_args`. */
export const STRATEGY_ARGS = {
  path: "router_settings.routing_strategy_args",
  fields: STRATEGY_ARGS_FIELDS,
  notBuilt: NONE,
  otherKeys: "warned of",
} as const satisfies ConfigSection;

/** `router_settings.retry_policy`, and each entry of `model_group_retry_policy`. */
export const RETRY_POLICY = {
  path: "router_settings.retry_policy",
  fields: RETRY_POLICY_FIELDS,
  notBuilt: NONE,
  otherKeys: "warned of",
} as const satisfies ConfigSection;

/** `router_settings.allowed_fails_policy`. */
export const ALLOWED_FAILS_POLICY = {
  path: "router_settings.allowed_fails_policy",
  fields: ALLOWED_FAILS_POLICY_FIELDS,
  notBuilt: NONE,
  otherKeys: "warned of",
} as const satisfies ConfigSection;

/** One model group of `router_settings.hedge`. */
export const HEDGE = {
  path: "router_settings.hedge.<model group>",
  fields: HEDGE_FIELDS,
  notBuilt: NONE,
  otherKeys: "warned of",
} as const satisfies ConfigSection;

/** The `user_config` of a request body; no section of the file. */
export const USER_CONFIG = {
  path: "user_config",
  fields: {
    model_list: { type: "anything", description: "The caller's deployments, as in the file." },
    ...ROUTING_FIELDS,
  },
  notBuilt: NOT_BUILT_ROUTER_SETTINGS,
  otherKeys: "warned of",
} as const satisfies ConfigSection;

/** One `credential_list` entry. */
export const CREDENTIAL = {
  path: "credential_list[]",
  fields: CREDENTIAL_FIELDS,
  notBuilt: NONE,
  otherKeys: "warned of",
} as const satisfies ConfigSection;

/** Settings of each callback that has any. */
const CALLBACK_SECTIONS: readonly ConfigSection[] = Object.entries(CALLBACK_FIELDS)
  .filter(([, fields]) => Object.keys(fields).length > 0)
  .map(([name, fields]) => ({ path: `callback_settings.${name}`, fields, notBuilt: NONE, otherKeys: "warned of" }));

/** Every section, in the order reference pages show them. */
export const CONFIG_SECTIONS: readonly ConfigSection[] = [
  TOP_LEVEL,
  MODEL_ENTRY,
  LITELLM_PARAMS,
  MODEL_INFO,
  LITELLM_SETTINGS,
  GENERAL_SETTINGS,
  ALERTING_ARGS,
  ROUTER_SETTINGS,
  STRATEGY_ARGS,
  RETRY_POLICY,
  ALLOWED_FAILS_POLICY,
  HEDGE,
  ...CALLBACK_SECTIONS,
  CREDENTIAL,
];
