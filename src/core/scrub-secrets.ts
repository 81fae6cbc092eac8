/**
 * Keys as vendors write them, bearer tokens, signed tokens, keys in query strings and passwords in URLs. Vendors repeat them in their own messages, and
 * they repeat what callers sent, so no pattern may take longer than its text: each takes a whole run of characters.
 */
const SECRETS: readonly (readonly [pattern: RegExp, replace: (match: string, ...groups: string[]) => string])[] = [
  [/\b(Bearer)\s+[\w.~+/=-]{8,}/gi, (_match, scheme) => `${scheme} ****`],
  // In Base64 stands a digit, a sign or a capital behind a small letter: words have none of these.
  [
    /\b([Bb]asic|BASIC)\s+(?=[A-Za-z0-9/]*(?:[0-9+=]|[a-z][A-Z]))[A-Za-z0-9+/]{10,}={0,2}/g,
    (_match, scheme) => `${scheme} ****`,
  ],
  // Within a name of several words, `summary-sk-translation`, these are words too.
  [
    /(?<![\w-])((?:sk|pk|gsk|xai|hf|r8|nvapi|tgp_v1|fw|csk|pplx)[-_])([A-Za-z0-9_*-]{10,})/g,
    (_match, prefix, rest) => `${prefix}****${shownEnd(rest ?? "")}`,
  ],
  [
    /([?&](?:key|(?:api|subscription)[-_]?key|token|access_token|sig|signature|client_secret)=)[^&\s"']+/gi,
    (_match, name) => `${name}****`,
  ],
  [/(:\/\/[^\s/?#@:"'\\]*:)[^\s/?#@"'\\]+@/g, (_match, head) => `${head}****@`],
  // Three parts with dots between them: base64 of anything else may begin so too.
  [/\beyJ[\w.-]{20,}/g, (match) => (match.includes(".") ? "eyJ****" : match)],
  [/\bAIza[0-9A-Za-z_-]{20,}/g, () => "AIza****"],
  // Which account of AWS the server's is.
  [/\b(arn:aws[a-z-]{0,20}:[a-z0-9-]{0,40}:[a-z0-9-]{0,40}:)\d{12}\b/g, (_match, head) => `${head}****`],
];

/** The last four characters, if they are such as keys are made of. */
function shownEnd(key: string): string {
  const end = key.slice(-4);
  return /^[A-Za-z0-9]{4}$/.test(end) ? end : "";
}

/**
 * The same text, or the same data with its texts, without anything that looks like a secret.
 * @param keys known ones, which are left out however they look
 */
export function scrubSecrets<Value>(value: Value, keys: readonly string[] = NO_KEYS): Value {
  const change = keys.length === 0 ? scrubText : (text: string) => keys.reduce(withoutKey, scrubText(text));
  return (typeof value === "string" ? change(value) : mapTexts(value, change)) as Value;
}

const NO_KEYS: readonly string[] = [];

/** The same text or data without one known key, however that looks. */
export function scrubKey<Value>(value: Value, key: string): Value {
  return (
    typeof value === "string" ? withoutKey(value, key) : mapTexts(value, (text) => withoutKey(text, key))
  ) as Value;
}

function withoutKey(text: string, key: string): string {
  if (key.length < MIN_KEY_LENGTH) {
    return text === key && key !== "" ? "****" : text;
  }
  return text.includes(key) ? text.replaceAll(key, "****") : text;
}

/** Shortest key that is looked for within texts: shorter ones would be found in ordinary words. */
export const MIN_KEY_LENGTH = 8;

/** Texts without any of this hold no secret that the patterns know; nearly all texts are such. */
const HINT = /[=@]|Bearer|Basic|AIza|eyJ|arn:aws|\b(?:sk|pk|gsk|xai|hf|r8|nvapi|tgp_v1|fw|csk|pplx)[-_]/i;

const scrubText = (value: string): string =>
  HINT.test(value) ? SECRETS.reduce((text, [pattern, replace]) => text.replace(pattern, replace), value) : value;

/** Data of vendors may be nested deeper than the stack; what is below this is left out. */
const MAX_DEPTH = 32;

/** The same value where no text changes, which is the rule; what does change is copied. */
function mapTexts(value: unknown, change: (text: string) => string, depth = 0): unknown {
  if (typeof value === "string") {
    return change(value);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  if (depth === MAX_DEPTH) {
    return null;
  }
  return Array.isArray(value) ? mapItems(value, change, depth) : mapFields(value, change, depth);
}

function mapItems(items: readonly unknown[], change: (text: string) => string, depth: number): readonly unknown[] {
  const mapped = items.map((item) => mapTexts(item, change, depth + 1));
  return mapped.every((item, index) => item === items[index]) ? items : mapped;
}

/** Names of fields are texts too. */
function mapFields(object: object, change: (text: string) => string, depth: number): object {
  const fields = Object.entries(object);
  const mapped = fields.map(([name, part]) => [change(name), mapTexts(part, change, depth + 1)] as const);
  const isSame = mapped.every(([name, part], index) => name === fields[index]?.[0] && part === fields[index]?.[1]);
  return isSame ? object : Object.fromEntries(mapped);
}
