import type { MetricFamily, MetricSample } from "../../core/metrics.ts";
import { Histogram } from "./histogram.ts";
import type { MetricDescription } from "./metric-table.ts";

type Labels = Readonly<Record<string, string>>;

/** One value and the labels of the series it comes from. */
export interface Measured<Value> {
  readonly labels: Labels;
  readonly value: Value;
}

/** A metric as it is shown: which of the labels, in which order. */
export interface Shown extends MetricDescription {
  readonly name: string;
}

/** Adds up what has the shown labels in common. Empty labels are left out, as Prometheus takes them for absent. */
function group<Value>(
  shown: Shown,
  measured: Iterable<Measured<Value>>,
  add: (sum: Value | undefined, value: Value) => Value,
): readonly Measured<Value>[] {
  const groups = new Map<string, Measured<Value>>();
  for (const { labels, value } of measured) {
    const kept = shown.labels.map((name) => [name, labels[name] ?? ""] as const).filter(([, text]) => text !== "");
    const key = JSON.stringify(kept);
    const sum = add(groups.get(key)?.value, value);
    groups.set(key, { labels: Object.fromEntries(kept), value: sum });
  }
  return [...groups.values()];
}

const toFamily = ({ name, type, help, merge }: Shown, samples: readonly MetricSample[]): MetricFamily => ({
  name,
  type,
  help,
  merge,
  samples,
});

/**
 * A counter. Of what is counted by call, what is 0 is left out; others show it, as Prometheus sees no increase in a counter
 * that begins with more.
 */
export function toCounter(shown: Shown, measured: Iterable<Measured<number>>, least: 0 | 1): MetricFamily {
  const sums = group<number>(shown, measured, (sum = 0, value) => sum + value);
  const groups = least === 0 ? sums : sums.filter(({ value }) => value > 0);
  return toFamily(
    shown,
    groups.map(({ labels, value }) => ({ suffix: "_total", labels, value })),
  );
}

/** A gauge; of several values under the same labels the largest. */
export function toGauge(shown: Shown, measured: Iterable<Measured<number>>): MetricFamily {
  const groups = group<number>(shown, measured, (most = -Infinity, value) => Math.max(most, value));
  return toFamily(
    shown,
    groups.map(({ labels, value }) => ({ suffix: "", labels, value })),
  );
}

/** A histogram in Prometheus' form: cumulative buckets, sum and count. */
export function toHistogram(shown: Shown, measured: Iterable<Measured<Histogram>>): MetricFamily {
  const groups = group<Histogram>(shown, measured, (sum, value) => {
    const added = sum ?? new Histogram(value.bounds);
    added.add(value);
    return added;
  });
  return toFamily(
    shown,
    groups.filter(({ value }) => value.count > 0).flatMap(({ labels, value }) => toBuckets(labels, value)),
  );
}

function toBuckets(labels: Labels, histogram: Histogram): readonly MetricSample[] {
  const samples: MetricSample[] = [];
  let below = 0;
  histogram.counts.forEach((count, index) => {
    below += count;
    const bound = histogram.bounds[index];
    samples.push({
      suffix: "_bucket",
      labels: { ...labels, le: bound === undefined ? "+Inf" : String(bound) },
      value: below,
    });
  });
  samples.push({ suffix: "_sum", labels, value: histogram.sum }, { suffix: "_count", labels, value: below });
  return samples;
}
