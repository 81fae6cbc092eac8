import type { Deployment } from "./deployment.ts";

/** A deployment's limit that one more call would pass; `undefined` when it has room. */
export function findReachedLimit(
  { entry, stats }: Deployment,
  promptTokens: number,
  nowMs: number,
): "rpm" | "tpm" | undefined {
  const { rpm, tpm } = entry.params;
  if (rpm !== undefined && stats.requestsAt(nowMs) + 1 > rpm) {
    return "rpm";
  }
  return tpm !== undefined && stats.tokensAt(nowMs) + promptTokens > tpm ? "tpm" : undefined;
}
