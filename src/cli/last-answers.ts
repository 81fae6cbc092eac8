import { METRICS_TOPIC, type MetricFamily } from "../core/metrics.ts";
import { mergeMetrics } from "../core/metrics-text.ts";
import { KEPT_TOPICS } from "./sibling-messages.ts";

/**
 * What workers last answered. A worker that is held up is stood for by its last answer, and the counters of those that
 * ended stay in the sum: if it went down, Prometheus would take all of it for new.
 */
export class LastAnswers<Worker> {
  readonly #last = new Map<Worker, Map<string, unknown>>();
  #left: readonly MetricFamily[] | undefined;

  /** Notes an answer, where its topic is kept. */
  note(worker: Worker, topic: string, answer: unknown): void {
    if (KEPT_TOPICS.has(topic) && answer !== undefined) {
      const own = this.#last.get(worker) ?? new Map<string, unknown>();
      this.#last.set(worker, own.set(topic, answer));
    }
  }

  /** The worker has ended. */
  end(worker: Worker): void {
    const last = this.#last.get(worker)?.get(METRICS_TOPIC);
    this.#last.delete(worker);
    if (Array.isArray(last)) {
      // A worker is this very program: what it answers to the topic is this.
      const counted = (last as readonly MetricFamily[]).filter(({ type }) => type !== "gauge");
      this.#left = mergeMetrics([this.#left ?? [], counted]);
    }
  }

  /** What stands for workers that do not answer, and what those that ended left. */
  standIns(topic: string, silent: Iterable<Worker>): readonly unknown[] {
    const last = [...silent].map((worker) => this.#last.get(worker)?.get(topic));
    const left = topic === METRICS_TOPIC ? this.#left : undefined;
    return [...last, left].filter((answer) => answer !== undefined);
  }
}
