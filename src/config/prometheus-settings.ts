import type { SectionValues } from "./declared-field.ts";
import { isMapping } from "./environment-references.ts";
import { describeValue, type FieldReader, refuse, refuseValue } from "./field-place.ts";
import type { PrometheusMetricsGroup, PrometheusSettings } from "./gateway-config.ts";
import type { LITELLM_SETTINGS_FIELDS } from "./litellm-settings-fields.ts";

const ALLOWED = "{group: <text>, metrics: [<name>, ...], include_labels: [<name>, ...]}";

const isTextList = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === "string");

/** LiteLLM also writes `litellm_spend_metric_total` for `litellm_spend_metric`. */
const withoutSuffix = (name: string): string => name.replace(/_total$/, "");

/** `prometheus_metrics_config`; items at fault are left out. */
export const readMetricsConfig: FieldReader<readonly PrometheusMetricsGroup[]> = (value, place) => {
  if (!Array.isArray(value)) return refuseValue(place, value);
  return value.flatMap((item: unknown, index) => {
    const at = { ...place, path: `${place.path}[${index}]` };
    const labels = isMapping(item) ? (item["include_labels"] ?? undefined) : undefined;
    if (!isMapping(item) || !isTextList(item["metrics"]) || (labels !== undefined && !isTextList(labels))) {
      return refuse(at, `found ${describeValue(item, place.isShown)}`, ALLOWED) ?? [];
    }
    return [{ metrics: item["metrics"].map(withoutSuffix), includeLabels: labels }];
  });
};

/** Characters that no label's name may have become underscores, as in LiteLLM. */
const toLabel = (text: string): string => text.replace(/[^A-Za-z0-9_]/g, "_").replace(/^(?=\d)/, "_");

/** `metadata.team` and `team` both mean that field of a caller's metadata. */
const toPath = (text: string): readonly string[] => text.replace(/^metadata\./, "").split(".");

/** The settings of `litellm_settings` that concern Prometheus. */
export const toPrometheusSettings = (values: SectionValues<typeof LITELLM_SETTINGS_FIELDS>): PrometheusSettings => ({
  hasEndUser: values.enable_end_user_cost_tracking_prometheus_only,
  metadataLabels: values.custom_prometheus_metadata_labels.map((text) => [toLabel(text), toPath(text)]),
  tagLabels: values.custom_prometheus_tags.map((tag) => [toLabel(`tag_${tag}`), tag]),
  metricsConfig: values.prometheus_metrics_config,
  requiresKey: values.require_auth_for_metrics_endpoint,
});
