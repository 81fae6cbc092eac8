import { ALLOWED_FAILS_POLICY, type ConfigSection, HEDGE, RETRY_POLICY, STRATEGY_ARGS } from "./config-sections.ts";
import type { SectionValues } from "./declared-field.ts";
import { isMapping, type ReadContext } from "./environment-references.ts";
import { toFailureCounts } from "./failure-count-fields.ts";
import { mergeFallbacks, toFallbackMap, toGeneralFallbacks, type WrittenFallbacks } from "./fallback-maps.ts";
import type { RouterSettings } from "./gateway-config.ts";
import type { LITELLM_SETTINGS_FIELDS } from "./litellm-settings-fields.ts";
import { readPreCallChecks } from "./pre-call-checks.ts";
import { readSection } from "./read-section.ts";
import type { ROUTING_FIELDS } from "./router-settings-fields.ts";
import { reportUndeclared } from "./undeclared-keys.ts";

type Mapping = Readonly<Record<string, unknown>>;

/** What `litellm_settings` says where `router_settings` says nothing. */
export type InheritedValues = Pick<
  SectionValues<typeof LITELLM_SETTINGS_FIELDS>,
  "num_retries" | "allowed_fails" | "cooldown_time" | "retry_policy"
> &
  WrittenFallbacks;

/** The router's section as read, and where it stands. */
export interface WrittenRouter {
  readonly path: string;
  readonly values: SectionValues<typeof ROUTING_FIELDS>;
  readonly inherited: InheritedValues;
}

/** Reads a mapping inside the section that has a table of its own. */
const readPart = <Section extends ConfigSection>(
  value: Mapping | undefined,
  path: string,
  section: Section,
  context: ReadContext,
): SectionValues<Section["fields"]> => {
  reportUndeclared(value ?? {}, path, section, context);
  return readSection(value ?? {}, path, section.fields, context);
};

/** Reads a mapping from model groups to mappings that share a table. */
const readByGroup = <Section extends ConfigSection>(
  { value, path }: { readonly value: Mapping | undefined; readonly path: string },
  section: Section,
  context: ReadContext,
): ReadonlyMap<string, SectionValues<Section["fields"]>> => {
  const parts = new Map<string, SectionValues<Section["fields"]>>();
  for (const [group, part] of Object.entries(value ?? {})) {
    const at = `${path}.${group}`;
    if (isMapping(part)) parts.set(group, readPart(part, at, section, context));
    else context.findings.faults.push({ path: at, message: "is no mapping", allowed: "a mapping of settings" });
  }
  return parts;
};

const mapValues = <From, To>(map: ReadonlyMap<string, From>, convert: (value: From) => To): ReadonlyMap<string, To> =>
  new Map([...map].map(([key, value]) => [key, convert(value)]));

/** The router's own retry policy, else that of `litellm_settings`. */
const readRetryPolicy = ({ path, values, inherited }: WrittenRouter, context: ReadContext) =>
  values.retry_policy === undefined
    ? readPart(inherited.retry_policy, "litellm_settings.retry_policy", RETRY_POLICY, context)
    : readPart(values.retry_policy, `${path}.retry_policy`, RETRY_POLICY, context);

const readPolicies = (written: WrittenRouter, context: ReadContext) => {
  const { path, values } = written;
  const args = readPart(values.routing_strategy_args, `${path}.routing_strategy_args`, STRATEGY_ARGS, context);
  const retries = readRetryPolicy(written, context);
  const allowed = readPart(values.allowed_fails_policy, `${path}.allowed_fails_policy`, ALLOWED_FAILS_POLICY, context);
  const groupRetries = { value: values.model_group_retry_policy, path: `${path}.model_group_retry_policy` };
  const hedge = readByGroup({ value: values.hedge, path: `${path}.hedge` }, HEDGE, context);
  for (const [group, { after_ms, after_percentile }] of hedge) {
    if ((after_ms === undefined) === (after_percentile === undefined)) {
      const message = after_ms === undefined ? "says not when" : "says twice when";
      context.findings.faults.push({
        path: `${path}.hedge.${group}`,
        message,
        allowed: "one of after_ms and after_percentile",
      });
    }
  }
  return {
    strategyArgs: {
      ttlMs: args.ttl,
      lowestLatencyBuffer: args.lowest_latency_buffer,
      maxLatencyListSize: args.max_latency_list_size,
    },
    retryPolicy: toFailureCounts(retries),
    modelGroupRetryPolicy: mapValues(readByGroup(groupRetries, RETRY_POLICY, context), toFailureCounts),
    allowedFailsPolicy: values.allowed_fails_policy === undefined ? undefined : toFailureCounts(allowed),
    hedge: mapValues(hedge, ({ after_ms, after_percentile, never_with }) => ({
      afterMs: after_ms,
      afterPercentile: after_percentile,
      neverWith: never_with,
    })),
  } satisfies Partial<RouterSettings>;
};

/** Reads what the section holds beyond single values, and puts it together; what `user_config` lacks is left to the caller. */
export const toRouterSettings = (written: WrittenRouter, context: ReadContext): RouterSettings => {
  const { path, values, inherited } = written;
  const fallbacks = mergeFallbacks(values, inherited);
  return {
    modelGroupAlias: values.model_group_alias,
    timeoutMs: values.timeout,
    streamTimeoutMs: values.stream_timeout,
    strategy: values.routing_strategy,
    numRetries: values.num_retries ?? inherited.num_retries,
    retryAfterMs: values.retry_after,
    ...readPolicies(written, context),
    allowedFails: values.allowed_fails ?? inherited.allowed_fails,
    cooldownMs: values.cooldown_time ?? inherited.cooldown_time,
    disableCooldowns: values.disable_cooldowns,
    fallbacks: toGeneralFallbacks(fallbacks, context),
    contextWindowFallbacks: toFallbackMap(fallbacks.context_window_fallbacks),
    contentPolicyFallbacks: toFallbackMap(fallbacks.content_policy_fallbacks),
    maxFallbacks: values.max_fallbacks,
    enablePreCallChecks: values.enable_pre_call_checks,
    enableTagFiltering: values.enable_tag_filtering,
    tagFilteringMatchAny: values.tag_filtering_match_any,
    defaultMaxParallelRequests: values.default_max_parallel_requests,
    defaultPriority: values.default_priority,
    ignoreInvalidDeployments: false,
    enforceModelRateLimits: readPreCallChecks(
      values.optional_pre_call_checks,
      `${path}.optional_pre_call_checks`,
      context,
    ),
    redis: undefined,
  };
};
