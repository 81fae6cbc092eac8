/** Requests and tokens of one deployment in one minute. */
export interface UsageRow {
  readonly id: string;
  readonly requests: number;
  readonly tokens: number;
}

/** A deployment that cools down until then, in epoch milliseconds. */
export interface CooldownRow {
  readonly id: string;
  readonly untilMs: number;
  readonly reason: string;
}

/** A deployment's mean latencies: of whole answers per completion token, and of streams until the first byte; 0: none. */
export interface LatencyRow {
  readonly id: string;
  readonly answerMs: number;
  readonly firstByteMs: number;
}

/** What one process tells the others. Sending the same again changes nothing. */
export interface OutgoingState {
  readonly processId: string;
  /** Epoch milliseconds of this process's clock. */
  readonly nowMs: number;
  /** Minutes since the epoch; usage and latencies belong to it. */
  readonly minute: number;
  /** Counts of this process in this minute, whole ones and not differences: they never fall. */
  readonly usage: readonly UsageRow[];
  readonly latencies: readonly LatencyRow[];
  readonly cooldowns: readonly CooldownRow[];
  /** All attempts under way in this process by deployment; what is not in it is none. */
  readonly inFlight: ReadonlyMap<string, number>;
}

/** What all processes know together. */
export interface IncomingState {
  /** Totals of the minute over all processes, this one included, also those that have ended. */
  readonly usage: ReadonlyMap<string, Omit<UsageRow, "id">>;
  /** The latest latencies of other processes in this minute. */
  readonly latencies: readonly LatencyRow[];
  /** Every cooldown that has not ended. */
  readonly cooldowns: readonly CooldownRow[];
  /** Attempts under way in other processes that are alive. */
  readonly inFlight: ReadonlyMap<string, number>;
}

/** A place where processes put what they know of deployments. Its promises may stay open: whoever waits sets a limit. */
export interface SharedState {
  /** Where it is, for operators: host and port, no credentials. */
  readonly address: string;
  /** Connects when there is no connection. Rejects with an `Error` fit for logs. */
  connect(): Promise<void>;
  /** Gives and takes in one step. Rejects with an `Error` fit for logs. */
  exchange(outgoing: OutgoingState): Promise<IncomingState>;
  /** Drops the connection and whatever waits for it; {@link connect} makes a new one. Never throws. */
  disconnect(): void;
}
