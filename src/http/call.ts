import type { Attempt, CallFinished } from "../core/call-event.ts";
import type { ErrorKind } from "../core/errors.ts";
import { GatewayError } from "../core/errors.ts";
import type { Operation } from "../core/operation.ts";
import type { Usage } from "../core/usage.ts";
import type { InboundRequest } from "../inbound/inbound.ts";
import type { CallEditOptions } from "../providers/edit-plan.ts";
import { NO_CALL_OPTIONS } from "../providers/edit-plan.ts";
import type { PreparedRoute } from "../providers/prepared-route.ts";
import type { Deployment } from "../routing/deployment.ts";
import type { ModelGroup } from "../routing/model-table.ts";
import type { Exchange } from "../upstream/transport.ts";
import type { ScannedObject } from "../wire/scanned-object.ts";
import type { GatewayServices, GatewayState } from "./gateway-state.ts";
import type { RequestTarget } from "./request-target.ts";

/** What a call needs of its request. */
export type CallRequest = Pick<InboundRequest, "headers" | "isGone" | "onGone" | "readBody">;

/** A caller's own id for a call is kept when it is plain and short; anything else gets a fresh one. */
const SAFE_CALL_ID = /^[\x21-\x7e]{1,128}$/;

/**
 * One inference request from acceptance to its end. Every field is set at once, so that all calls have one shape; the
 * pipeline fills them in as it learns.
 */
export class Call {
  readonly request: CallRequest;
  readonly state: GatewayState;
  readonly services: GatewayServices;
  readonly operation: Operation;
  readonly target: RequestTarget;
  readonly id: string;
  readonly startedAt: number;
  readonly startedAtMs: number;
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
  /** `mock_response` of the call, where the configuration allows it. */
  mockResponse: unknown = undefined;
  editOptions: CallEditOptions = NO_CALL_OPTIONS;
  timeoutMs = 0;
  streamTimeoutMs = 0;
  exchange: Exchange | undefined = undefined;
  upstreamStartedAtMs = 0;
  upstreamMs = 0;
  firstByteMs: number | undefined = undefined;
  attempts: Attempt[] = [];
  isClientGone = false;
  #isSettled = false;

  constructor(
    request: CallRequest,
    context: { readonly state: GatewayState; readonly services: GatewayServices },
    operation: Operation,
    target: RequestTarget,
  ) {
    this.request = request;
    this.state = context.state;
    this.services = context.services;
    this.operation = operation;
    this.target = target;
    const ownId = request.headers.get("x-litellm-call-id");
    this.id = ownId !== null && SAFE_CALL_ID.test(ownId) ? ownId : crypto.randomUUID();
    this.startedAt = Date.now();
    this.startedAtMs = performance.now();
  }

  /** Gives up on the vendor at once; called when the client has gone. */
  abort(): void {
    this.isClientGone = true;
    this.exchange?.abort();
  }

  /** Records the call's end and hands it to the observers. Only the first end counts. */
  settle(end: CallEnd): void {
    if (!this.#isSettled) {
      this.#isSettled = true;
      this.services.onCallFinished(this.#toEvent(end));
    }
  }

  /** {@link settle} with a failure. */
  settleError(error: GatewayError, status: number): void {
    this.settle({ status, usage: undefined, responseBytes: 0, errorKind: error.kind, errorMessage: error.message });
  }

  #toEvent(end: CallEnd): CallFinished {
    const retries = Number(this.request.headers.get("x-stainless-retry-count") ?? 0);
    return {
      callId: this.id,
      operation: this.operation,
      method: "POST",
      path: this.target.path,
      startedAt: this.startedAt,
      durationMs: performance.now() - this.startedAtMs,
      upstreamMs: this.upstreamMs,
      firstByteMs: this.firstByteMs,
      status: end.status,
      errorKind: end.errorKind,
      errorMessage: end.errorMessage,
      requestedModel: this.requestedModel,
      modelGroup: this.group?.name,
      deploymentId: this.deployment?.id,
      provider: this.deployment?.provider.name,
      upstreamModel: this.deployment?.upstreamModel,
      isStream: this.isStream,
      usage: end.usage,
      requestBytes: this.body?.bytes.length ?? 0,
      responseBytes: end.responseBytes,
      clientRetries: Number.isFinite(retries) ? retries : 0,
      attempts: this.attempts,
    };
  }
}

/** How a call ended. */
export interface CallEnd {
  readonly status: number;
  readonly usage: Usage | undefined;
  readonly responseBytes: number;
  readonly errorKind?: ErrorKind;
  readonly errorMessage?: string;
}

/** Anything thrown as the error that callers see: what is not ours is `internal`, with its cause kept for the log. */
export function toGatewayError(thrown: unknown): GatewayError {
  return thrown instanceof GatewayError
    ? thrown
    : new GatewayError("internal", "Internal error. The gateway's log has the cause under this call's id.", {
        cause: thrown,
      });
}
