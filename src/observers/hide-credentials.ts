import { scrubSecrets } from "../core/scrub-secrets.ts";
import type { JsonObject } from "../core/translation.ts";

/** Whose keys, and what kind of them, are credentials: keys of caches, rows and translations are none. */
const KEYS =
  "api|access|account|admin|auth|client|encryption|functions?|host|master|private|secret|service|shared|signing|ssh|storage|" +
  "subscription|virtual|anthropic|aws|azure|claude|cohere|deepseek|gemini|google|groq|huggingface|langfuse|litellm|mistral|" +
  "openai|openrouter|perplexity|portolan|xai";

/** What a credential is called, in small letters and with `_` between words. Counts of tokens and keywords are none. */
const CREDENTIAL = new RegExp(
  [
    `(?:${KEYS})_?key(?:_id)?$`,
    "(?:secret|password|passwd|passphrase|authorization|credentials?)$",
    "(?:^|_)(?:auth|bearer|cookies?|dsn|jwt|pass|pwd|connection_?string|conn_?str|webhook_ur[il])$",
    "(?:^|(?<!_first|_last|eos|bos|pad|stop)_)(?:access|auth|refresh|session|id)?token$",
    "^langfuse_(?:public_key|host)$",
  ].join("|"),
);

/** Text without any of this names no credential; an escape may hide a name. */
const HINT = /key|secret|pass|pwd|auth|credential|bearer|token|cookie|jwt|dsn|conn|webhook|langfuse|\\u/i;

/** `openaiKey`, `OPENAI-KEY` and `openai.key` are one name. */
const isCredential = (name: string): boolean =>
  CREDENTIAL.test(
    name
      .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
      .replace(/[-.\s]/g, "_")
      .toLowerCase(),
  );

const HIDDEN = "****";

/**
 * What a caller said of a call, without the values of fields that are credentials by their names, at any depth, and without
 * texts that look like keys. The same object where there is nothing to hide, which costs two looks at its text.
 * @param text the JSON text that the object was read from, at most some 64 KB
 */
export function hideCredentials(object: JsonObject, text: string): JsonObject {
  return hideKeys(HINT.test(text) ? hideNamed(object) : object, text);
}

/**
 * The same object without texts that look like keys.
 * @param text the JSON text that the object was read from
 */
export function hideKeys(object: JsonObject, text: string): JsonObject {
  // A text without a look of keys comes back as it is; an escape may hide that as well.
  return text.includes("\\u") || scrubSecrets(text) !== text ? scrubSecrets(object) : object;
}

/** As deep as JSON is read at all. */
function hideNamed(object: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => [name, isCredential(name) ? hide(value) : hideWithin(value)]),
  );
}

/** `"pass": true` tells of a test, no password. */
const hide = (value: unknown): unknown => (typeof value === "boolean" || value === null ? value : HIDDEN);

function hideWithin(value: unknown): unknown {
  if (typeof value !== "object" || value === null) {
    return value;
  }
  return Array.isArray(value) ? value.map(hideWithin) : hideNamed(value as JsonObject);
}
