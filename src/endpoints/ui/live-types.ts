import type { LiveCall } from "../../core/live-feed.ts";

export type { LiveAttempt, LiveCall } from "../../core/live-feed.ts";

/** Answer of `GET /ui/api/calls`. */
export interface LiveCallsPage {
  /** Hand it back as `after` to go on from here. */
  readonly cursor: string;
  /** Calls between the last cursor and these that nobody remembers. */
  readonly missed: number;
  /** More wait: ask again at once. */
  readonly has_more: boolean;
  /** Oldest first. */
  readonly calls: readonly LiveCall[];
}

/** Sums over some time, of all processes. */
export interface LiveSums {
  readonly requests: number;
  /** Failures, without those where the client left. */
  readonly errors: number;
  readonly clients_gone: number;
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly cost_nano_usd: number;
  /** Answered calls whose cost is not known. */
  readonly unpriced: number;
  /** Mean of the gateway's own time, of calls of one attempt; `null` without any. */
  readonly gateway_ms: number | null;
  /** `null` without calls. */
  readonly p50_ms: number | null;
  readonly p99_ms: number | null;
}

/** One minute. */
export interface LiveMinuteSums extends LiveSums {
  /** Epoch seconds at which it began. */
  readonly at: number;
}

/** Answer of `GET /ui/api/hour`. */
export interface LiveHourPage {
  /** Epoch milliseconds of the gateway's clock. */
  readonly now: number;
  /** The last sixty minutes, oldest first; the last one is under way. */
  readonly minutes: readonly LiveMinuteSums[];
  readonly total: LiveSums;
}
