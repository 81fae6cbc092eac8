import type { ErrorKind } from "./errors.ts";
import type { Operation } from "./operation.ts";
import type { Usage } from "./usage.ts";

/** One try at one deployment. */
export interface Attempt {
  readonly deploymentId: string;
  readonly startedAtMs: number;
  /** Milliseconds until the reply's head, or until the failure. */
  readonly durationMs: number;
  /** Absent when the attempt was answered. */
  readonly failure?: ErrorKind;
}

/** What is known of a call once it has ended. Made once, put on the event queue; observers must not change it. */
export interface CallFinished {
  readonly callId: string;
  readonly operation: Operation;
  readonly method: string;
  readonly path: string;
  /** Epoch milliseconds at which the request was accepted. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** Milliseconds spent waiting for the vendor until its reply began (streams) or ended (others). */
  readonly upstreamMs: number;
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
  readonly isStream: boolean;
  readonly usage: Usage | undefined;
  readonly requestBytes: number;
  readonly responseBytes: number;
  /** How often the client's SDK has tried this before (`x-stainless-retry-count`). */
  readonly clientRetries: number;
  readonly attempts: readonly Attempt[];
  /** Parts of the body that could not be carried to the vendor that answered, as paths. */
  readonly dropped: readonly string[];
}

/** Takes finished calls. Must return at once and never throw: it is called on the request path. */
export type CallSink = (event: CallFinished) => void;
