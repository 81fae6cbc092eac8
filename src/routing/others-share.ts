const MINUTE_MS = 60_000;

/** Minutes since the epoch: the one that counts and limits belong to. */
export const minuteOf = (nowMs: number): number => Math.floor(nowMs / MINUTE_MS);

/** What other processes do at a deployment, as far as this one has heard. Plain numbers, changed in place. */
export class OthersShare {
  /** Attempts under way. */
  inFlight = 0;
  #minute = -1;
  #requests = 0;
  #tokens = 0;
  #answerMs = 0;
  #firstByteMs = 0;
  #latenciesHeardAtMs = 0;

  /** Takes in what the others have sent and used in a minute. */
  setUsage(minute: number, requests: number, tokens: number): void {
    this.#minute = minute;
    this.#requests = requests;
    this.#tokens = tokens;
  }

  /** Takes in the latest mean latencies: of whole answers per completion token, and of streams until the first byte. */
  setLatencies(answerMs: number, firstByteMs: number, nowMs: number): void {
    this.#answerMs = answerMs;
    this.#firstByteMs = firstByteMs;
    this.#latenciesHeardAtMs = nowMs;
  }

  /** Requests sent in the current minute. */
  requestsAt(nowMs: number): number {
    return minuteOf(nowMs) === this.#minute ? this.#requests : 0;
  }

  /** Tokens used in the current minute. */
  tokensAt(nowMs: number): number {
    return minuteOf(nowMs) === this.#minute ? this.#tokens : 0;
  }

  /** Mean latency as last heard within `ttlMs`; 0 when there is none. */
  latencyMs(isStream: boolean, nowMs: number, ttlMs: number): number {
    if (nowMs - this.#latenciesHeardAtMs >= ttlMs) {
      return 0;
    }
    return isStream ? this.#firstByteMs : this.#answerMs;
  }
}
