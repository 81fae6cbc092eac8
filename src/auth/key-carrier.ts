/** Where a presented key was found and what it is; `malformed` when a header was there but could not be read. */
export type PresentedKey =
  | { readonly kind: "key"; readonly key: string }
  | { readonly kind: "none" }
  | { readonly kind: "malformed" };

/** Headers by lower-case name; `null` when absent. */
export interface KeyHeaders {
  get(name: string): string | null;
}

/** Where most clients send their key; `general_settings.litellm_key_header_name` names another. */
export const DEFAULT_KEY_HEADER = "Authorization";

const NONE: PresentedKey = { kind: "none" };
const MALFORMED: PresentedKey = { kind: "malformed" };

/** Headers that carry a bare key, in the order of contract 1.9, behind `x-litellm-api-key` and `authorization`. */
const BARE_KEY_HEADERS: readonly string[] = ["api-key", "x-api-key", "x-goog-api-key", "ocp-apim-subscription-key"];

/**
 * Finds the caller's key: the first non-empty carrier of contract 1.9 wins.
 * @param customHeader `general_settings.litellm_key_header_name` in lower case, which replaces the list
 */
export function readPresentedKey(headers: KeyHeaders, customHeader: string | undefined): PresentedKey {
  if (customHeader !== undefined) {
    return toKey(stripScheme(headers.get(customHeader) ?? ""));
  }
  const own = headers.get("x-litellm-api-key");
  if (own !== null && own !== "") {
    return toKey(stripScheme(own));
  }
  const authorization = headers.get("authorization");
  if (authorization !== null && authorization !== "") {
    const key = readAuthorization(authorization);
    if (key !== "") {
      return toKey(key);
    }
  }
  for (const name of BARE_KEY_HEADERS) {
    const value = headers.get(name);
    if (value !== null && value !== "") {
      return toKey(value);
    }
  }
  return authorization === null || authorization === "" ? NONE : MALFORMED;
}

/** Every header that may hold a key; these never reach a vendor, a log or an error. */
export const KEY_HEADERS: ReadonlySet<string> = new Set(["x-litellm-api-key", "authorization", ...BARE_KEY_HEADERS]);

const BEARER = "Bearer ";
const SPACE = 0x20;
const DELETE = 0x7f;

function isVisible(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code > SPACE && code < DELETE;
}

const SCHEME = /^(?:Bearer|bearer|Basic) +/;
const AWS_CREDENTIAL = /^AWS4-HMAC-SHA256 .*Credential=Bearer (sk-[^/,\s]+)/;

function readAuthorization(value: string): string {
  if (value.startsWith(BEARER) && isVisible(value, BEARER.length) && isVisible(value, value.length - 1)) {
    return value.slice(BEARER.length); // As nearly all write it.
  }
  const scheme = SCHEME.exec(value);
  if (scheme !== null) {
    return value.slice(scheme[0].length).trim();
  }
  return AWS_CREDENTIAL.exec(value)?.[1] ?? "";
}

function stripScheme(value: string): string {
  return value.replace(SCHEME, "").trim();
}

function toKey(key: string): PresentedKey {
  return key === "" ? NONE : { kind: "key", key };
}
