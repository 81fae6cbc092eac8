import type { PrometheusMetricsGroup, PrometheusSettings } from "../../config/gateway-config.ts";
import { didYouMean } from "../../config/nearest-name.ts";
import { METRICS } from "./metric-table.ts";

/** Labels that have a meaning already: to metrics of the table, to histograms, to several processes. */
const TAKEN: ReadonlySet<string> = new Set([
  ...Object.values(METRICS).flatMap(({ labels }) => labels),
  "le",
  "quantile",
  "worker",
]);

/**
 * The settings without labels that would spoil the page: one that Prometheus does not take costs the whole scrape. What is
 * left out, and what names nothing, is told.
 */
export function usableSettings(settings: PrometheusSettings, tell: (problem: string) => void): PrometheusSettings {
  const seen = new Set<string>();
  const isUsable = ([label, source]: readonly [string, string | readonly string[]]): boolean => {
    const problem = problemOf(label, seen);
    seen.add(label);
    if (problem !== undefined) {
      const written = typeof source === "string" ? `tag '${source}'` : `metadata '${source.join(".")}'`;
      tell(`${written} cannot be the label '${label}', which ${problem}: left out`);
    }
    return problem === undefined;
  };
  const metadataLabels = settings.metadataLabels.filter(isUsable);
  const tagLabels = settings.tagLabels.filter(isUsable);
  const own = [...metadataLabels, ...tagLabels].map(([label]) => label);
  for (const group of settings.metricsConfig) {
    tellUnknown(group, own, tell);
  }
  return { ...settings, metadataLabels, tagLabels };
}

function problemOf(label: string, seen: ReadonlySet<string>): string | undefined {
  if (label === "" || label.startsWith("__")) {
    return "Prometheus does not take";
  }
  return TAKEN.has(label) ? "is one of the gateway's own" : seen.has(label) ? "is another one's already" : undefined;
}

function tellUnknown(
  { metrics, includeLabels }: PrometheusMetricsGroup,
  own: readonly string[],
  tell: (problem: string) => void,
): void {
  const labels = new Set(own);
  for (const name of metrics) {
    const known = Object.hasOwn(METRICS, name) ? METRICS[name] : undefined;
    if (known === undefined) {
      tell(`prometheus_metrics_config: there is no metric '${name}'${didYouMean(name, Object.keys(METRICS))}`);
    }
    for (const label of known?.labels ?? []) {
      labels.add(label);
    }
  }
  for (const label of includeLabels ?? []) {
    if (!labels.has(label)) {
      tell(`prometheus_metrics_config: none of ${metrics.join(", ")} has a label '${label}'`);
    }
  }
}
