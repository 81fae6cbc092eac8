import type { CallCost } from "../core/call-cost.ts";
import type { Attempt, CallFinished } from "../core/call-event.ts";
import { ERROR_POLICY } from "../core/error-policy.ts";
import { type ErrorKind, GatewayError } from "../core/errors.ts";
import type { Operation } from "../core/operation.ts";
import type { Scrubber } from "../core/scrubber.ts";
import { beginTrace, type CallTrace } from "../core/trace-context.ts";
import type { JsonObject, Translator } from "../core/translation.ts";
import type { Usage } from "../core/usage.ts";
import type { InboundRequest } from "../inbound/inbound.ts";
import type { CallEditOptions } from "../providers/edit-plan.ts";
import { NO_CALL_OPTIONS } from "../providers/edit-plan.ts";
import type { PreparedRoute } from "../providers/prepared-route.ts";
import type { Deployment } from "../routing/deployment.ts";
import type { ModelGroup } from "../routing/model-table.ts";
import type { EgressPolicy } from "../upstream/egress-policy.ts";
import type { Exchange, UpstreamReply } from "../upstream/transport.ts";
import type { ScannedObject } from "../wire/scanned-object.ts";
import { toCallDetails, toUncounted } from "./call-details.ts";
import { type FailedAttempt, isCallersChoice } from "./callers-choice.ts";
import type { ClientCredentials } from "./client-credentials.ts";
import type { GatewayServices, GatewayState } from "./gateway-state.ts";
import type { MockParams } from "./mock-params.ts";
import type { RequestTarget } from "./request-target.ts";
import { NO_ROUTING_OPTIONS, type RoutingOptions } from "./routing-options.ts";
import type { RoutingScope } from "./routing-scope.ts";

/** What a call needs of its request. */
export type CallRequest = Pick<InboundRequest, "headers" | "isGone" | "onGone" | "readBody" | "clientAddress">;

/** A caller's own id for a call is kept when it is plain, short and no key; anything else gets a fresh one. */
const SAFE_CALL_ID = /^[\x21-\x7e]{1,128}$/;

const CALL_ID_HEADER = "x-litellm-call-id";

const NOTHING_DROPPED: readonly string[] = [];

/** Dropped paths that are told of one by one, and how much of each: callers write both, and they go into headers and the log. */
const MAX_DROPPED = 256;
const MAX_PATH_LENGTH = 256;

/** Stands for the rest. */
const MORE_DROPPED = "...";

/**
 * One inference request from acceptance to its end. Every field is set at once, so that all calls have one shape; the
 * pipeline fills them in as it learns.
 */
export class Call {
  readonly request: CallRequest;
  readonly state: GatewayState;
  readonly services: GatewayServices;
  readonly operation: Operation;
  target: RequestTarget;
  id: string;
  readonly startedAt: number;
  readonly startedAtMs: number;
  /** SHA-256 of the key that let the caller in, in hex; `undefined` for callers that were refused, and where keys are not asked for. */
  keyHash: string | undefined = undefined;
  body: ScannedObject | undefined = undefined;
  requestedModel: string | undefined = undefined;
  group: ModelGroup | undefined = undefined;
  deployment: Deployment | undefined = undefined;
  route: PreparedRoute | undefined = undefined;
  isStream = false;
  /** Usage was asked for on the gateway's own behalf and is hidden from the client. */
  hidesUsage = false;
  /** The client asked for embeddings as base64. */
  wantsBase64 = false;
  /** What is to be made up for the call, where the configuration allows it. */
  mocks: MockParams | undefined = undefined;
  editOptions: CallEditOptions = NO_CALL_OPTIONS;
  routing: RoutingOptions = NO_ROUTING_OPTIONS;
  /** Which models the call may reach: the server's, or those of its `user_config`. */
  scope: RoutingScope;
  /** Key and host that the caller brought along. */
  credentials: ClientCredentials | undefined = undefined;
  /** `api_version` and `organization` of a caller without a key of its own. */
  apiVersion: string | undefined = undefined;
  organization: string | undefined = undefined;
  /** Present when the caller chose the host of the current attempt. */
  egress: EgressPolicy | undefined = undefined;
  timeoutMs = 0;
  streamTimeoutMs = 0;
  exchange: Exchange | undefined = undefined;
  upstreamStartedAtMs = 0;
  upstreamMs = 0;
  /** Milliseconds of earlier attempts, and of waits between tries and for a place: none of them the gateway's work. */
  waitedMs = 0;
  firstByteMs: number | undefined = undefined;
  attempts: Attempt[] = [];
  /** Tries beyond the first at the group that answers (or failed last), and groups beyond the first. */
  retries = 0;
  maxRetries = 0;
  fallbacks = 0;
  /** Translates the current attempt; `undefined` where the vendor speaks the caller's dialect. */
  translator: Translator | undefined = undefined;
  /** What the translator was given: the caller's body, edited. */
  translated: JsonObject | undefined = undefined;
  /** Paths of the body that the current attempt could not carry. */
  dropped: readonly string[] = NOTHING_DROPPED;
  /** Usage of a translated stream. */
  usage: Usage | undefined = undefined;
  /** The latest reply, whose headers a failure shows too. */
  reply: UpstreamReply | undefined = undefined;
  isClientGone = false;
  /** The gateway ended it, as another part of the same request answered first. */
  isGivenUp = false;
  /** Where the call stands in a distributed trace; `undefined` where calls are not traced. */
  trace: CallTrace | undefined;
  /** The span of the current attempt. */
  attemptSpanId: string | undefined = undefined;
  /** Called when the client goes while the call waits between attempts. */
  onAbandoned: (() => void) | undefined = undefined;
  /** The deployment that the router counts this call for. */
  #held: Deployment | undefined = undefined;
  #isSettled = false;

