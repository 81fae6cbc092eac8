import type { ParsedRequest } from "./request-reader.ts";

/** A request that reached the upstream, and what became of it. */
export interface RecordedRequest extends ParsedRequest {
  readonly path: string;
  readonly query: URLSearchParams;
  /** The body as JSON; `undefined` when it is empty or not JSON. */
  readonly json: unknown;
  /** The model the request asks for: the Azure deployment of its path, else the body's `model`. */
  readonly model: string | undefined;
  /** Which connection it came on; equal numbers mean a kept-alive connection was used again. */
  readonly connectionId: number;
  /** Settles when the client went away before the reply was complete; never otherwise. */
  readonly aborted: Promise<void>;
  /** When the client went away (`performance.now()`). */
  readonly abortedAtMs: number | undefined;
}

/** A {@link RecordedRequest} in the making. */
export class Recorded implements RecordedRequest {
  readonly method: string;
  readonly target: string;
  readonly rawHeaders: ParsedRequest["rawHeaders"];
  readonly headers: Headers;
  readonly body: Uint8Array;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly json: unknown;
  readonly model: string | undefined;
  readonly connectionId: number;
  readonly aborted: Promise<void>;
  abortedAtMs: number | undefined;
  readonly markAborted: () => void;

  constructor(request: ParsedRequest, connectionId: number) {
    this.method = request.method;
    this.target = request.target;
    this.rawHeaders = request.rawHeaders;
    this.headers = request.headers;
    this.body = request.body;
    const queryStart = request.target.indexOf("?");
    this.path = queryStart < 0 ? request.target : request.target.slice(0, queryStart);
    this.query = new URLSearchParams(queryStart < 0 ? "" : request.target.slice(queryStart));
    this.json = readJson(request.body);
    this.model = findModel(this.path, this.json);
    this.connectionId = connectionId;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.aborted = promise;
    this.markAborted = () => {
      this.abortedAtMs = performance.now();
      resolve();
    };
  }
}

const readJson = (body: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
};

const findModel = (path: string, json: unknown): string | undefined => {
  const deployment = /^\/openai\/deployments\/([^/]+)\//.exec(path)?.[1];
  if (deployment !== undefined) return decodeURIComponent(deployment);
  const model = typeof json === "object" && json !== null && "model" in json ? json.model : undefined;
  return typeof model === "string" ? model : undefined;
};
