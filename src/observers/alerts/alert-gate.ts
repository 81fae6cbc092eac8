import type { AlertType } from "../../config/alerting.ts";
import type { Alert } from "./alert.ts";

/** Alerts within a minute at most, whatever they are about; as many again of {@link CHANGES}. */
const MAX_PER_MINUTE = 30;
const MINUTE_MS = 60_000;
/** Things that are remembered as alerted about, or wait; beyond it the oldest are forgotten. */
const MAX_REMEMBERED = 10_000;

/** Alerts that say how something stands from now on. Who was not told the latest one would believe what no longer is. */
const CHANGES: ReadonlySet<AlertType> = new Set(["outage_alerts", "region_outage_alerts"]);

interface Memory {
  readonly toldAtMs: number;
  heldBack: number;
}

/** Takes an alert that may go, and how many equal ones were held back since the last. */
export type Pass = (alert: Alert, heldBack: number) => void;

/**
 * Lets an alert pass once within a time, and only so many alerts within a minute; counts what it holds back. Changes pass
 * however soon they come; those for which a minute has no room wait for the next one, of each thing the latest.
 * Times are milliseconds of the process clock.
 */
export class AlertGate {
  readonly #repeatAfterMs: number;
  readonly #pass: Pass;
  readonly #memory = new Map<string, Memory>();
  readonly #waiting = new Map<string, Alert>();
  readonly #room = new MinuteRoom();
  readonly #roomForChanges = new MinuteRoom();
  #heldBack = 0;

  constructor(repeatAfterMs: number, pass: Pass) {
    this.#repeatAfterMs = repeatAfterMs;
    this.#pass = pass;
  }

  /** Alerts that were held back so far. */
  get heldBackCount(): number {
    return this.#heldBack;
  }

  /** Passes the alert on, holds it back, or lets it wait. */
  offer(alert: Alert, nowMs: number): void {
    if (CHANGES.has(alert.type)) {
      putLast(this.#waiting, `${alert.type} ${alert.about}`, alert);
      this.look(nowMs);
    } else {
      this.#offerRepeated(alert, nowMs);
    }
  }

  /** Passes on what waits and has room now; to be asked now and then. */
  look(nowMs: number): void {
    for (const [key, alert] of this.#waiting) {
      if (!this.#roomForChanges.take(nowMs)) {
        return;
      }
      this.#waiting.delete(key);
      this.#pass(alert, 0);
    }
  }

  #offerRepeated(alert: Alert, nowMs: number): void {
    const key = `${alert.type} ${alert.level} ${alert.about}`;
    const known = this.#memory.get(key);
    const isTooSoon = known !== undefined && nowMs - known.toldAtMs < this.#repeatAfterMs;
    if (isTooSoon || !this.#room.take(nowMs)) {
      this.#heldBack++;
      if (known !== undefined) {
        known.heldBack++;
      }
      return;
    }
    putLast(this.#memory, key, { toldAtMs: nowMs, heldBack: 0 });
    this.#pass(alert, known?.heldBack ?? 0);
  }
}

/** What may still go within this minute. */
class MinuteRoom {
  #minute = Number.NaN;
  #passed = 0;

  /** Whether one more may go, which then has. */
  take(nowMs: number): boolean {
    const minute = Math.floor(nowMs / MINUTE_MS);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#passed = 0;
    }
    return this.#passed++ < MAX_PER_MINUTE;
  }
}

/** As the latest; where there are too many, the oldest goes. */
function putLast<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > MAX_REMEMBERED) {
    map.delete(map.keys().next().value ?? "");
  }
}
