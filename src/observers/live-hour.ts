import type { CallFinished } from "../core/call-event.ts";
import { LATENCY_BUCKETS, toLatencyBucket } from "../core/latency-buckets.ts";
import type { LiveHourAnswer, LiveMinute } from "../core/live-feed.ts";
import { isUnpriced } from "./is-unpriced.ts";

/** Minutes that are kept. */
export const MINUTES = 60;

/** Columns of a minute's sums. */
const REQUESTS = 0;
const ERRORS = 1;
const CLIENTS_GONE = 2;
const PROMPT_TOKENS = 3;
const COMPLETION_TOKENS = 4;
const COST = 5;
const UNPRICED = 6;
const GATEWAY_MS = 7;
const GATEWAY_CALLS = 8;
const COLUMNS = 9;

/** The last hour of this process, minute by minute, in typed arrays: about 50 KB, whatever happens. */
export class LiveHour {
  /** Which minute each slot holds. */
  readonly #minuteOf = new Float64Array(MINUTES).fill(-1);
  /** Nano-dollars stay whole up to 9 million dollars a minute. */
  readonly #sums = new Float64Array(MINUTES * COLUMNS);
  readonly #latencies = new Uint32Array(MINUTES * LATENCY_BUCKETS);

  /** Counts a call in the minute in which it ended; not one that was given up, as nobody was answered with it. */
  count(event: CallFinished, gatewayMs: number): void {
    if (event.errorKind === "given-up") {
      return;
    }
    const minute = Math.floor((event.startedAt + event.durationMs) / 60_000);
    const slot = minute % MINUTES;
    const held = this.#minuteOf[slot] ?? 0;
    if (held !== minute) {
      if (held > minute) {
        return; // An hour old already.
      }
      this.#clear(slot, minute);
    }
    const at = slot * COLUMNS;
    this.#add(at + REQUESTS, 1);
    if (event.attempts.length === 1) {
      this.#add(at + GATEWAY_MS, gatewayMs);
      this.#add(at + GATEWAY_CALLS, 1);
    }
    const { usage, cost, errorKind } = event;
    if (errorKind !== undefined) {
      this.#add(at + (errorKind === "client-closed" ? CLIENTS_GONE : ERRORS), 1);
    }
    if (isUnpriced(event)) {
      this.#add(at + UNPRICED, 1);
    }
    if (usage !== undefined) {
      this.#add(at + PROMPT_TOKENS, usage.promptTokens);
      this.#add(at + COMPLETION_TOKENS, usage.completionTokens);
    }
    if (cost !== undefined) {
      this.#add(at + COST, cost.nanoUsd);
    }
    const bucket = slot * LATENCY_BUCKETS + toLatencyBucket(event.durationMs);
    this.#latencies[bucket] = (this.#latencies[bucket] ?? 0) + 1;
  }

  /** Every minute that is held; old ones too, which the reader leaves out. */
  answer(): LiveHourAnswer {
    const minutes: LiveMinute[] = [];
    for (let slot = 0; slot < MINUTES; slot++) {
      if ((this.#minuteOf[slot] ?? -1) >= 0) {
        minutes.push(this.#read(slot));
      }
    }
    return { minutes };
  }

  #add(index: number, value: number): void {
    this.#sums[index] = (this.#sums[index] ?? 0) + value;
  }

  #clear(slot: number, minute: number): void {
    this.#minuteOf[slot] = minute;
    this.#sums.fill(0, slot * COLUMNS, (slot + 1) * COLUMNS);
    this.#latencies.fill(0, slot * LATENCY_BUCKETS, (slot + 1) * LATENCY_BUCKETS);
  }

  #read(slot: number): LiveMinute {
    const sum = (column: number): number => this.#sums[slot * COLUMNS + column] ?? 0;
    const latencies: number[] = [];
    for (let bucket = 0; bucket < LATENCY_BUCKETS; bucket++) {
      const count = this.#latencies[slot * LATENCY_BUCKETS + bucket] ?? 0;
      if (count > 0) {
        latencies.push(bucket, count);
      }
    }
    return {
      minute: this.#minuteOf[slot] ?? 0,
      requests: sum(REQUESTS),
      errors: sum(ERRORS),
      clientsGone: sum(CLIENTS_GONE),
      promptTokens: sum(PROMPT_TOKENS),
      completionTokens: sum(COMPLETION_TOKENS),
      costNanoUsd: sum(COST),
      unpriced: sum(UNPRICED),
      gatewayMs: sum(GATEWAY_MS),
      gatewayCalls: sum(GATEWAY_CALLS),
      latencies,
    };
  }
}
