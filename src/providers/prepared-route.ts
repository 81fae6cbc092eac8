import type { Environment } from "../config/environment-references.ts";
import type { DeploymentParams } from "../config/gateway-config.ts";
import type { Operation } from "../core/operation.ts";
import type { Translator } from "../core/translation.ts";
import { type Origin, readBaseUrl } from "../upstream/origin.ts";
import { isHeaderName, toHeaderLine } from "../wire/header-line.ts";
import type { Credential } from "./credential.ts";
import { type EditPlan, toEditPlan } from "./edit-plan.ts";
import type { Provider, Route } from "./provider.ts";
import { secretsIn } from "./secret-parts.ts";

/** A request line and header lines, each ended by CRLF. */
export interface RouteHead {
  readonly text: string;
  /** The text in latin-1, as it goes out. */
  readonly bytes: Uint8Array;
}

/** A deployment's way to answer one operation, everything static made ready at boot. */
export interface PreparedRoute {
  readonly route: Route;
  /** Present when the vendor speaks another dialect than callers do. */
  readonly translator: Translator | undefined;
  /** The vendor's name for the model, without the provider prefix. */
  readonly model: string;
  readonly origin: Origin;
  readonly plan: EditPlan;
  /** Base URL without query, shown in `x-litellm-model-api-base`. */
  readonly apiBase: string;
  /**
   * Request line and header lines, those of the credential among them where they are the same for every request
   * (`credential.lines`). `apiVersion` is the call's own (`?api-version=`), for vendors that have one.
   */
  readonly head: (apiVersion: string | undefined, isStream: boolean) => RouteHead;
  readonly credential: Credential;
  /** What requests carry that is to be kept out of whatever is shown: the credential's, the deployment's headers, the base URL's query. */
  readonly secrets: () => readonly string[];
}

/** How a provider answers an operation: by a route in the caller's dialect, or through a translator. */
export interface Way {
  readonly route: Route;
  readonly translator: Translator | undefined;
}

/** What a route is prepared from. */
export interface RouteSource {
  readonly provider: Provider;
  readonly operation: Operation;
  /** How the vendor answers the operation, and who translates. */
  readonly way: Way;
  /** The vendor's name for the model, wildcards already filled in. */
  readonly model: string;
  readonly params: DeploymentParams;
  readonly credential: Credential;
  readonly environment: Environment;
  /** The credential is a caller's, not the deployment's. */
  readonly isCallersOwn?: boolean;
}

/** Names that the gateway writes itself; a configured extra header of this name is refused at boot. */
const OWN_HEADERS: ReadonlySet<string> = new Set(["host", "content-length", "transfer-encoding", "connection"]);

const SAFE_VERSION = /^[A-Za-z0-9._-]{1,40}$/;

/** Whether this is an `api-version` that is forwarded; anything else in a caller's query is only a hint and is left out. */
export const isApiVersion = (text: string): boolean => SAFE_VERSION.test(text);

/**
 * The base URL of a deployment: its `api_base`, the provider's environment variable, the provider's default.
 * @throws TypeError when there is none, or when it names an environment variable that is not set.
 */
export function resolveApiBase(
  provider: Provider,
  params: DeploymentParams,
  environment: Environment,
  model = "",
): string {
  const named = params.apiBase ?? provider.baseUrlEnv?.map((name) => environment[name]).find((value) => value);
  const whole = named ?? provider.baseUrlOf?.(params, environment, model);
  if (whole !== undefined) {
    return withoutSlashes(whole); // Not a template: it may be a caller's, and variables of the server are none of its business.
  }
  const template = provider.baseUrl;
  if (template === undefined) {
    const env = provider.baseUrlEnv?.[0];
    throw new TypeError(
      `provider '${provider.name}' has no address of its own: set api_base${env === undefined ? "" : ` or ${env}`}`,
    );
  }
  const filled = template.replace(/\$\{(\w+)\}/g, (_match, name: string) => {
    const value = environment[name];
    if (value === undefined || value === "") {
      throw new TypeError(`provider '${provider.name}' needs the environment variable ${name} for its address`);
    }
    return encodeURIComponent(value);
  });
  return withoutSlashes(filled);
}

/** Without a pattern: one that looks for the last slashes takes long on a text of slashes. */
function withoutSlashes(url: string): string {
  let end = url.length;
  while (end > 0 && url.charAt(end - 1) === "/") {
    end--;
  }
  return url.slice(0, end);
}

