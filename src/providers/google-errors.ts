import type { ErrorKind } from "../core/errors.ts";
import { objectOf, objectsOf, textOf } from "../core/json-values.ts";
import type { UpstreamError } from "./provider.ts";

/** Words of Google's failures that tell more than their status (contract 3.5), in the order in which they are looked for. */
const WORDS: readonly (readonly [pattern: RegExp, kind: ErrorKind])[] = [
  // https://github.com/google-gemini/gemini-cli/issues/4692; Vertex: "the input token count is 9 but model only supports up to 8".
  [
    /input token count\b.{0,200}?(?:exceeds|only supports)|exceeds the maximum number of tokens allowed/is,
    "context-window-exceeded",
  ],
  [/request payload size exceeds/i, "context-window-exceeded"],
  [/prompt is too long/i, "context-window-exceeded"],
  [/the response was blocked|output blocked by content filtering policy/i, "content-policy-violation"],
  [/api key not valid|api key expired|api_key_invalid/i, "upstream-unauthenticated"],
  [
    /quota exceeded|exceeded your current quota|resource (?:has been )?exhausted|resource_exhausted/i,
    "upstream-rate-limited",
  ],
];

/**
 * Which kind of failure Google tells of.
 * Sources: https://ai.google.dev/gemini-api/docs/troubleshooting,
 * https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/api-errors (read 2026-11-28).
 */
export function readGoogleError({ status, message }: UpstreamError): ErrorKind | undefined {
  if (status >= 500) {
    return undefined;
  }
  return WORDS.find(([pattern]) => pattern.test(message))?.[1];
}

/**
 * What a failure says of waiting: `details[].retryDelay` of a `google.rpc.RetryInfo` (`"34.07s"`), in milliseconds.
 * Source: https://cloud.google.com/apis/design/errors#error_details (read 2026-11-28).
 */
export function readGoogleRetryDelay(error: unknown): number | undefined {
  const info = objectsOf(objectOf(error)["details"]).find((detail) =>
    (textOf(detail["@type"]) ?? "").endsWith("google.rpc.RetryInfo"),
  );
  const seconds = /^(\d+(?:\.\d+)?)s$/.exec(textOf(info?.["retryDelay"]) ?? "")?.[1];
  return seconds === undefined ? undefined : Math.ceil(Number(seconds) * 1000);
}
