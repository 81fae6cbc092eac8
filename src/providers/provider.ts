import type { Environment } from "../config/environment-references.ts";
import type { DeploymentParams } from "../config/gateway-config.ts";
import type { ErrorKind } from "../core/errors.ts";
import type { Dialect, Operation } from "../core/operation.ts";
import type { JsonObject } from "../core/translation.ts";
import type { Credential, CredentialSource } from "./credential.ts";

/** What must change in a body of the vendor's own dialect before the vendor takes it. Everything else passes as it came. */
export interface BodyEdits {
  /**
   * Standard OpenAI parameters that the vendor refuses or ignores to the caller's harm. A request that carries one gets
   * LiteLLM's 400 unless `drop_params` is on (then it is removed) or `allowed_openai_params` lists it (then it passes).
   */
  readonly unsupported?: readonly string[];
  /**
   * Fields that the vendor refuses and whose loss costs the caller nothing (`user`; `stream_options` where usage comes
   * unasked): removed without a word whatever `drop_params` says, as LiteLLM does.
   */
  readonly drop?: readonly string[];
  /** Top-level fields that the vendor spells otherwise: OpenAI's name to the vendor's. A field already spelled the vendor's way wins. */
  readonly rename?: Readonly<Record<string, string>>;
  /** Top-level fields that the vendor needs and callers seldom send: set when absent. */
  readonly defaults?: Readonly<Record<string, unknown>>;
}

/** How a vendor answers one operation. */
export interface Route {
  readonly dialect: Dialect;
  /** Appended to the base URL; starts with `/`. May hold `{model}`, the vendor's name for the model. */
  readonly path: string;
  /** The path of a streamed call, where it is another one. */
  readonly streamPath?: string;
  /** The vendor's variant of the dialect, for its translator; the translator's file says which keys it reads. */
  readonly options?: JsonObject;
  /** Headers that calls of this route need beside the provider's own. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly edits?: BodyEdits;
  /** Embeddings: the vendor takes text only, so token ids are decoded to text first. */
  readonly textInputOnly?: boolean;
  /** Embeddings: the vendor refuses or ignores `encoding_format: "base64"`, so the gateway encodes the floats itself. */
  readonly floatsOnly?: boolean;
}

/** Edits that hold for some of a vendor's models only, on top of the route's own. */
export interface ModelEdits {
  /** Tested against the upstream model name, without the provider prefix. */
  readonly match: RegExp;
  readonly operation: Operation;
  readonly edits: BodyEdits;
}

/** How a call is signed: one header that carries the key. */
export interface Authorization {
  /** Environment variables that may hold the key, first found wins; used when a deployment names no `api_key`. */
  readonly env: readonly string[];
  /** Whether the vendor also answers without a key (a server on one's own machine). */
  readonly optional: boolean;
  /** Header name and value for a key. */
  readonly header: (key: string) => readonly [name: string, value: string];
}

/** `Authorization: Bearer <key>`, the key from the first of these environment variables unless the deployment has its own. */
export const bearer = (...env: readonly string[]): Authorization => ({
  env,
  optional: false,
  header: (key) => ["authorization", `Bearer ${key}`],
});

/** As {@link bearer}, for servers that also run without a key. */
export const optionalBearer = (...env: readonly string[]): Authorization => ({ ...bearer(...env), optional: true });

/** The key as the value of a header of the vendor's own. */
export const headerKey = (name: string, ...env: readonly string[]): Authorization => ({
  env,
  optional: false,
  header: (key) => [name, key],
});

/** What a URL is made of, for vendors whose URLs are more than base + path. */
export interface UrlParts {
  /** Base URL without a trailing slash. */
  readonly base: string;
  readonly path: string;
  /** Upstream model name, already checked as safe in a path. */
  readonly model: string;
  /** `api_version` of the deployment or of the call (`?api-version=`). */
  readonly apiVersion: string | undefined;
}

/** A vendor's failure, as read from its reply. */
export interface UpstreamError {
  readonly status: number;
  readonly message: string;
  /** `error.type` and `error.code` of the vendor's body, when it has them. */
  readonly type: string | undefined;
  readonly code: string | undefined;
}

/** What an in-process provider is asked. */
export interface InProcessRequest {
  readonly operation: Operation;
  readonly model: string;
  readonly isStream: boolean;
  /** The request body, parsed. */
  readonly body: Readonly<Record<string, unknown>>;
  /** `mock_response` of the deployment or, where allowed, of the call. */
  readonly mockResponse: unknown;
  /** `mock_tool_calls` of the call. */
  readonly mockToolCalls?: readonly unknown[] | undefined;
  /** Seconds since the epoch. */
  readonly created: number;
}

/** What an in-process provider answers: the whole body, or the frames of a stream. */
export interface InProcessReply {
  readonly status: number;
  readonly frames: readonly string[];
  /** The stream breaks off with this after its frames. */
  readonly breaksWith?: string;
}

