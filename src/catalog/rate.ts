/**
 * A price of one unit (a token, a search, a second) in femto-dollars: 10^-15 of a US dollar, a whole number. The dearest
 * and the cheapest price per token that vendors publish are exact in it, and what a small call costs stays below 2^53.
 */
export type Rate = number;

/** Decimal places that a rate has. */
const RATE_DIGITS = 15;

/** A thousand dollars: nothing that is bought by the token or the search costs more. */
const MAX_RATE = 1e18;

/** Longest decimal text that is read; a price has no more digits. */
const MAX_LENGTH = 40;

const DECIMAL = /^\s*\+?(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,3}))?\s*$/i;

/**
 * Reads a price in US dollars, a number or decimal text (`"3e-7"`), digit by digit: what lies beyond 15 places is rounded
 * half up. `undefined` when it is no price.
 * @param dividedBy10To a price of so many units, as a power of ten: 6 for one of a million tokens
 */
export function readRate(value: unknown, dividedBy10To = 0): Rate | undefined {
  const text = typeof value === "number" ? String(value) : value;
  const match = typeof text === "string" && text.length <= MAX_LENGTH ? DECIMAL.exec(text) : null;
  if (match === null) {
    return undefined;
  }
  const [, whole = "", fraction = "", exponent = "0"] = match;
  const digits = whole + fraction;
  if (digits === "") {
    return undefined;
  }
  const shift = RATE_DIGITS + Number(exponent) - fraction.length - dividedBy10To;
  const rate = Number(shift >= 0 ? BigInt(digits) * 10n ** BigInt(shift) : roundedShift(BigInt(digits), -shift));
  return rate <= MAX_RATE ? rate : undefined;
}

function roundedShift(digits: bigint, places: number): bigint {
  const unit = 10n ** BigInt(places);
  return (digits + unit / 2n) / unit;
}

/** The rate in US dollars, for info pages. */
export const toUsd = (rate: Rate): number => Number(`${rate}e-${RATE_DIGITS}`);
