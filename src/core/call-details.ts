import type { CallCost } from "./call-cost.ts";
import type { Usage } from "./usage.ts";

/**
 * What a call said of itself beyond what every log line needs. Made only where an observer asks for it. Nothing here
 * changes once the call has ended. JSON parts stay text until an observer reads them (`observers/read-details.ts`), off the
 * request path.
 */
export interface CallDetails {
  /** The caller's `metadata` (`litellm_metadata` beside it) as JSON text, long ones cut with markers; `undefined` without one. */
  readonly metadataText: string | undefined;
  /** Headers named `langfuse_<key>`, by key; none that carries a credential. */
  readonly langfuseHeaders: Readonly<Record<string, string>> | undefined;
  /** `x-litellm-spend-logs-metadata` as JSON text. */
  readonly spendLogsMetadataText: string | undefined;
  /** Parameters of the model (`temperature`, `max_tokens`, ...) as the text of a JSON object. */
  readonly parametersText: string;
  /** What may be shown of the conversation; `undefined`: redacted, or no observer wants it. */
  readonly content: CallContent | undefined;
  /** The content may be shown to nobody: `turn_off_message_logging`, or a header said so. */
  readonly isRedacted: boolean;
  /** `no-log: true`: callbacks must not see the call; meters count it. */
  readonly isUnlogged: boolean;
  /** Callbacks named in `x-litellm-disable-callbacks`, lower case. */
  readonly disabledCallbacks: readonly string[];
  /** The end user: headers, `user`, metadata (contract 2.7). */
  readonly endUser: string | undefined;
  /** Tags of body, metadata and header, each once. */
  readonly tags: readonly string[];
  /** `litellm_trace_id` / `x-litellm-trace-id`, else the call's id. */
  readonly traceId: string;
  readonly sessionId: string | undefined;
  readonly userAgent: string | undefined;
  readonly clientAddress: string | undefined;
  /** SHA-256 of the key that let the caller in, in hex; `undefined` for refused callers, and where keys are not asked for. */
  readonly keyHash: string | undefined;
  /** What the vendor's rate limit headers said is left. */
  readonly remainingRequests: number | undefined;
  readonly remainingTokens: number | undefined;
}

/** A conversation's bytes. Texts longer than {@link MAX_TEXT_BYTES} are cut, with a marker that says how much is missing. */
export interface CallContent {
  /** A JSON object (UTF-8) of the body's content fields: `messages`, `prompt`, `input`, `tools`, `query`, `documents`, ... */
  readonly request: Uint8Array;
  /**
   * The answer as the client got it: a JSON body, or a stream of server-sent events. `undefined` where there was none, or
   * where it is no text to read (embeddings).
   */
  readonly response: Uint8Array | undefined;
  /** The end of the stream is missing: it was longer than what is kept. */
  readonly isResponseCut: boolean;
}

/** A conversation in which tokens are yet to be counted, after the call. No text of it is cut. */
export interface UncountedCall {
  /** A JSON object (UTF-8) of the body's fields that hold tokens; an empty one where the vendor has counted these. */
  readonly request: Uint8Array;
  /** The answer as the client got it: a JSON body, or the beginning of a stream of server-sent events. */
  readonly response: Uint8Array;
  /** How much of the answer `response` is, as a share from 0 to 1; of a stream's texts, not of its bytes. */
  readonly responseShare: number;
  /** What so many tokens cost; `undefined` where nobody knows the price. */
  readonly toCost: (usage: Usage) => CallCost | undefined;
}

/** Texts in a logged body are cut beyond this, in bytes: 20 MB of image tell a reader nothing. */
export const MAX_TEXT_BYTES = 64 * 1024;

/** A logged request or answer is kept up to this, in bytes, after its long texts were cut. */
export const MAX_CONTENT_BYTES = 1024 * 1024;

/** A request or answer is counted up to this, in bytes: a million tokens and more, some hundred milliseconds of a thread. */
export const MAX_COUNTABLE_BYTES = 8 * 1024 * 1024;

/** A field of kept metadata that says that others are missing: what they said, nobody knows. */
export const METADATA_CUT = "portolan_cut";
