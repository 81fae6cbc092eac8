import { isHeaderName } from "../wire/header-line.ts";
import { toUrlOfHost } from "./bare-host.ts";
import { isMapping } from "./environment-references.ts";
import { describeValue, type FieldReader, refuse, refuseValue } from "./field-place.ts";
import { didYouMean } from "./nearest-name.ts";

const NUMBER = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i;
/** A name, an IPv4 or an IPv6 address. */
const HOST = /^(?:[\w.-]+|[\da-f:.]*:[\da-f:.]*)$/i;
/** YAML 1.1 words, which LiteLLM's reader takes, and what shells write. */
const BOOLEANS: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  "1": true,
  false: false,
  no: false,
  off: false,
  "0": false,
};

/** The boolean a word stands for, as YAML 1.1 and shells write it. */
export const findBoolean = (word: string): boolean | undefined => BOOLEANS[word.trim().toLowerCase()];

/** Text; numbers as their digits. */
export const readText: FieldReader<string> = (value, place) => {
  const text = typeof value === "number" || typeof value === "bigint" ? String(value) : value;
  if (typeof text !== "string") return refuseValue(place, value);
  if (place.field.isNonEmpty && text.trim() === "") return refuse(place, "found empty text");
  return text;
};

/** Text; a mapping as its JSON. */
export const readJsonText: FieldReader<string> = (value, place) =>
  isMapping(value) ? JSON.stringify(value) : readText(value, place);

/** `true` and `false`, also as the words of YAML 1.1 and shells. */
export const readBoolean: FieldReader<boolean> = (value, place) => {
  const known = typeof value === "string" ? findBoolean(value) : value;
  return typeof known === "boolean" ? known : refuseValue(place, value);
};

/** A finite number within the limits of its field, also written as text. */
export const readNumber: FieldReader<number> = (value, place) => {
  const number = typeof value === "string" && NUMBER.test(value) ? Number(value) : value;
  if (typeof number !== "number" || !Number.isFinite(number)) return refuseValue(place, value);
  const { minimum, above, maximum } = place.field;
  const isTooSmall = (minimum !== undefined && number < minimum) || (above !== undefined && number <= above);
  if (isTooSmall || (maximum !== undefined && number > maximum)) return refuseValue(place, number);
  return number;
};

/** A whole number. */
export const readInteger: FieldReader<number> = (value, place) => {
  const number = readNumber(value, place);
  return number === undefined || Number.isSafeInteger(number) ? number : refuseValue(place, number);
};

/** A number in another unit than the file's. Zero stays zero; anything else is at least 1. */
export const scaled =
  (factor: number): FieldReader<number> =>
  (value, place) => {
    const number = readNumber(value, place);
    return number === undefined || number === 0 ? number : Math.max(1, Math.round(number * factor));
  };

/** An HTTP URL without user name and password. */
export const readUrl: FieldReader<string> = (value, place) => {
  if (typeof value !== "string") return refuseValue(place, value);
  const text = place.field.takesBareHost ? toUrlOfHost(value.trim()) : value.trim();
  const url = URL.parse(text);
  // What does not parse may still hold a password in front of an @.
  if (url === null) return refuseValue(text.includes("@") ? { ...place, isShown: false } : place, text);
  if (url.username !== "" || url.password !== "") return refuse(place, "holds a user name or password");
  if (url.protocol === "http:" || url.protocol === "https:") return text;
  // Of a text without slashes, the "scheme" may be half of a key.
  return place.isShown ? refuse(place, `has the scheme ${url.protocol.slice(0, -1)}`) : refuseValue(place, text);
};

/** A `token` of RFC 9110. */
export const readHeaderName: FieldReader<string> = (value, place) =>
  typeof value === "string" && isHeaderName(value) ? value : refuseValue(place, value);

/** One of the texts that its field lists, in capitals or not. */
export const readChoice: FieldReader<string> = (value, place) => {
  const { choices = [] } = place.field;
  if (typeof value !== "string") return refuseValue(place, value);
  const word = value.trim().toLowerCase();
  const choice = choices.find((known) => known.toLowerCase() === word);
  if (choice !== undefined) return choice;
  return refuse(place, `found ${describeValue(value, place.isShown)}${didYouMean(value, choices)}`);
};

/** `redis://[user:password@]host[:port][/db]`, or `rediss://` for TLS. Never shown: it may hold a password. */
export const readRedisUrl: FieldReader<string> = (value, place) => {
  const text = typeof value === "string" ? value.trim() : "";
  const url = URL.parse(text);
  const isRedis = url !== null && url.hostname !== "" && (url.protocol === "redis:" || url.protocol === "rediss:");
  return isRedis ? text : refuseValue({ ...place, isShown: false }, value);
};

/** A bare host: no scheme, port or path. */
export const readHost: FieldReader<string> = (value, place) => {
  const text = typeof value === "string" ? value.trim() : "";
  return HOST.test(text) ? text : refuseValue(place, value);
};
