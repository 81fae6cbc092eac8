import type { Operation } from "../core/operation.ts";
import type { GatewayServices, GatewayState } from "./gateway-state.ts";
import type { RequestTarget } from "./request-target.ts";

/** An endpoint whose calls go to a model: the pipeline does the rest. */
export interface InferenceEndpoint {
  readonly kind: "inference";
  readonly operation: Operation;
  /** Last part of every path form (`/chat/completions`); see `inferencePaths`. */
  readonly suffix: string;
  readonly summary: string;
  /** Whether the model may stand in the path (`/engines/{model}/...`, `/openai/deployments/{model}/...`). */
  readonly takesPathModel: boolean;
}

/** A request to an endpoint that the gateway answers itself. */
export interface PlainRequest {
  readonly request: Request;
  readonly target: RequestTarget;
  readonly state: GatewayState;
  readonly services: GatewayServices;
  /** What `{id}` of the path stood for, decoded. */
  readonly id: string | undefined;
}

/** An endpoint that the gateway answers itself. */
export interface PlainEndpoint {
  readonly kind: "plain";
  readonly method: "GET" | "POST";
  /** Exact paths; one may end in `/{id}`, which takes the whole rest of the path. */
  readonly paths: readonly string[];
  readonly summary: string;
  /** Open without a key (contract 1.8). */
  readonly isPublic: boolean;
  readonly handle: (request: PlainRequest) => Response | Promise<Response>;
}

/** One endpoint of the gateway. */
export type Endpoint = InferenceEndpoint | PlainEndpoint;

/** Names an inference endpoint. */
export const defineInference = (endpoint: Omit<InferenceEndpoint, "kind">): InferenceEndpoint => ({
  kind: "inference",
  ...endpoint,
});

/** Names an endpoint that the gateway answers itself. */
export const definePlain = (endpoint: Omit<PlainEndpoint, "kind">): PlainEndpoint => ({ kind: "plain", ...endpoint });

/** Fixed paths of an inference endpoint: bare, `/v1` and Azure's v1 surface. */
export function inferencePaths(endpoint: InferenceEndpoint): readonly string[] {
  const { suffix } = endpoint;
  return [`/v1${suffix}`, suffix, `/openai/v1${suffix}`, `/openai${suffix}`];
}

/** What stands before the model in path forms that name it (contract 1.1; client notes 2.2). */
export const PATH_MODEL_PREFIXES: readonly string[] = [
  "/engines/",
  "/v1/engines/",
  "/openai/deployments/",
  "/v1/deployments/",
  "/deployments/",
];
