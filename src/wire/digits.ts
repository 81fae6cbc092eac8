const ZERO = 0x30;
/** Most digits that a number holds exactly, whatever they are. */
const MAX_DIGITS = 15;

/** The number that these decimal digits are, 15 of them at most; -1 for anything else. */
export function readDigits(text: string, start = 0, end = text.length): number {
  const count = end - start;
  if (count === 0 || count > MAX_DIGITS) {
    return -1;
  }
  let number = 0;
  for (let at = start; at < end; at++) {
    const digit = text.charCodeAt(at) - ZERO;
    if (!(digit >= 0 && digit <= 9)) {
      return -1;
    }
    number = number * 10 + digit;
  }
  return number;
}
