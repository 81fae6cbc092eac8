let second = Number.NaN;
let secondText = "";

/** ISO 8601 in UTC, to the millisecond. Calls of one second share most of the text, which is costly to make. */
export function toIsoTime(epochMs: number): string {
  const whole = Math.floor(epochMs / 1000);
  if (whole !== second) {
    secondText = new Date(whole * 1000).toISOString().slice(0, 20);
    second = whole;
  }
  const milliseconds = Math.floor(epochMs) - whole * 1000;
  const padding = milliseconds < 10 ? "00" : milliseconds < 100 ? "0" : "";
  return `${secondText}${padding}${milliseconds}Z`;
}
