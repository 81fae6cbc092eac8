import type { InferenceDescription, PlainDescription } from "./endpoint-description.ts";
import type { GatewayServices, GatewayState } from "./gateway-state.ts";
import type { RequestTarget } from "./request-target.ts";

/** An endpoint whose calls go to a model: the pipeline does the rest. */
export type InferenceEndpoint = InferenceDescription;

/** A request to an endpoint that the gateway answers itself. */
export interface PlainRequest {
  readonly request: Request;
  /** The body, whole and within the limit, its content encoding undone; empty for `GET`. */
  readonly body: Uint8Array;
  readonly target: RequestTarget;
  readonly state: GatewayState;
  readonly services: GatewayServices;
  /** What `{id}` of the path stood for, decoded. */
  readonly id: string | undefined;
}

/** An endpoint that the gateway answers itself. */
export interface PlainEndpoint extends PlainDescription {
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
