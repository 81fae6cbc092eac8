import type { Server } from "bun";
import { GatewayError } from "../core/errors.ts";
import { Call, toGatewayError } from "./call.ts";
import { addCorsHeaders, type CorsPolicy, checkOrigin, toOptionsResponse } from "./cors.ts";
import { toErrorResponse } from "./errors.ts";
import type { GatewayServices, GatewayState } from "./gateway-state.ts";
import { runCall } from "./pipeline.ts";
import { readRequestTarget } from "./request-target.ts";
import type { RouteMap, RouteMatch } from "./route-map.ts";

/** Idle kept-alive connections are closed after this many seconds; above the 65 s that clients' pools count on. */
const IDLE_SECONDS = 75;
/** What the server itself refuses; the configured limit, far below, is checked first and answered in the error shape. */
const HARD_BODY_LIMIT_BYTES = 2 ** 31;

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
}

/** The listening server with the count of what it is doing. */
export interface HttpServer {
  readonly port: number;
  /** Stops accepting; settles when every call has its whole answer, or when the grace time is over. */
  stop(graceMs: number): Promise<void>;
}

/**
 * Opens the server.
 * @throws Error with code `EADDRINUSE` when the port is taken.
 */
export function openServer(options: ServerOptions): HttpServer {
  const { hostname, port, isShared } = options;
  const server = Bun.serve({
    hostname,
    port,
    reusePort: isShared,
    idleTimeout: IDLE_SECONDS,
    maxRequestBodySize: HARD_BODY_LIMIT_BYTES,
    development: false,
    fetch: (request, self) => answer(request, self, options),
    error: (error) => toErrorResponse(toGatewayError(error), {}),
  });
  return {
    port: server.port ?? port,
    stop: (graceMs) => stopGracefully(server, graceMs),
  };
}

async function answer(request: Request, server: Server<undefined>, options: ServerOptions): Promise<Response> {
  const state = options.state();
  const origin = request.headers.get("origin");
  if (origin === null) {
    return dispatch(request, server, { options, state });
  }
  const policy: CorsPolicy = { origins: options.services.corsOrigins, isOpen: state.auth.isOpen };
  let response: Response;
  try {
    checkOrigin(origin, policy);
    response = await dispatch(request, server, { options, state });
  } catch (thrown) {
    response = toErrorResponse(toGatewayError(thrown), {});
  }
  addCorsHeaders(response.headers, origin, policy);
  return response;
}

interface DispatchContext {
  readonly options: ServerOptions;
  readonly state: GatewayState;
}

async function dispatch(request: Request, server: Server<undefined>, context: DispatchContext): Promise<Response> {
  const { options, state } = context;
  const { routes, services } = options;
  try {
    const target = readRequestTarget(request.url, options.rootPath);
    if (request.method === "OPTIONS") {
      return answerOptions(request, routes.methodsOf(target.path), target.path);
    }
    const match = routes.match(request.method, target);
    if (match.kind === "inference") {
      const { operation } = match.endpoint;
      const callTarget = match.pathModel === undefined ? target : { ...target, pathModel: match.pathModel };
      return await runCall(new Call(request, { state, services }, operation, callTarget), server);
    }
    if (!isPublic(match, state, target.path)) {
      state.auth.authenticate(request.headers);
    }
    server.timeout(request, 0);
    return await match.endpoint.handle({ request, target, state, services, id: match.id });
  } catch (thrown) {
    const error = toGatewayError(thrown);
    if (error.kind === "internal") {
      services.logError("request failed", error.cause);
    }
    const headers: Record<string, string> = {};
    if (error.kind === "method-not-allowed") {
      headers["allow"] = routes.methodsOf(readRequestTarget(request.url, options.rootPath).path).join(", ");
    }
    return toErrorResponse(error, headers);
  }
}

function answerOptions(request: Request, methods: readonly string[], path: string): Response {
  if (methods.length === 0) {
    throw new GatewayError("not-found", `Not Found: ${path.slice(0, 200)} is not a route of this gateway.`);
  }
  return toOptionsResponse(request, methods);
}

function isPublic(match: RouteMatch, state: GatewayState, path: string): boolean {
  return (match.kind === "plain" && match.endpoint.isPublic) || state.config.general.publicRoutes.includes(path);
}

async function stopGracefully(server: Server<undefined>, graceMs: number): Promise<void> {
  const drained = server.stop(false);
  const timer = Promise.withResolvers<void>();
  const timeout = setTimeout(timer.resolve, graceMs);
  await Promise.race([drained, timer.promise]);
  clearTimeout(timeout);
  await server.stop(true);
}
