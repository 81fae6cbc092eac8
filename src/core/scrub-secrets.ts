/** Keys as vendors write them, bearer tokens, and keys in query strings. Vendors repeat them in their own messages. */
const SECRETS: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, "$1 ****"],
  [/\b(sk|pk|gsk|xai|hf|r8|nvapi|tgp_v1|fw|csk|pplx)([-_])[A-Za-z0-9_*-]{6,}([A-Za-z0-9]{4})\b/g, "$1$2****$3"],
  [/([?&](?:key|api[-_]?key|token|access_token)=)[^&\s"']+/gi, "$1****"],
  [/\bAIza[0-9A-Za-z_-]{20,}/g, "AIza****"],
];

/** The same text, or the same data with its texts, without anything that looks like a secret. */
export function scrubSecrets<Value>(value: Value): Value;
export function scrubSecrets(value: unknown): unknown {
  if (typeof value === "string") {
    return SECRETS.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), value);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  return JSON.parse(JSON.stringify(value), (_key, part) => (typeof part === "string" ? scrubSecrets(part) : part));
}
