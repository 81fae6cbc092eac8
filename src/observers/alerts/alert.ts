import type { AlertType } from "../../config/alerting.ts";

/** How bad it is, as LiteLLM's alerts say it. */
export type AlertLevel = "Low" | "Medium" | "High";

/** Something that operators are told. Holds nothing of what callers asked. */
export interface Alert {
  readonly type: AlertType;
  readonly level: AlertLevel;
  /** The deployment, group or provider that it is about: equal alerts about the same are not repeated at once. */
  readonly about: string;
  readonly title: string;
  /** Names and values below the title. Values may be of callers' choosing: whoever shows them makes them safe. */
  readonly facts: readonly (readonly [name: string, value: string])[];
}

/** Takes what is to be told. */
export type Tell = (alert: Alert) => void;

/** Seconds with at most two decimals. */
export const inSeconds = (ms: number): string => String(Math.round(ms / 10) / 100);
