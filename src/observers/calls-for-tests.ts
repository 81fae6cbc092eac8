import type { CallDetails } from "../core/call-details.ts";
import type { CallFinished } from "../core/call-event.ts";

const ANSWERED: CallFinished = {
  callId: "id-1",
  operation: "chat",
  method: "POST",
  path: "/v1/chat/completions",
  startedAt: Date.UTC(2026, 10, 23, 12, 0, 0, 5),
  startedAtMs: 1000,
  durationMs: 12.345678,
  upstreamMs: 10,
  waitedMs: 0,
  firstByteMs: undefined,
  status: 200,
  errorKind: undefined,
  errorMessage: undefined,
  requestedModel: "gpt",
  modelGroup: "gpt",
  deploymentId: "d1",
  provider: "openai",
  upstreamModel: "gpt-4o",
  apiBase: "https://api.openai.com/v1",
  isStream: false,
  usage: { promptTokens: 1, completionTokens: 2, totalTokens: 3, cachedTokens: 0, reasoningTokens: 0 },
  cost: undefined,
  requestBytes: 10,
  responseBytes: 20,
  clientRetries: 0,
  attempts: [{ deploymentId: "d1", provider: "openai", upstreamModel: "gpt-4o", startedAtMs: 1001, durationMs: 10 }],
  retries: 0,
  fallbacks: 0,
  dropped: [],
  uncounted: undefined,
  trace: undefined,
  details: undefined,
};

const SAID: CallDetails = {
  metadataText: undefined,
  langfuseHeaders: undefined,
  spendLogsMetadataText: undefined,
  parametersText: '{"temperature":0}',
  content: {
    request: Buffer.from('{"messages":[{"role":"user","content":"hi"}]}'),
    response: Buffer.from(
      '{"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"gpt-4o-2024","choices":[{"index":0,"message":{"role":"assistant","content":"hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}',
    ),
    isResponseCut: false,
  },
  isRedacted: false,
  isUnlogged: false,
  disabledCallbacks: [],
  endUser: undefined,
  tags: [],
  traceId: "id-1",
  sessionId: undefined,
  userAgent: undefined,
  clientAddress: undefined,
  keyHash: undefined,
  remainingRequests: undefined,
  remainingTokens: undefined,
};

/** A call that was answered, for tests; without details. */
export const answeredCall = (changes: Partial<CallFinished> = {}): CallFinished => ({ ...ANSWERED, ...changes });

/** A call that was answered and what it said of itself, for tests. */
export const detailedCall = (
  details: Partial<CallDetails> = {},
  changes: Partial<CallFinished> = {},
): CallFinished => ({ ...ANSWERED, ...changes, details: { ...SAID, ...details } });

/** A call that lost against another part of the same request, for tests. */
export const givenUpCall = (changes: Partial<CallFinished> = {}): CallFinished => ({
  ...ANSWERED,
  status: 499,
  errorKind: "given-up",
  errorMessage: "Given up: another deployment answered first.",
  usage: undefined,
  attempts: ANSWERED.attempts.map((attempt) => ({ ...attempt, failure: "given-up" as const })),
  ...changes,
});

/** A call that failed, for tests. */
export const failedCall = (changes: Partial<CallFinished> = {}): CallFinished => ({
  ...ANSWERED,
  status: 429,
  errorKind: "upstream-rate-limited",
  errorMessage: "too many requests",
  usage: undefined,
  attempts: ANSWERED.attempts.map((attempt) => ({ ...attempt, failure: "upstream-rate-limited" as const })),
  ...changes,
});
