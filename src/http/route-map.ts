import { GatewayError } from "../core/errors.ts";
import type { Endpoint, InferenceEndpoint, PlainEndpoint } from "./endpoint.ts";
import { inferencePaths, PATH_MODEL_PREFIXES } from "./endpoint-description.ts";
import type { RequestTarget } from "./request-target.ts";

/** Where a request goes. */
export type RouteMatch =
  | {
      readonly kind: "inference";
      readonly endpoint: InferenceEndpoint;
      /** The path, `{model}` in place of {@link pathModel}. */
      readonly pathForm: string;
      readonly pathModel: string | undefined;
    }
  | { readonly kind: "plain"; readonly endpoint: PlainEndpoint; readonly id: string | undefined };

/** What a path answers, by method. */
type ByMethod = Map<string, RouteMatch>;

/** All paths, looked up in a map built at boot; only paths that hold a model or an id are matched by their ends. */
export class RouteMap {
  readonly #exact = new Map<string, ByMethod>();
  readonly #withModel: readonly InferenceEndpoint[];
  readonly #withId: readonly { readonly prefix: string; readonly endpoint: PlainEndpoint }[];

  constructor(endpoints: readonly Endpoint[]) {
    const withId: { prefix: string; endpoint: PlainEndpoint }[] = [];
    for (const endpoint of endpoints) {
      if (endpoint.kind === "inference") {
        for (const path of inferencePaths(endpoint)) {
          this.#add(path, "POST", { kind: "inference", endpoint, pathForm: path, pathModel: undefined });
        }
        continue;
      }
      for (const path of endpoint.paths) {
        if (path.endsWith("/{id}")) {
          withId.push({ prefix: path.slice(0, -"{id}".length), endpoint });
        } else {
          this.#add(path, endpoint.method, { kind: "plain", endpoint, id: undefined });
        }
      }
    }
    this.#withModel = endpoints
      .filter((endpoint) => endpoint.kind === "inference")
      .filter((endpoint) => endpoint.takesPathModel)
      .sort((left, right) => right.suffix.length - left.suffix.length);
    this.#withId = withId;
  }

  /** @throws GatewayError `not-found` or `method-not-allowed`. */
  match(method: string, target: RequestTarget): RouteMatch {
    const asked = method === "HEAD" ? "GET" : method;
    const exact = this.#exact.get(target.path)?.get(asked);
    if (exact !== undefined) {
      return exact;
    }
    const byMethod = this.#matchAny(target.path);
    const found = byMethod.get(asked);
    if (found !== undefined) {
      return found;
    }
    throw byMethod.size === 0 ? notFound(method, target.path) : wrongMethod(method, target.path, byMethod);
  }

  /** Methods that a path answers, for `OPTIONS` and `allow`; empty when there is no such path. */
  methodsOf(path: string): readonly string[] {
    return [...this.#matchAny(path).keys()];
  }

  #matchAny(path: string): ByMethod {
    const found: ByMethod = new Map(this.#exact.get(path));
    for (const { prefix, endpoint } of this.#withId) {
      if (path.startsWith(prefix) && path.length > prefix.length && !found.has(endpoint.method)) {
        found.set(endpoint.method, { kind: "plain", endpoint, id: decode(path.slice(prefix.length)) });
      }
    }
    for (const endpoint of this.#withModel) {
      const named = readPathModel(path, endpoint.suffix);
      if (named !== undefined) {
        found.set("POST", { kind: "inference", endpoint, ...named });
        break;
      }
    }
    return found;
  }

  #add(path: string, method: string, match: RouteMatch): void {
    let byMethod = this.#exact.get(path);
    if (byMethod === undefined) {
      byMethod = new Map();
      this.#exact.set(path, byMethod);
    }
    byMethod.set(method, match);
  }
}

function readPathModel(
  path: string,
  suffix: string,
): { readonly pathForm: string; readonly pathModel: string } | undefined {
  if (!path.endsWith(suffix)) {
    return undefined;
  }
  const prefix = PATH_MODEL_PREFIXES.find((candidate) => path.startsWith(candidate));
  const model = prefix === undefined ? "" : path.slice(prefix.length, path.length - suffix.length);
  return model === "" ? undefined : { pathForm: `${prefix}{model}${suffix}`, pathModel: decode(model) };
}

/** Percent-decoded once; left as it is when the escapes are broken. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Longest part of a path repeated in a message. */
const SHOWN_PATH = 200;

function notFound(method: string, path: string): GatewayError {
  return new GatewayError(
    "not-found",
    `Not Found: ${method} ${path.slice(0, SHOWN_PATH)} is not a route of this gateway. GET /routes lists them all.`,
  );
}

function wrongMethod(method: string, path: string, byMethod: ByMethod): GatewayError {
  const allowed = [...byMethod.keys()].join(", ");
  return new GatewayError(
    "method-not-allowed",
    `Method Not Allowed: ${path.slice(0, SHOWN_PATH)} takes ${allowed}, not ${method}.`,
  );
}
