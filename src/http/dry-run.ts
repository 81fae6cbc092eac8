import { GatewayError } from "../core/errors.ts";
import type { Operation } from "../core/operation.ts";
import { Call, type CallRequest } from "./call.ts";
import { readCallParams } from "./call-params.ts";
import { routeOf } from "./client-credentials.ts";
import type { GatewayServices, GatewayState } from "./gateway-state.ts";
import { toSelectRequest } from "./group-call.ts";
import { scanBody } from "./intake.ts";
import { findGroup } from "./plan.ts";
import { prepareRequest } from "./prepare.ts";
import { type ShownHead, toShownHead } from "./shown-request.ts";
import { chooseScope } from "./user-config.ts";

/** A request as a vendor would get it. */
export interface DescribedRequest extends ShownHead {
  /** One body, or the list of bodies where the vendor needs several requests; parsed. */
  readonly body: unknown;
  /** Paths of the caller's body that are not carried. */
  readonly dropped: readonly string[];
}

/** What a dry run is made with. */
export interface DryRunContext {
  readonly state: GatewayState;
  readonly services: GatewayServices;
  /** Who asks: `x-portolan-strict` counts, keys do not go on; whoever leaves waits for no files any more. */
  readonly request: Pick<Request, "headers" | "signal">;
}

/**
 * Everything that a call would go through up to the moment of sending: nothing is sent to a vendor's model, counted or
 * logged. Files behind URLs are fetched and tokens of clouds had, as they are part of the request.
 * @throws GatewayError as the call itself would
 */
export async function describeUpstreamRequest(
  operation: Operation,
  body: Uint8Array,
  { state, services, request: { headers, signal } }: DryRunContext,
): Promise<DescribedRequest> {
  const request: { -readonly [Name in keyof CallRequest]: CallRequest[Name] } = {
    headers,
    isGone: signal.aborted,
    onGone: undefined,
    clientAddress: undefined,
    readBody: () => body,
  };
  signal.addEventListener("abort", () => {
    request.isGone = true;
    request.onGone?.();
  });
  const call = new Call(request, { state, services: { ...services, onCallFinished: () => undefined } }, operation, {
    path: "/utils/transform_request",
    query: "",
    pathModel: undefined,
  });
  readCallParams(call, scanBody(body));
  chooseScope(call);
  const group = findGroup(call);
  const deployment = call.scope.router.select(group, toSelectRequest(call, undefined));
  const route = routeOf(call, deployment);
  call.group = group;
  call.deployment = deployment;
  call.route = route;
  call.translator = route.translator;
  if (call.body === undefined) {
    throw new GatewayError("invalid-request", "There is no body to be described.");
  }
  const [first, ...others] = await prepareRequest(call, route, call.body);
  const bodies = [first, ...others].map((made): unknown => JSON.parse(Buffer.concat(made.body).toString("utf8")));
  return {
    ...toShownHead(call, first),
    body: others.length === 0 ? bodies[0] : bodies,
    dropped: call.dropped,
  };
}
