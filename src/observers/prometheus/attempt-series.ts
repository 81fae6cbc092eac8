import type { Attempt, CallFinished } from "../../core/call-event.ts";
import { exceptionClassOf } from "./call-series.ts";
import { copyShortened, joinKey, OVERFLOW } from "./label-values.ts";

/** Attempts at one deployment with one outcome. */
export interface AttemptSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** `left`: the client, or the gateway that had another answer, did not wait for the end, which says nothing of the deployment. */
  readonly outcome: "answered" | "failed" | "left";
  count: number;
}

interface LatestSeries {
  readonly upstreamModel: string;
  readonly requestedModel: string | undefined;
  readonly failure: Attempt["failure"] | undefined;
  readonly apiBase: Attempt["apiBase"];
  readonly series: AttemptSeries;
}

/** Deployments whose latest series is remembered, and the longest name that is. */
const MAX_LATEST = 1024;
const MAX_NAME = 256;

/** What deployments were asked and how that ended, each attempt for itself. */
export class AttemptSeriesTable {
  readonly #byKey = new Map<string, AttemptSeries>();
  /** The latest series of each deployment: most attempts belong to the same one, and a key costs more than a comparison. */
  readonly #latest = new Map<string, LatestSeries>();
  readonly #maxSeries: number;

  constructor(maxSeries: number) {
    this.#maxSeries = maxSeries;
  }

  get all(): Iterable<AttemptSeries> {
    return this.#byKey.values();
  }

  add(event: CallFinished): void {
    for (const attempt of event.attempts) {
      this.#seriesOf(event, attempt).count++;
    }
  }

  #seriesOf(event: CallFinished, attempt: Attempt): AttemptSeries {
    const { deploymentId, upstreamModel, failure, apiBase } = attempt;
    const { requestedModel } = event;
    const latest = this.#latest.get(deploymentId);
    if (
      latest?.upstreamModel === upstreamModel &&
      latest.requestedModel === requestedModel &&
      latest.failure === failure &&
      latest.apiBase === apiBase
    ) {
      return latest.series;
    }
    const key = joinKey(`${failure}`, deploymentId, upstreamModel, requestedModel, apiBase);
    const series = this.#byKey.get(key) ?? this.#make(key, event, attempt);
    if (this.#latest.size >= MAX_LATEST) {
      this.#latest.clear();
    }
    if ((requestedModel?.length ?? 0) <= MAX_NAME) {
      this.#latest.set(deploymentId, { upstreamModel, requestedModel, failure, apiBase, series });
    }
    return series;
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
        api_base: isFull ? OVERFLOW : copyShortened(attempt.apiBase),
        api_provider: attempt.provider,
        requested_model: isFull ? OVERFLOW : copyShortened(event.requestedModel),
        exception_class: exceptionClassOf(attempt.failure),
      },
      outcome: outcomeOf(attempt),
      count: 0,
    };
    this.#byKey.set(usedKey, made);
    return made;
  }
}

function outcomeOf({ failure }: Attempt): AttemptSeries["outcome"] {
  const isLeft = failure === "client-closed" || failure === "given-up";
  return failure === undefined ? "answered" : isLeft ? "left" : "failed";
}
