const TIME = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
const MINUTE = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const DATE = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const COUNT = new Intl.NumberFormat("en");
const SHORT = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

/** Stands for what is not known. */
export const UNKNOWN = "–";

/** Stands before numbers that are estimates. */
export const ESTIMATED = "≈ ";

/** The time of day, with seconds. */
export const formatTime = (epochMs: number): string => TIME.format(epochMs);

/** The time of day, without seconds. */
export const formatMinute = (epochMs: number): string => MINUTE.format(epochMs);

/** Date and time. */
export const formatDate = (epochMs: number): string => DATE.format(epochMs);

/** A whole number with separators. */
export const formatCount = (count: number): string => COUNT.format(count);

/** A number in few characters: `1.2K`. */
export const formatShort = (count: number): string => SHORT.format(count);

/** A duration of milliseconds, in the unit that reads best. */
export function formatMs(ms: number | null): string {
  if (ms === null) {
    return UNKNOWN;
  }
  if (ms === 0) {
    return "0 ms";
  }
  if (ms < 10) {
    return `${ms.toFixed(ms < 1 ? 2 : 1)} ms`;
  }
  if (ms < 1000) {
    return `${Math.round(ms)} ms`;
  }
  return ms < 60_000 ? `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s` : `${(ms / 60_000).toFixed(1)} min`;
}

/** Billionths of a dollar as dollars: two digits that count at least, and no false zero. */
export function formatCost(nanoUsd: number | null): string {
  if (nanoUsd === null) {
    return UNKNOWN;
  }
  const usd = nanoUsd / 1e9;
  if (usd === 0 || Math.abs(usd) >= 0.995) {
    return `$${usd.toFixed(2)}`;
  }
  return `$${usd.toFixed(Math.min(9, Math.max(2, 1 - Math.floor(Math.log10(Math.abs(usd))))))}`;
}

/** A share in percent. */
export function formatShare(part: number, whole: number): string {
  const percent = whole === 0 ? 0 : (100 * part) / whole;
  return `${percent > 0 && percent < 10 ? percent.toFixed(1) : Math.round(percent)}%`;
}
