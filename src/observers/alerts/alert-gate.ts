import type { Alert } from "./alert.ts";

/** Alerts within a minute at most, whatever they are about. */
const MAX_PER_MINUTE = 30;
const MINUTE_MS = 60_000;
/** Things that are remembered as alerted about; beyond it the oldest are forgotten. */
const MAX_REMEMBERED = 10_000;

interface Memory {
  readonly toldAtMs: number;
  heldBack: number;
}

/** Lets an alert pass once within a time, and only so many alerts within a minute; counts what it holds back. */
export class AlertGate {
  readonly #repeatAfterMs: number;
  readonly #memory = new Map<string, Memory>();
  #minute = Number.NaN;
  #passed = 0;
  #heldBack = 0;

  constructor(repeatAfterMs: number) {
    this.#repeatAfterMs = repeatAfterMs;
  }

  /** Alerts that were held back so far. */
  get heldBackCount(): number {
    return this.#heldBack;
  }

  /** How many equal alerts were held back since the last one, where this one may go; `undefined` where it may not. */
  admit({ type, level, about }: Alert, nowMs: number): number | undefined {
    const key = `${type} ${level} ${about}`;
    const known = this.#memory.get(key);
    const isTooSoon = known !== undefined && nowMs - known.toldAtMs < this.#repeatAfterMs;
    if (isTooSoon || !this.#hasRoom(nowMs)) {
      this.#heldBack++;
      if (known !== undefined) {
        known.heldBack++;
      }
      return undefined;
    }
    this.#memory.delete(key);
    this.#memory.set(key, { toldAtMs: nowMs, heldBack: 0 });
    if (this.#memory.size > MAX_REMEMBERED) {
      this.#memory.delete(this.#memory.keys().next().value ?? "");
    }
    return known?.heldBack ?? 0;
  }

  #hasRoom(nowMs: number): boolean {
    const minute = Math.floor(nowMs / MINUTE_MS);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#passed = 0;
    }
    return this.#passed++ < MAX_PER_MINUTE;
  }
}