  constructor(
    request: CallRequest,
    context: { readonly state: GatewayState; readonly services: GatewayServices },
    operation: Operation,
    target: RequestTarget,
    /** Of the call that this one is part of. */
    id?: string,
  ) {
    this.request = request;
    this.state = context.state;
    this.services = context.services;
    this.scope = context.state.scope;
    this.operation = operation;
    this.target = target;
    this.id = id ?? chooseId(request, context.state.scrubber);
    this.startedAt = Date.now();
    this.startedAtMs = performance.now();
    const { traces } = context.state.capture;
    this.trace = traces === undefined ? undefined : beginTrace(request.headers, traces);
  }

  /** Takes the id that the body names, unless a header names one; what can be none is passed over. */
  takeId(own: string | undefined): void {
    if (own !== undefined && this.request.headers.get(CALL_ID_HEADER) === null && isCallId(own, this.state.scrubber)) {
      this.id = own;
    }
  }

  /** Gives up on the vendor at once; called when the client has gone. */
  abort(): void {
    this.isClientGone = true;
    this.exchange?.abort();
    this.onAbandoned?.();
  }

  /** Binds the call to a deployment for one attempt, which the router counts from now on. */
  hold(deployment: Deployment, route: PreparedRoute): void {
    this.deployment = deployment;
    this.route = route;
    this.waitedMs += this.upstreamMs;
    this.upstreamMs = 0;
    this.hidesUsage = false;
    this.dropped = NOTHING_DROPPED;
    this.usage = undefined;
    this.reply = undefined;
    if (this.credentials?.apiBase !== undefined) {
      return; // On a host of the caller's choosing nothing is learnt of the deployment, nor any place of it taken.
    }
    this.#held = deployment;
    this.scope.router.started(deployment, this.#countsForLimits);
  }

  /** Whether key or models are the caller's own. */
  get isCallersOwn(): boolean {
    return this.credentials !== undefined || this.scope !== this.state.scope;
  }

  /** What a caller's own key uses up is not the server's. */
  get #countsForLimits(): boolean {
    return this.credentials === undefined;
  }

  /** Notes a part of the body that the current attempt leaves out. */
  drop(path: string): void {
    if (this.dropped.length > MAX_DROPPED) {
      return;
    }
    const shown = path.length > MAX_PATH_LENGTH ? path.slice(0, MAX_PATH_LENGTH) + MORE_DROPPED : path;
    if (!this.dropped.includes(shown)) {
      this.dropped = [...this.dropped, this.dropped.length === MAX_DROPPED ? MORE_DROPPED : shown];
    }
  }

  /** Ends an attempt that failed; the call goes on. */
  fail(error: GatewayError): void {
    const now = performance.now();
    if (this.#endAttempt(error, now)) {
      this.upstreamMs = now - this.upstreamStartedAtMs;
    }
    this.#release(error, undefined, now);
  }

