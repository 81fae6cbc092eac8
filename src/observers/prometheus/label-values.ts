import { copyText } from "../../core/lasting-text.ts";

/** Stands for every value of a caller's choosing once there are too many series. */
export const OVERFLOW = "other";

/** Longest value of a label that a caller chose. */
const MAX_VALUE = 128;

/** The beginning of a caller's text. It keeps the whole text in memory: not for what is kept itself. */
export const shortened = (text: string | undefined): string =>
  text === undefined ? "" : text.length <= MAX_VALUE ? text : text.slice(0, MAX_VALUE);

/** The same as a text of its own, well-formed. */
export const copyShortened = (text: string | undefined): string => copyText(shortened(text));

/** A key that no other texts make: callers choose some of them. */
export function joinKey(outcome: string, ...texts: readonly (string | undefined)[]): string {
  let lengths = outcome;
  let joined = "";
  for (const text of texts) {
    const short = shortened(text);
    lengths += `,${short.length}`;
    joined += short;
  }
  return `${lengths}\n${joined}`;
}
