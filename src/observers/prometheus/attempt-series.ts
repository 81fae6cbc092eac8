import type { Attempt, CallFinished } from "../../core/call-event.ts";
import { exceptionClassOf } from "./call-series.ts";
import { copyShortened, joinKey, OVERFLOW } from "./label-values.ts";

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
      const key = joinKey(`${attempt.failure}`, attempt.deploymentId, attempt.upstreamModel, event.requestedModel);
      const known = this.#byKey.get(key) ?? this.#make(key, event, attempt);
      known.count++;
    }
  }

  #make(key: string, event: CallFinished, attempt: Attempt): AttemptSeries {
    const isFull = this.#byKey.size >= this.#maxSeries;
    // Deployments are still told apart, until there are as many again: those of callers' own are without number.
    const id = this.#byKey.size >= 2 * this.#maxSeries ? OVERFLOW : attempt.deploymentId;
    const usedKey = isFull ? joinKey(`overflow,${attempt.failure}`, id, attempt.provider) : key;
    const made = this.#byKey.get(usedKey) ?? {
      labels: {
        litellm_model_name: isFull ? OVERFLOW : copyShortened(attempt.upstreamModel),
        model_id: copyShortened(id),
        api_base: isFull ? OVERFLOW : event.deploymentId === attempt.deploymentId ? copyShortened(event.apiBase) : "",
        api_provider: attempt.provider,
        requested_model: isFull ? OVERFLOW : copyShortened(event.requestedModel),
        exception_class: exceptionClassOf(attempt.failure),
      },
      hasFailed: attempt.failure !== undefined,
      count: 0,
    };
    this.#byKey.set(usedKey, made);
    return made;
  }
}
