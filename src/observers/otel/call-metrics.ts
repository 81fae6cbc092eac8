import type { CallFinished } from "../../core/call-event.ts";
import { answerMsOf } from "../standard-payload.ts";
import { OPERATION_NAMES, toProviderName } from "./gen-ai-names.ts";
import { Histogram, type SnapshotOptions } from "./histogram.ts";
import type { OtlpMetric } from "./otlp-types.ts";

/**
 * Bounds that OpenTelemetry recommends.
 * Source: https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-metrics (read 2026-11-28).
 */
const TOKENS: readonly number[] = Array.from({ length: 14 }, (_, power) => 4 ** power);
const OPERATION_SECONDS: readonly number[] = Array.from({ length: 14 }, (_, power) => 0.01 * 2 ** power);
const FIRST_SECONDS: readonly number[] = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
];
const PER_TOKEN_SECONDS: readonly number[] = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5];
/** From a hundredth of a cent to ten dollars. */
const DOLLARS: readonly number[] = [
  0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10,
];

/** Every metric that is sent; docs/reference/opentelemetry.md says what each is. */
export const METRICS = {
  "gen_ai.client.token.usage": {
    unit: "{token}",
    description: "Number of input and output tokens used.",
    bounds: TOKENS,
  },
  "gen_ai.client.token.cost": { unit: "USD", description: "Cost of a call.", bounds: DOLLARS },
  "gen_ai.client.operation.duration": {
    unit: "s",
    description: "Duration of a call, retries and fallbacks included.",
    bounds: OPERATION_SECONDS,
  },
  "gen_ai.client.operation.time_to_first_chunk": {
    unit: "s",
    description: "Time until a stream's first byte was handed to the caller.",
    bounds: FIRST_SECONDS,
  },
  "gen_ai.client.response.duration": {
    unit: "s",
    description: "Duration of the attempt that answered.",
    bounds: OPERATION_SECONDS,
  },
  "gen_ai.client.response.time_to_first_token": {
    unit: "s",
    description: "Time until a stream's first byte, under LiteLLM's name.",
    bounds: FIRST_SECONDS,
  },
  "gen_ai.client.response.time_per_output_token": {
    unit: "s",
    description: "Time of the attempt that answered for each token of the answer, under LiteLLM's name.",
    bounds: PER_TOKEN_SECONDS,
  },
  "gen_ai.server.request.duration": {
    unit: "s",
    description: "Duration of an attempt at a vendor, failed ones included.",
    bounds: OPERATION_SECONDS,
  },
  "gen_ai.server.time_to_first_token": {
    unit: "s",
    description: "Time from sending a stream's request to the vendor until its first event.",
    bounds: FIRST_SECONDS,
  },
  "gen_ai.server.time_per_output_token": {
    unit: "s",
    description: "Time between the tokens of a stream behind its first event.",
    bounds: PER_TOKEN_SECONDS,
  },
} as const satisfies Readonly<Record<string, Omit<ConstructorParameters<typeof Histogram>[0], "name">>>;

type MetricName = keyof typeof METRICS;

/** Labels of metrics; of callers' texts only models that have answered are among them. */
type Labels = Readonly<Record<string, string | undefined>>;

/** Models that are remembered as having answered. */
const MAX_MODELS = 1000;

/** Counts and times calls. Bounded, whatever callers send. */
export class CallMetrics {
  readonly #histograms: ReadonlyMap<string, Histogram> = new Map(
    Object.entries(METRICS).map(([name, options]) => [name, new Histogram({ name, ...options })]),
  );
  readonly #models = new Set<string>();

  /** Adds one call. */
  record(call: CallFinished): void {
    const labels = this.#labelsOf(call);
    this.#recordAttempts(call, labels);
    if (call.errorKind === "given-up") {
      return; // Nobody was answered with it.
    }
    const failed = { ...labels, "error.type": call.errorKind };
    this.#add("gen_ai.client.operation.duration", call.durationMs / 1000, failed);
    this.#recordUsage(call, labels);
    if (call.errorKind === undefined) {
      this.#recordAnswer(call, labels);
    }
  }

  /** All metrics that have values, as OTLP has them. */
  snapshot(options: SnapshotOptions): OtlpMetric[] {
    return [...this.#histograms.values()]
      .map((histogram) => histogram.toMetric(options))
      .filter((metric) => metric !== undefined);
  }

  /** Begins anew, after differences have been sent. */
  reset(): void {
    for (const histogram of this.#histograms.values()) {
      histogram.reset();
    }
  }

  #recordAttempts(call: CallFinished, labels: Labels): void {
    for (const { failure, durationMs, provider, upstreamModel } of call.attempts) {
      this.#add("gen_ai.server.request.duration", durationMs / 1000, {
        ...labels,
        "gen_ai.provider.name": toProviderName(provider),
        "gen_ai.request.model": this.#models.has(upstreamModel) ? upstreamModel : undefined,
        "error.type": failure,
      });
    }
  }

  #recordUsage({ usage, cost }: CallFinished, labels: Labels): void {
    if (usage !== undefined) {
      this.#add("gen_ai.client.token.usage", usage.promptTokens, { ...labels, "gen_ai.token.type": "input" });
      if (usage.completionTokens > 0) {
        this.#add("gen_ai.client.token.usage", usage.completionTokens, { ...labels, "gen_ai.token.type": "output" });
      }
    }
    if (cost !== undefined) {
      this.#add("gen_ai.client.token.cost", cost.nanoUsd / 1e9, labels);
    }
  }

  #recordAnswer(call: CallFinished, labels: Labels): void {
    const { usage, firstByteMs, isStream, upstreamMs } = call;
    if (call.attempts.length === 0) {
      return;
    }
    const answerMs = answerMsOf(call);
    const tokens = usage?.completionTokens ?? 0;
    this.#add("gen_ai.client.response.duration", answerMs / 1000, labels);
    if (tokens > 0) {
      this.#add("gen_ai.client.response.time_per_output_token", answerMs / 1000 / tokens, labels);
    }
    if (isStream && firstByteMs !== undefined) {
      this.#add("gen_ai.client.operation.time_to_first_chunk", firstByteMs / 1000, labels);
      this.#add("gen_ai.client.response.time_to_first_token", firstByteMs / 1000, labels);
      this.#add("gen_ai.server.time_to_first_token", upstreamMs / 1000, labels);
      if (tokens > 1) {
        this.#add("gen_ai.server.time_per_output_token", (answerMs - upstreamMs) / 1000 / (tokens - 1), labels);
      }
    }
  }

  #labelsOf({ operation, provider, upstreamModel, errorKind }: CallFinished): Labels {
    if (errorKind === undefined && upstreamModel !== undefined && this.#models.size < MAX_MODELS) {
      this.#models.add(upstreamModel);
    }
    const isKnown = upstreamModel !== undefined && this.#models.has(upstreamModel);
    return {
      "gen_ai.operation.name": OPERATION_NAMES[operation],
      "gen_ai.provider.name": provider === undefined ? undefined : toProviderName(provider),
      "gen_ai.request.model": isKnown ? upstreamModel : undefined,
    };
  }

  #add(name: MetricName, value: number, labels: Labels): void {
    if (Number.isFinite(value)) {
      this.#histograms.get(name)?.record(Math.max(0, value), labels);
    }
  }
}
