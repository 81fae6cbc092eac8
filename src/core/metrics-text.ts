import type { MetricFamily, MetricMerge, MetricSample } from "./metrics.ts";

/** Escapes of the text format. Source: https://prometheus.io/docs/instrumenting/exposition_formats/ (read 2026-11-28). */
const escapeValue = (text: string): string =>
  text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
const escapeHelp = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");

function toLabels(labels: MetricSample["labels"]): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeValue(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

const toNumber = (value: number): string =>
  value === Infinity ? "+Inf" : value === -Infinity ? "-Inf" : String(value);

/** Metrics in Prometheus' text format 0.0.4. Counters have their suffix in their family's name, as that format wants it. */
export function writeMetrics(families: readonly MetricFamily[]): string {
  let text = "";
  for (const { name, type, help, samples } of families) {
    if (samples.length === 0) {
      continue;
    }
    const shown = type === "counter" ? `${name}_total` : name;
    text += `# HELP ${shown} ${escapeHelp(help)}\n# TYPE ${shown} ${type}\n`;
    for (const { suffix, labels, value } of samples) {
      text += `${name}${suffix}${toLabels(labels)} ${toNumber(value)}\n`;
    }
  }
  return text;
}

/** The metrics of several processes as those of one. Families are taken by name, samples by suffix and labels. */
export function mergeMetrics(processes: readonly (readonly MetricFamily[])[]): readonly MetricFamily[] {
  if (processes.length === 1) {
    return processes[0] ?? [];
  }
  const merged = new Map<string, { readonly family: MetricFamily; readonly samples: Map<string, MetricSample> }>();
  for (const family of processes.flat()) {
    const known = merged.get(family.name) ?? { family, samples: new Map<string, MetricSample>() };
    merged.set(family.name, known);
    for (const sample of family.samples) {
      addSample(known.samples, family.merge, sample);
    }
  }
  return [...merged.values()].map(({ family, samples }) => ({ ...family, samples: [...samples.values()] }));
}

function addSample(samples: Map<string, MetricSample>, merge: MetricMerge, sample: MetricSample): void {
  const key = JSON.stringify([sample.suffix, sample.labels]);
  const known = samples.get(key);
  const value =
    known === undefined
      ? sample.value
      : merge === "max"
        ? Math.max(known.value, sample.value)
        : known.value + sample.value;
  samples.set(key, { ...sample, value });
}
