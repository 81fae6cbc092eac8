/**
 * What the processes of one gateway tell each other, and the page at `/ui`, of the calls that have just ended. Plain data;
 * nothing of a conversation or of `metadata`, no keys. Texts that callers chose are short and hold no control characters.
 */

/** The topics under which processes ask each other (`Siblings`). */
export const LIVE_CALLS = "live-calls";
export const LIVE_HOUR = "live-hour";

/** One try at one deployment. */
export interface LiveAttempt {
  readonly deployment: string;
  readonly provider: string;
  readonly upstream_model: string;
  /** Milliseconds from the call's acceptance. */
  readonly started_ms: number;
  readonly duration_ms: number;
  /** The kind of its failure; `null` when it was answered. */
  readonly error: string | null;
}

/** One finished call; `null` stands for what is not known. Names as in the access log. */
export interface LiveCall {
  /** Unique among all calls of all processes; call ids may be callers' own. */
  readonly key: string;
  readonly call_id: string;
  readonly operation: string;
  readonly path: string;
  /** Epoch milliseconds of acceptance and end. */
  readonly started_at: number;
  readonly ended_at: number;
  readonly duration_ms: number;
  /** Waiting for vendors, all attempts and the waits between them together: until a stream began, or until the answer was there. */
  readonly upstream_ms: number;
  /** A stream's bytes passing by; 0 for other calls. */
  readonly streaming_ms: number;
  /** All the rest of the duration: the gateway's own time. */
  readonly gateway_ms: number;
  readonly first_byte_ms: number | null;
  readonly status: number;
  readonly error: string | null;
  readonly error_message: string | null;
  readonly model: string | null;
  readonly model_group: string | null;
  readonly deployment: string | null;
  readonly provider: string | null;
  readonly upstream_model: string | null;
  readonly stream: boolean;
  readonly prompt_tokens: number | null;
  readonly completion_tokens: number | null;
  readonly cached_tokens: number | null;
  readonly reasoning_tokens: number | null;
  /** The vendor told no usage: tokens and cost were counted here. */
  readonly usage_estimated: boolean;
  /** Billionths of a US dollar; `null`: no usage, or a price that nobody knows. */
  readonly cost_nano_usd: number | null;
  readonly retries: number;
  readonly fallbacks: number;
  readonly client_retries: number;
  /** The first few. */
  readonly attempts: readonly LiveAttempt[];
  /** How many there were. */
  readonly attempt_count: number;
  /** Parameters that could not be carried to the vendor; the first few. */
  readonly dropped: readonly string[];
}

/** Asks a process for the calls after a place in its own sequence. */
export interface LiveCallsRequest {
  /** By process: the number of the last call already seen. */
  readonly after: Readonly<Record<string, number>>;
  /** Calls at most, of each process. */
  readonly limit: number;
}

/** A process's answer to {@link LiveCallsRequest}. */
export interface LiveCallsAnswer {
  readonly process: string;
  /** The number of the last call that is told here, or was told before. */
  readonly last: number;
  /** Calls after the place that was named and no longer known. */
  readonly missed: number;
  /** More of them wait. */
  readonly hasMore: boolean;
  /** Oldest first. */
  readonly calls: readonly LiveCall[];
}

/** One minute of a process. */
export interface LiveMinute {
  /** Minutes since the epoch; calls count where they ended. */
  readonly minute: number;
  readonly requests: number;
  /** Failures, without those where the client left. */
  readonly errors: number;
  readonly clientsGone: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly costNanoUsd: number;
  /** Answered calls whose cost is not known. */
  readonly unpriced: number;
  /** The gateway's own time on calls of one attempt, which no wait between attempts blurs, and how many they were. */
  readonly gatewayMs: number;
  readonly gatewayCalls: number;
  /** Calls by latency bucket, flat: bucket, count, bucket, count. */
  readonly latencies: readonly number[];
}

/** A process's answer to {@link LIVE_HOUR}: minutes in which calls ended, in no order. */
export interface LiveHourAnswer {
  readonly minutes: readonly LiveMinute[];
}
