import type { Attempt, CallFinished } from "../../core/call-event.ts";
import { exceptionClassOf, OVERFLOW } from "./call-series.ts";

/** Attempts at one deployment with one outcome. */
export interface AttemptSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly hasFailed: boolean;
  count: number;
}

/** What deployments were asked and how that ended, each attempt for itself. */
export class AttemptSeriesTable {
  readonly #byKey = new Map<string, AttemptSeries>();
  readonly #maxSeries: number;

  constructor(maxSeries: number) {
    this.#maxSeries = maxSeries;
  }

  get all(): Iterable<AttemptSeries> {
    return this.#byKey.values();
  }

  add(event: CallFinished): void {
    for (const attempt of event.attempts) {
      const key = `${attempt.deploymentId}\n${attempt.upstreamModel}\n${attempt.failure}\n${event.requestedModel}`;
      const known = this.#byKey.get(key) ?? this.#make(key, event, attempt);
      known.count++;
    }
  }

  #make(key: string, event: CallFinished, attempt: Attempt): AttemptSeries {
    const isFull = this.#byKey.size >= this.#maxSeries;
    const usedKey = isFull ? `overflow\n${attempt.deploymentId}\n${attempt.failure}` : key;
    const made = this.#byKey.get(usedKey) ?? {
      labels: {
        litellm_model_name: isFull ? OVERFLOW : attempt.upstreamModel.slice(0, 128).toWellFormed(),
        model_id: attempt.deploymentId,
        api_base: event.deploymentId === attempt.deploymentId ? (event.apiBase ?? "") : "",
        api_provider: attempt.provider,
        requested_model: isFull ? OVERFLOW : (event.requestedModel ?? "").slice(0, 128).toWellFormed(),
        exception_class: exceptionClassOf(attempt.failure),
      },
      hasFailed: attempt.failure !== undefined,
      count: 0,
    };
    this.#byKey.set(usedKey, made);
    return made;
  }
}
