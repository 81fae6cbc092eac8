import type { CallCost } from "./call-cost.ts";
import type { CallDetails, UncountedCall } from "./call-details.ts";
import type { ErrorKind } from "./errors.ts";
import type { Operation } from "./operation.ts";
import type { CallTrace } from "./trace-context.ts";
import type { Usage } from "./usage.ts";

/** One try at one deployment. */
export interface Attempt {
  readonly deploymentId: string;
  readonly provider: string;
  /** The vendor's name for the model. */
  readonly upstreamModel: string;
  /** Milliseconds of the process clock; `startedAtMs` of the call is on the same clock. */
  readonly startedAtMs: number;
  /** Milliseconds until the reply's head, or until the failure. */
  readonly durationMs: number;
  /** Absent when the attempt was answered; present where a stream broke off, or its client left. */
  readonly failure?: ErrorKind;
  /** The HTTP status of the vendor's reply; absent when none came. */
  readonly status?: number | undefined;
  /** Where it was sent, as `apiBase` of the call. */
  readonly apiBase?: string | undefined;
  /** The attempt's span, 16 hex digits, which the vendor was told; present where calls are traced. */
  readonly spanId?: string | undefined;
}

/**
 * What is known of a call once it has ended. Made once, put on the event queue; observers must not change it. It holds no
 * key of anyone and no view on a buffer that is used again.
 */
export interface CallFinished {
  readonly callId: string;
  readonly operation: Operation;
  readonly method: string;
  readonly path: string;
  /** Epoch milliseconds at which the request was accepted. */
  readonly startedAt: number;
  /** The same moment on the process clock, in milliseconds. */
  readonly startedAtMs: number;
  readonly durationMs: number;
  /** Milliseconds of the last attempt spent waiting for the vendor until its reply began (streams) or ended (others). */
  readonly upstreamMs: number;
  /** Milliseconds before the last attempt that were no work: earlier attempts, waits between tries and for a place. */
  readonly waitedMs: number;
  /** Streams: milliseconds from acceptance until the first byte was handed to the client. */
  readonly firstByteMs: number | undefined;
  readonly status: number;
  readonly errorKind: ErrorKind | undefined;
  /** Shown to operators: never holds a secret. */
  readonly errorMessage: string | undefined;
  readonly requestedModel: string | undefined;
  readonly modelGroup: string | undefined;
  readonly deploymentId: string | undefined;
  readonly provider: string | undefined;
  readonly upstreamModel: string | undefined;
  /** The deployment's base URL without query, or the host that the caller chose. */
  readonly apiBase: string | undefined;
  readonly isStream: boolean;
  /** It went out under a key of the caller's own, or to models of its own: what fails then says nothing of the server's. */
  readonly isCallersOwn?: boolean;
  readonly usage: Usage | undefined;
  /** `undefined` where nobody knows it. A rerank may have one without usage: it is paid by the search. */
  readonly cost: CallCost | undefined;
  readonly requestBytes: number;
  readonly responseBytes: number;
  /** How often the client's SDK has tried this before (`x-stainless-retry-count`). */
  readonly clientRetries: number;
  readonly attempts: readonly Attempt[];
  /** Tries beyond the first at the group that answered (or failed last), and groups beyond the first. */
  readonly retries: number;
  readonly fallbacks: number;
  /** Parts of the body that could not be carried to the vendor that answered, as paths. */
  readonly dropped: readonly string[];
  /** Present where the vendor told no usage, or the prompt's alone: what there is to count tokens in. For counting alone, never to be shown. */
  readonly uncounted: UncountedCall | undefined;
  /** The call's place in a distributed trace; `undefined` where calls are not traced. */
  readonly trace: CallTrace | undefined;
  /** What the call said of itself; `undefined` where no observer asked for it. */
  readonly details: CallDetails | undefined;
}

/** Takes finished calls. Must return at once and never throw: it is called on the request path. */
export type CallSink = (event: CallFinished) => void;
