import type { Operation } from "../core/operation.ts";

/** A JSON Schema (2020-12), as OpenAPI documents hold them. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What is told of an endpoint whose calls go to a model. */
export interface InferenceDescription {
  readonly kind: "inference";
  readonly operation: Operation;
  /** Last part of every path form (`/chat/completions`); see {@link inferencePaths}. */
  readonly suffix: string;
  /** Paths beside those forms. */
  readonly alsoAt?: readonly string[];
  readonly summary: string;
  /** Whether the model may stand in the path (`/engines/{model}/...`, `/openai/deployments/{model}/...`). */
  readonly takesPathModel: boolean;
}

/** What is told of an endpoint that the gateway answers itself. */
export interface PlainDescription {
  readonly kind: "plain";
  readonly method: "GET" | "POST";
  /** Exact paths; one may end in `/{id}`, which takes the whole rest of the path. */
  readonly paths: readonly string[];
  readonly summary: string;
  /** Open without a key (contract 1.8). */
  readonly isPublic: boolean;
  /** Query parameters that have an effect: name to meaning. */
  readonly query?: Readonly<Record<string, string>>;
  /** Shape of the JSON body, for endpoints that read one. */
  readonly requestSchema?: JsonSchema;
  /** Shape of the JSON answer; any object when absent. */
  readonly responseSchema?: JsonSchema;
  /** Media type of the answer; JSON when absent. */
  readonly mediaType?: "text/html" | "text/plain";
}

/** What is told of an endpoint: enough for lists, the API description and the docs, not to call it. */
export type EndpointDescription = InferenceDescription | PlainDescription;

/** Fixed paths of an inference endpoint: bare, `/v1` and Azure's v1 surface. */
export function inferencePaths({ suffix, alsoAt = [] }: InferenceDescription): readonly string[] {
  return [`/v1${suffix}`, suffix, `/openai/v1${suffix}`, `/openai${suffix}`, ...alsoAt];
}

/** What stands before the model in path forms that name it (contract 1.1; client notes 2.2). */
export const PATH_MODEL_PREFIXES: readonly string[] = [
  "/engines/",
  "/v1/engines/",
  "/openai/deployments/",
  "/v1/deployments/",
  "/deployments/",
];

/** Every path form of an endpoint, `{model}` and `{id}` as placeholders; the usual one first. */
export function pathForms(endpoint: EndpointDescription): readonly string[] {
  if (endpoint.kind === "plain") {
    return endpoint.paths;
  }
  const withModel = endpoint.takesPathModel
    ? PATH_MODEL_PREFIXES.map((prefix) => `${prefix}{model}${endpoint.suffix}`)
    : [];
  return [...inferencePaths(endpoint), ...withModel];
}

/** The one method of an endpoint; `GET` implies `HEAD`. */
export function methodOf(endpoint: EndpointDescription): "GET" | "POST" {
  return endpoint.kind === "plain" ? endpoint.method : "POST";
}

/** A path as an identifier: `/v1/models/{id}` becomes `v1_models_id`. */
export function toPathName(path: string): string {
  return path === "/" ? "home" : path.replace(/[^a-z0-9]+/gi, "_").replace(/^_|_$/g, "");
}
