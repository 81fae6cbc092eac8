import type { OtlpAttributes, OtlpMetric, OtlpTime } from "./otlp-types.ts";

/** What a metric measures. */
export interface HistogramOptions {
  readonly name: string;
  readonly description: string;
  /** By UCUM: `s`, `{token}`. */
  readonly unit: string;
  /** Upper bounds of the buckets; above the last is one more. */
  readonly bounds: readonly number[];
}

/** When a snapshot was taken, and how it counts. */
export interface SnapshotOptions {
  readonly isDelta: boolean;
  readonly startTime: OtlpTime;
  readonly endTime: OtlpTime;
}

interface Series {
  readonly attributes: OtlpAttributes;
  readonly counts: number[];
  count: number;
  sum: number;
  min: number;
  max: number;
}

/** Series of one metric; further ones count together, as OpenTelemetry's cardinality limit has it. */
export const MAX_SERIES = 2000;

const OVERFLOW = "\n";
const OVERFLOW_ATTRIBUTES: OtlpAttributes = { "otel.metric.overflow": true };

// Numbers of OpenTelemetry's SDK, whose enums are no types of ours.
const DELTA = 0;
const CUMULATIVE = 1;
const HISTOGRAM = 0;
const DOUBLE = 1;

/** A histogram with a bounded number of series. */
export class Histogram {
  readonly #options: HistogramOptions;
  #series = new Map<string, Series>();

  constructor(options: HistogramOptions) {
    this.#options = options;
  }

  /** Adds a value to the series of these labels; `undefined` ones are left out. */
  record(value: number, labels: Readonly<Record<string, string | undefined>>): void {
    const key = Object.values(labels).join("\n");
    const series = this.#series.get(key) ?? this.#add(key, labels);
    series.counts[this.#bucketOf(value)] = (series.counts[this.#bucketOf(value)] ?? 0) + 1;
    series.count++;
    series.sum += value;
    series.min = Math.min(series.min, value);
    series.max = Math.max(series.max, value);
  }

  /** All series, in OTLP's terms; `undefined` where there is none. */
  toMetric({ isDelta, startTime, endTime }: SnapshotOptions): OtlpMetric | undefined {
    if (this.#series.size === 0) {
      return undefined;
    }
    const { name, description, unit, bounds } = this.#options;
    return {
      descriptor: { name, description, unit, valueType: DOUBLE },
      aggregationTemporality: isDelta ? DELTA : CUMULATIVE,
      dataPointType: HISTOGRAM,
      dataPoints: [...this.#series.values()].map(({ attributes, counts, count, sum, min, max }) => ({
        attributes,
        startTime,
        endTime,
        value: { buckets: { boundaries: [...bounds], counts: [...counts] }, count, sum, min, max },
      })),
    };
  }

  /** Takes off what a snapshot has told; what came since stays. */
  reset(): void {
    this.#series = new Map();
  }

  #bucketOf(value: number): number {
    const { bounds } = this.#options;
    let index = 0;
    while (index < bounds.length && value > (bounds[index] ?? 0)) {
      index++;
    }
    return index;
  }

  #add(key: string, labels: Readonly<Record<string, string | undefined>>): Series {
    const isFull = this.#series.size >= MAX_SERIES;
    const known = isFull ? this.#series.get(OVERFLOW) : undefined;
    if (known !== undefined) {
      return known;
    }
    const attributes = isFull
      ? OVERFLOW_ATTRIBUTES
      : Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== undefined));
    const counts = Array.from({ length: this.#options.bounds.length + 1 }, () => 0);
    const series = {
      attributes,
      counts,
      count: 0,
      sum: 0,
      min: Number.POSITIVE_INFINITY,
      max: Number.NEGATIVE_INFINITY,
    };
    this.#series.set(isFull ? OVERFLOW : key, series);
    return series;
  }
}