/**
 * Makes a deployment's route for one operation ready.
 * @throws TypeError on a base URL, model name or header that no request can be made of.
 */
export function prepareRoute(source: RouteSource): PreparedRoute {
  const { provider, operation, params, environment, way } = source;
  const { route, translator } = way;
  const model = provider.modelName?.(source.model, operation) ?? source.model;
  const pathModel = provider.pathModel?.(params, model) ?? model;
  const isRemote = provider.answer === undefined;
  const apiBase = isRemote ? resolveApiBase(provider, params, environment, source.model) : "in-process://mock";
  const { origin, path, query } = readBaseUrl(isRemote ? apiBase : "http://mock.invalid");
  const versionEnv = provider.apiVersionEnv?.map((name) => environment[name]).find((value) => value);
  const ownVersion = params.apiVersion ?? versionEnv;
  const headers = writeHeaders(provider, route, params, origin.hostHeader) + (source.credential.lines ?? "");
  const base = `${origin.isTls ? "https" : "http"}://${origin.hostHeader}${path}`;
  const toHead = (routePath: string, apiVersion: string | undefined): RouteHead => {
    const filled = routePath.includes("{model}")
      ? routePath.replace("{model}", () => toSegment(provider, pathModel))
      : routePath;
    const url = provider.url?.({ base, path: filled, model: toPathSegment(model), apiVersion });
    const line = url === undefined ? joinQuery(path + filled, query) : url.slice(url.indexOf("/", 8));
    const text = `POST ${line} HTTP/1.1\r\n${headers}`;
    return { text, bytes: Buffer.from(text, "latin1") };
  };
  const streamPath = route.streamPath ?? route.path;
  const ownHead = toHead(route.path, ownVersion);
  const ownStreamHead = streamPath === route.path ? ownHead : toHead(streamPath, ownVersion);
  const takesVersion = provider.apiVersionEnv !== undefined;
  return {
    route,
    translator,
    model,
    origin,
    plan: toEditPlan(provider, way, { operation, model, params, isCallersOwn: source.isCallersOwn ?? false }),
    apiBase: isRemote ? base : apiBase,
    head: (apiVersion, isStream) => {
      if (takesVersion && apiVersion !== undefined && isApiVersion(apiVersion)) {
        return toHead(isStream ? streamPath : route.path, apiVersion);
      }
      return isStream ? ownStreamHead : ownHead;
    },
    credential: source.credential,
    secrets: toSecrets(source.credential, secretsIn(params.extraHeaders, query)),
  };
}

const toSecrets = ({ secrets }: Credential, others: readonly string[]): (() => readonly string[]) =>
  others.length === 0 ? secrets : () => [...secrets(), ...others];

/** The query of the base URL behind the path, which may have one of its own (`?alt=sse`). */
function joinQuery(path: string, query: string): string {
  return query !== "" && path.includes("?") ? `${path}&${query.slice(1)}` : path + query;
}

/** A model in a path is one segment, whatever is in its name, unless the vendor says that its names are paths. */
function toSegment(provider: Provider, model: string): string {
  return provider.modelsArePaths === true ? toPathSegment(model) : encodeURIComponent(checkModelName(model));
}

function writeHeaders(provider: Provider, route: Route, params: DeploymentParams, host: string): string {
  let lines = `${toHeaderLine("host", host)}content-type: application/json\r\naccept-encoding: identity\r\n`;
  const extra = { ...provider.headers, ...route.headers, ...provider.headersOf?.(params), ...params.extraHeaders };
  if (params.organization !== undefined) {
    lines += toHeaderLine("openai-organization", params.organization);
  }
  for (const [name, value] of Object.entries(extra)) {
    if (!isHeaderName(name) || OWN_HEADERS.has(name.toLowerCase())) {
      throw new TypeError(`'${name}' cannot be set as an extra header`);
    }
    lines += toHeaderLine(name.toLowerCase(), value);
  }
  return lines;
}

/**
 * A model name as one safe piece of a URL path.
 * @throws TypeError for names that would change the path (`..`) or cannot be encoded.
 */
export function toPathSegment(model: string): string {
  return checkModelName(model).split("/").map(encodeURIComponent).join("/");
}

function checkModelName(model: string): string {
  if (model === "" || model.split("/").some((part) => part === "." || part === "..")) {
    throw new TypeError(`'${model}' cannot stand in a URL as a model name`);
  }
  return model;
}
