import type { ErrorKind } from "../../core/errors.ts";

/** What the classification looks at. */
interface Told {
  readonly status: number;
  readonly message: string;
}

/**
 * Cohere's failures as far as its status tells too little. A limit on the answer's length, which begins with the same words
 * as a full context window, is a wrong parameter; 498 is a word that is on a deny list; 499 and 402 are none of the caller's faults.
 * Source: https://docs.cohere.com/reference/errors (read 2026-11-28); contract 3.5.
 */
export function readCohereError({ status, message }: Told): ErrorKind | undefined {
  const text = message.toLowerCase();
  if (text.startsWith("too many tokens: max tokens must be")) {
    return "upstream-invalid-request";
  }
  if (text.includes("too many tokens")) {
    return "context-window-exceeded";
  }
  if (text.includes("invalid api token") || text.includes("no api key supplied")) {
    return "upstream-unauthenticated";
  }
  switch (status) {
    case 402:
      return "upstream-forbidden";
    case 498:
      return "content-policy-violation";
    case 499:
      return "upstream-unavailable";
    default:
      return undefined;
  }
}
