/** What processes ask one another for `/metrics`; the answer is a list of {@link MetricFamily}. */
export const METRICS_TOPIC = "metrics";

/** What a metric is to Prometheus. */
export type MetricType = "counter" | "gauge" | "histogram" | "summary";

/** How the values of several processes become one: added up, the largest, or each by itself, told apart by a label `worker`. */
export type MetricMerge = "sum" | "max" | "each";

/** One number of a metric. */
export interface MetricSample {
  /** Behind the metric's name: `_total`, `_bucket`, `_sum`, `_count`, or nothing. */
  readonly suffix: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A metric with its numbers, as plain data that goes from process to process. */
export interface MetricFamily {
  readonly name: string;
  readonly type: MetricType;
  readonly help: string;
  readonly merge: MetricMerge;
  readonly samples: readonly MetricSample[];
}
