import { GatewayError } from "../core/errors.ts";
import { type InboundReply, type InboundRequest, joinLines } from "../inbound/inbound.ts";
import type { InboundLimits } from "../inbound/inbound-connection.ts";
import { InboundServer } from "../inbound/inbound-server.ts";
import { Call, toGatewayError } from "./call.ts";
import { type CorsPolicy, checkOrigin, checkSite, corsHeaders, toOptionsReply } from "./cors.ts";
import { toErrorReply } from "./errors.ts";
import type { GatewayServices, GatewayState } from "./gateway-state.ts";
import { runCall } from "./pipeline.ts";
import { runPlainEndpoint } from "./plain-endpoints.ts";
import { type RequestTarget, toTargetReader } from "./request-target.ts";
import type { RouteMap, RouteMatch } from "./route-map.ts";

/** How the server is opened. */
export interface ServerOptions {
  readonly hostname: string;
  readonly port: number;
  /** Several processes share the port. */
  readonly isShared: boolean;
  readonly rootPath: string;
  readonly routes: RouteMap;
  readonly services: GatewayServices;
  /** The state that new requests start with. */
  readonly state: () => GatewayState;
  readonly limits?: InboundLimits;
}

/** What requests are answered with. */
interface Serving extends ServerOptions {
  readonly readTarget: (url: string) => RequestTarget;
}

/** Opens the server. @throws Error with code `EADDRINUSE` when the port is taken. */
export function openServer(options: ServerOptions): InboundServer {
  const { hostname, port, isShared, limits, rootPath } = options;
  const serving: Serving = { ...options, readTarget: toTargetReader(rootPath) };
  return new InboundServer({
    hostname,
    port,
    isShared,
    handler: (request) => answer(request, serving),
    toFaultReply: (status, message) =>
      toErrorReply(new GatewayError("invalid-request", `Bad request: ${message}.`, { status })),
    ...(limits === undefined ? {} : { limits }),
  });
}

function answer(request: InboundRequest, options: Serving): InboundReply | Promise<InboundReply> {
  const state = options.state();
  const origin = request.headers.get("origin");
  return origin === null ? dispatch(request, options, state) : answerPage(request, options, { state, origin });
}

/** Answers a web page: who may call is looked at first, and the answer says who may read it. */
async function answerPage(
  request: InboundRequest,
  options: Serving,
  { state, origin }: { readonly state: GatewayState; readonly origin: string },
): Promise<InboundReply> {
  const policy: CorsPolicy = { origins: options.services.corsOrigins, isOpen: state.auth.isOpen };
  let reply: InboundReply;
  try {
    checkOrigin(origin, policy);
    reply = await dispatch(request, options, state);
  } catch (thrown) {
    reply = toErrorReply(toGatewayError(thrown));
  }
  return { ...reply, headers: joinLines(reply.headers, corsHeaders(origin, policy)) };
}

/** Never throws or rejects. */
function dispatch(
  request: InboundRequest,
  options: Serving,
  state: GatewayState,
): InboundReply | Promise<InboundReply> {
  const { routes, services, readTarget } = options;
  const target = readTarget(request.target);
  try {
    if (request.method === "OPTIONS") {
      return answerOptions(request, routes.methodsOf(target.path), target.path);
    }
    const match = routes.match(request.method, target);
    if (match.kind === "inference") {
      const { pathForm, pathModel } = match;
      // Logs have the form of the path: any name of a model would be a series of its own in metrics.
      const callTarget = pathModel === undefined ? target : { ...target, path: pathForm, pathModel };
      return runCall(new Call(request, { state, services }, match.endpoint.operation, callTarget));
    }
    if (!isPublic(match, state, target.path)) {
      checkSite(request.headers, { origins: services.corsOrigins, isOpen: state.auth.isOpen });
      state.auth.authenticate(request.headers);
    }
    return runPlainEndpoint(match.endpoint, request, { state, services, target, id: match.id }).catch((thrown) =>
      toFailure(thrown, options, target),
    );
  } catch (thrown) {
    return toFailure(thrown, options, target);
  }
}

function toFailure(thrown: unknown, { routes, services }: ServerOptions, target: RequestTarget): InboundReply {
  const error = toGatewayError(thrown);
  if (error.kind === "internal") {
    services.logError("request failed", error.cause);
  }
  const allow = error.kind === "method-not-allowed" ? `allow: ${routes.methodsOf(target.path).join(", ")}\r\n` : "";
  return toErrorReply(error, allow);
}

function answerOptions(request: InboundRequest, methods: readonly string[], path: string): InboundReply {
  if (methods.length === 0) {
    throw new GatewayError("not-found", `Not Found: ${path.slice(0, 200)} is not a route of this gateway.`);
  }
  return toOptionsReply(request.headers, methods);
}

function isPublic(match: RouteMatch, state: GatewayState, path: string): boolean {
  return (match.kind === "plain" && match.endpoint.isPublic) || state.config.general.publicRoutes.includes(path);
}