  /** Marks the current attempt as failed, if its vendor had answered. */
  #endAttempt(error: GatewayError, now: number): boolean {
    const last = this.attempts.at(-1);
    if (last === undefined || last.startedAtMs !== this.upstreamStartedAtMs || last.failure !== undefined) {
      return false;
    }
    this.attempts[this.attempts.length - 1] = {
      ...last,
      durationMs: now - last.startedAtMs,
      failure: this.failureOf(error),
    };
    return true;
  }

  /** Waits for what is no work of the gateway's. */
  async waitFor(event: Promise<void>): Promise<void> {
    const fromMs = performance.now();
    try {
      await event;
    } finally {
      this.waitedMs += performance.now() - fromMs;
    }
  }

  /** What an attempt failed with: what the gateway ended has not failed, and its client is still there. */
  failureOf({ kind }: GatewayError): ErrorKind {
    return this.isGivenUp && kind === "client-closed" ? "given-up" : kind;
  }

  /** Records the call's end and hands it to the observers. Only the first end counts. */
  settle(end: CallEnd): void {
    if (!this.#isSettled) {
      this.#isSettled = true;
      const now = performance.now();
      if (end.error !== undefined) {
        this.#endAttempt(end.error, now); // A stream that broke off.
      }
      this.#release(end.error, end, now);
      this.services.onCallFinished(this.#toEvent(end, now));
    }
  }

  #release(error: GatewayError | undefined, end: CallEnd | undefined, now: number): void {
    const deployment = this.#held;
    if (deployment === undefined) {
      return;
    }
    this.#held = undefined;
    const { router } = this.scope;
    const waitedMs = now - this.upstreamStartedAtMs;
    if (error === undefined) {
      router.succeeded(deployment, {
        durationMs: waitedMs,
        firstByteMs: this.upstreamMs,
        completionTokens: end?.usage?.completionTokens ?? 0,
        totalTokens: end?.usage?.totalTokens ?? 0,
        isStream: this.isStream,
        countsForLimits: this.#countsForLimits,
      });
    } else if (this.group !== undefined) {
      this.#learnOfFailure({ deployment, error, waitedMs }, this.group);
    }
    router.finished(deployment);
    this.scope.gate.release(deployment);
  }

  #learnOfFailure(failed: FailedAttempt, group: ModelGroup): void {
    const { deployment, error, waitedMs } = failed;
    const { router } = this.scope;
    const isChoice = isCallersChoice(this, failed);
    const isEnded = error.kind === "client-closed" || error.kind === "given-up";
    if (isEnded || (isChoice && error.kind === "upstream-timeout")) {
      const firstByteMs = this.reply === undefined ? undefined : this.upstreamMs;
      router.gaveUp(deployment, group, { waitedMs, firstByteMs, isStream: this.isStream });
    } else if (ERROR_POLICY[error.kind].exceptionClass !== undefined) {
      router.failed(deployment, group, {
        kind: error.kind,
        status: error.status ?? ERROR_POLICY[error.kind].status,
        retryAfterMs: error.retryAfterMs,
        countsForCooldown: this.#countsForLimits && !isChoice,
      });
    }
  }

  /** {@link settle} with a failure. */
  settleError(error: GatewayError, status: number): void {
    this.settle({ status, usage: undefined, responseBytes: 0, error });
  }

  #toEvent(end: CallEnd, now: number): CallFinished {
    const { scrubber } = this.state;
    return {
      callId: this.id,
      operation: this.operation,
      method: "POST",
      path: this.target.path,
      startedAt: this.startedAt,
      startedAtMs: this.startedAtMs,
      durationMs: now - this.startedAtMs,
      upstreamMs: this.upstreamMs,
      waitedMs: this.waitedMs,
      firstByteMs: this.firstByteMs,
      status: end.status,
      errorKind: end.error?.kind,
      errorMessage: end.error === undefined ? undefined : scrubber.scrub(end.error.message),
      // What is no model may be anything, a key put in the wrong field too; wildcards have it in all names.
      requestedModel: scrubber.scrubName(this.requestedModel),
      modelGroup: scrubber.scrubName(this.group?.name),
      deploymentId: this.deployment?.id,
      provider: this.deployment?.provider.name,
      upstreamModel: scrubber.scrubName(this.deployment?.upstreamModel),
      apiBase: this.route?.apiBase ?? this.deployment?.apiBase,
      isStream: this.isStream,
      isCallersOwn: this.isCallersOwn,
      usage: end.usage,
      cost: end.cost,
      requestBytes: this.body?.bytes.length ?? 0,
      responseBytes: end.responseBytes,
      clientRetries: readRetryCount(this.request),
      attempts: this.attempts,
      retries: this.retries,
      fallbacks: this.fallbacks,
      dropped: scrubber.scrub(this.dropped),
      uncounted: toUncounted(this, end),
      trace: this.trace,
      details: this.state.capture.details ? toCallDetails(this, end) : undefined,
    };
  }
}

/** How often the client's SDK has tried before; what is no plain count of a few digits is none. */
function readRetryCount({ headers }: CallRequest): number {
  const text = headers.get("x-stainless-retry-count");
  return text !== null && /^\d{1,4}$/.test(text) ? Number(text) : 0;
}

const isCallId = (own: string, scrubber: Scrubber): boolean => SAFE_CALL_ID.test(own) && scrubber.scrub(own) === own;

function chooseId({ headers }: CallRequest, scrubber: Scrubber): string {
  const own = headers.get(CALL_ID_HEADER);
  return own !== null && isCallId(own, scrubber) ? own : crypto.randomUUID();
}

/** How a call ended. */
export interface CallEnd {
  readonly status: number;
  readonly usage: Usage | undefined;
  /** Absent where nobody knows it. */
  readonly cost?: CallCost | undefined;
  readonly responseBytes: number;
  /** The answer's bytes, of a stream as many as are kept of it. They stay as they are for as long as anybody wants them. */
  readonly response?: Uint8Array;
  /** How much of the answer `response` is; all of it when absent. */
  readonly responseShare?: number;
  readonly error?: GatewayError;
}

/** Anything thrown as the error that callers see: what is not ours is `internal`, with its cause kept for the log. */
export function toGatewayError(thrown: unknown): GatewayError {
  return thrown instanceof GatewayError
    ? thrown
    : new GatewayError("internal", "Internal error. The gateway's log has the cause under this call's id.", {
        cause: thrown,
      });
}
