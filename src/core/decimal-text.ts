/** `000` to `999`. */
export const THREE_DIGITS: readonly string[] = Array.from({ length: 1000 }, (_, value) =>
  String(value).padStart(3, "0"),
);
/** The same without the zeros at their ends. */
const TRIMMED: readonly string[] = THREE_DIGITS.map((digits) => digits.replace(/0+$/, ""));

const THOUSAND = 1000;
const MILLION = 1_000_000;
const BILLION = 1_000_000_000;
const HUNDRED = 100;

/** A number of at least 0 with three decimals, as `toFixed(3)` has it, which takes ten times as long. */
export function toThreeDecimals(value: number): string {
  const thousandths = Math.round(value * THOUSAND);
  const whole = Math.floor(thousandths / THOUSAND);
  return `${whole}.${THREE_DIGITS[thousandths - whole * THOUSAND]}`;
}

/** A number of at least 0 with up to two decimals, as short as it goes. */
export function toTwoDecimals(value: number): string {
  const hundredths = Math.round(value * HUNDRED);
  const whole = Math.floor(hundredths / HUNDRED);
  const rest = hundredths - whole * HUNDRED;
  return rest === 0 ? String(whole) : `${whole}.${TRIMMED[rest * 10]}`;
}

/** Billionths in plain decimal, without an exponent, as short as it goes: `1_500_000_000` is `1.5`. */
export function fromBillionths(billionths: number): string {
  const whole = Math.floor(billionths / BILLION);
  const rest = billionths - whole * BILLION;
  if (rest === 0) {
    return String(whole);
  }
  const first = Math.floor(rest / MILLION);
  const second = Math.floor(rest / THOUSAND) - first * THOUSAND;
  const third = rest % THOUSAND;
  if (third !== 0) {
    return `${whole}.${THREE_DIGITS[first]}${THREE_DIGITS[second]}${TRIMMED[third]}`;
  }
  return second === 0 ? `${whole}.${TRIMMED[first]}` : `${whole}.${THREE_DIGITS[first]}${TRIMMED[second]}`;
}