/** A vendor: where it lives, how a call to it is signed, which dialects it speaks. Data first; code only for URLs and signing. */
export interface Provider {
  /** Prefix in `provider/model`, spelled as LiteLLM spells it. */
  readonly name: string;
  /** Name in error texts, spelled as LiteLLM does before `Exception` (`OpenAI`, `Azure`, `Groq`); the capitalised name when absent. */
  readonly title?: string;
  /** API reference this file was written from, with the date read. */
  readonly source: string;
  /**
   * Default base URL; a deployment's `api_base` wins, then the first set variable of `baseUrlEnv`. May hold `${NAME}`
   * for an environment variable. `undefined`: every deployment must say `api_base`.
   */
  readonly baseUrl: string | undefined;
  readonly baseUrlEnv?: readonly string[];
  /** Families of host names (`*.example.com`) under which the vendor alone gives addresses to its customers. */
  readonly hostFamilies?: readonly string[];
  /** Environment variables for `api_version`, for vendors that have one. */
  readonly apiVersionEnv?: readonly string[];
  readonly authorization: Authorization;
  /** Whether a Microsoft Entra token may stand in for the key (`azure_ad_token`, `tenant_id` and so on). */
  readonly acceptsEntraTokens?: boolean;
  /** Operations the vendor answers; an absent one is unsupported, never a stub. */
  readonly routes: Readonly<Partial<Record<Operation, Route>>>;
  /**
   * The route of a model, for vendors whose models speak different dialects; `model` is the name as the deployment has it.
   * Then {@link routes} is what the vendor answers at all, and `undefined` says that this model does not answer the operation.
   */
  readonly routeOf?: (operation: Operation, model: string) => Route | undefined;
  readonly modelEdits?: readonly ModelEdits[];
  /**
   * Usage on streams: `ask` = sent when `stream_options.include_usage` asks; `always` = sent unasked (and the field may
   * be refused); `never` = the vendor has none. Default `ask`.
   */
  readonly streamUsage?: "ask" | "always" | "never";
  /** Where a stream's chunks have usage when it is not their top-level `usage`: a path of keys (Groq: `["x_groq", "usage"]`). */
  readonly usagePath?: readonly string[];
  /** The vendor's full name for a model that callers may abbreviate; the name as it came when absent. */
  readonly modelName?: (model: string, operation: Operation) => string;
  /** What stands for `{model}` in paths, where it is not the model's name. */
  readonly pathModel?: (params: DeploymentParams, model: string) => string;
  /**
   * Base URL by deployment, for vendors whose hosts depend on a region or the like; used when no `api_base` is set. `model` is
   * the name as the deployment has it.
   */
  readonly baseUrlOf?: (params: DeploymentParams, environment: Environment, model: string) => string;
  /** For the reference: what signs calls, where {@link authorization} does not tell all; and what {@link baseUrlOf} makes the address of. */
  readonly needs?: { readonly keys?: string; readonly address?: string };
  /** How calls are signed, where one header with a key is not all; {@link authorization} then tells the key's names only. */
  readonly credential?: (source: CredentialSource) => Credential | undefined;
  /**
   * Body fields that say whose resources a call uses up (a project, a compartment). A deployment that sets one of them has
   * chosen: then callers who come with the server's identity set none.
   */
  readonly placeFields?: readonly string[];
  /** A header of failed replies that tells what kind of failure it is (`x-amzn-errortype`), up to its first colon. */
  readonly errorTypeHeader?: string;
  /** Names of models are paths (`models/x`): `{model}` keeps their slashes. */
  readonly modelsArePaths?: boolean;
  /** Full URL of a call, for vendors that put more than base + path into it. */
  readonly url?: (parts: UrlParts) => string;
  /** Headers every call to the vendor needs beside the key. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Headers that a deployment's fields ask for. */
  readonly headersOf?: (params: DeploymentParams) => Readonly<Record<string, string>>;
  /** Headers of callers that the vendor understands, by lower-case name: they go on where callers' headers do at all (contract 2.7). */
  readonly clientHeaders?: readonly string[];
  /** Statuses that only this vendor uses, and those that callers get instead. */
  readonly statuses?: Readonly<Record<number, number>>;
  /** Answers in the process itself, without a network: the `mock` provider. */
  readonly answer?: (request: InProcessRequest) => InProcessReply;
  /** The vendor's own reading of a failure; `undefined` leaves it to the dialect's table. */
  readonly readError?: (error: UpstreamError) => ErrorKind | undefined;
  /** Milliseconds that the vendor asks to wait in the body of a failure (its error object) rather than in a header. */
  readonly retryAfterMs?: (error: unknown) => number | undefined;
}

/** Names a provider; the type check is the whole of it. */
export const defineProvider = (provider: Provider): Provider => provider;
