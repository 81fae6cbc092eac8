import { scrubSecrets } from "../core/scrub-secrets.ts";
import type { JsonObject } from "../core/translation.ts";

/** What a credential is called. Counts of tokens and keywords are none. */
const CREDENTIAL =
  /(?:api[_-]?key|access[_-]?key|private[_-]?key|secret(?:[_-]?key)?|password|passwd|authorization|credentials?|(?:^|[_-])(?:bearer|(?:access|auth|refresh|session|id)[_-]?token|token))$|^langfuse_(?:public_key|host)$/i;

/** Text without any of this names no credential; an escape may hide a name. */
const HINT = /key|secret|pass|authorization|credential|bearer|token|\\u/i;

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
    Object.entries(object).map(([name, value]) => [name, CREDENTIAL.test(name) ? HIDDEN : hideWithin(value)]),
  );
}

function hideWithin(value: unknown): unknown {
  if (typeof value !== "object" || value === null) {
    return value;
  }
  return Array.isArray(value) ? value.map(hideWithin) : hideNamed(value as JsonObject);
}
