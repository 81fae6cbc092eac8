import { checkIngestionBatch, checkIngestionEvent } from "./langfuse-schema.ts";
import { toTraceBody } from "./langfuse-spans.ts";
import { OtlpFault, type ReadSpan, readOtlpSpans } from "./otlp-schema.ts";

type Json = Readonly<Record<string, unknown>>;

/** Largest body that Langfuse takes, in bytes. */
const MAX_BODY_BYTES = 4.5 * 1024 * 1024;

/** What a project signs in with. */
export interface LangfuseProject {
  readonly publicKey: string;
  readonly secretKey: string;
}

/** The project of tests that need only one. */
export const PROJECT: LangfuseProject = { publicKey: "pk-lf-test", secretKey: "sk-lf-test-0123456789" };

/** An answer instead of the usual one; `hang`: none at all. */
export type LangfuseScript =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: unknown }
  | "hang";

/** A request that arrived. */
export interface LangfuseRequest {
  readonly path: string;
  readonly publicKey: string;
  readonly bytes: number;
  readonly headers: Headers;
  readonly text: string;
}

/** A strict stand-in for Langfuse on a loopback port: what its schema has no room for is refused and remembered. */
export interface FakeLangfuse {
  readonly url: string;
  readonly requests: readonly LangfuseRequest[];
  /** Everything that was refused, in words. */
  readonly faults: readonly string[];
  /** Bodies of `trace-create`, also of those that spans stand for, put over one another by id, as Langfuse does. */
  readonly traces: ReadonlyMap<string, Json>;
  /** The same of observations. */
  readonly observations: ReadonlyMap<string, Json>;
  readonly spans: readonly ReadSpan[];
  /** Settles when this becomes true, at once or when more arrives. */
  until(isTrue: () => boolean): Promise<void>;
  /** Settles with the only observation that there is by then. */
  onlyObservation(): Promise<Json>;
  /** Answers further requests this way: each once, in order. */
  next(...scripts: readonly LangfuseScript[]): void;
  /** Answers all requests this way until told `undefined`. */
  always(script: LangfuseScript | undefined): void;
  reset(): void;
  close(): Promise<void>;
}

const merge = (into: Map<string, Json>, body: Json): void => {
  const known = Object.entries(body).filter(([, value]) => value !== null && value !== undefined);
  const id = String(body["id"]);
  const before = into.get(id) ?? {};
  const [old, fresh] = [before["metadata"], body["metadata"]];
  const metadata = isJson(old) && isJson(fresh) ? { metadata: { ...old, ...fresh } } : {};
  into.set(id, { ...before, ...Object.fromEntries(known), ...metadata });
};

const isJson = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

class Langfuse implements FakeLangfuse {
  readonly requests: LangfuseRequest[] = [];
  readonly faults: string[] = [];
  readonly traces = new Map<string, Json>();
  readonly observations = new Map<string, Json>();
  readonly spans: ReadSpan[] = [];
  readonly #keys: ReadonlyMap<string, string>;
  readonly #server: ReturnType<typeof Bun.serve>;
  readonly #eventIds = new Set<string>();
  readonly #waiting = new Set<() => void>();
  #scripts: LangfuseScript[] = [];
  #always: LangfuseScript | undefined;

  constructor(projects: readonly LangfuseProject[]) {
    this.#keys = new Map(projects.map(({ publicKey, secretKey }) => [publicKey, secretKey]));
    this.#server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: (request) => this.#answer(request) });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.port}`;
  }

  until(isTrue: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (isTrue()) {
          this.#waiting.delete(look);
          resolve();
        }
      };
      this.#waiting.add(look);
      look();
    });
  }

  async onlyObservation(): Promise<Json> {
    await this.until(() => this.observations.size > 0 || this.faults.length > 0);
    const [only, ...others] = [...this.observations.values()];
    if (only === undefined || others.length > 0 || this.faults.length > 0) {
      throw new Error(`not one observation: ${JSON.stringify([this.faults, ...this.observations.keys()])}`);
    }
    return only;
  }

  next(...scripts: readonly LangfuseScript[]): void {
    this.#scripts.push(...scripts);
  }

  always(script: LangfuseScript | undefined): void {
    this.#always = script;
  }

  reset(): void {
    for (const list of [this.requests, this.faults, this.spans]) list.length = 0;
    for (const map of [this.traces, this.observations, this.#eventIds]) map.clear();
    this.#scripts = [];
    this.#always = undefined;
  }

  async close(): Promise<void> {
    await this.#server.stop(true);
  }

  async #answer(request: Request): Promise<Response> {
    const text = await request.text();
    const { pathname } = new URL(request.url);
    const publicKey = this.#signedIn(request.headers.get("authorization"));
    const { headers } = request;
    this.requests.push({ path: pathname, publicKey: publicKey ?? "", bytes: Buffer.byteLength(text), headers, text });
    const script = this.#scripts.shift() ?? this.#always;
    const response = script === undefined ? this.#take(pathname, publicKey, request, text) : undefined;
    for (const look of this.#waiting) look();
    if (script === "hang") return new Promise<Response>(() => undefined);
    return response ?? Response.json(script?.body ?? {}, script);
  }

  #signedIn(header: string | null): string | undefined {
    const [, base64 = ""] = /^Basic ([A-Za-z0-9+/]+=*)$/.exec(header ?? "") ?? [];
    const [publicKey = "", secretKey] = Buffer.from(base64, "base64").toString("utf8").split(":");
    return secretKey !== undefined && this.#keys.get(publicKey) === secretKey ? publicKey : undefined;
  }

  #take(path: string, publicKey: string | undefined, request: Request, text: string): Response {
    if (request.method !== "POST") return this.#refuse(405, `${request.method} ${path}`);
    if (publicKey === undefined)
      return this.#refuse(401, "Invalid credentials. Confirm that you've configured the correct host.");
    if (Buffer.byteLength(text) > MAX_BODY_BYTES) return this.#refuse(413, "the body is too large");
    if (!(request.headers.get("content-type") ?? "").startsWith("application/json")) {
      return this.#refuse(415, "content-type must be application/json");
    }
    const body = parse(text);
    if (path === "/api/public/ingestion") return this.#ingest(body);
    if (path === "/api/public/otel/v1/traces") return this.#export(body);
    return this.#refuse(404, `no such path: ${path}`);
  }

  #refuse(status: number, message: string): Response {
    this.faults.push(message);
    return Response.json({ message }, { status });
  }

  #ingest(body: unknown): Response {
    const fault = checkIngestionBatch(body);
    if (fault !== undefined) return this.#refuse(400, fault);
    const results = (body as { readonly batch: readonly Json[] }).batch.map((event) => this.#event(event));
    const successes = results.filter(({ status }) => status === 201);
    return Response.json({ successes, errors: results.filter(({ status }) => status !== 201) }, { status: 207 });
  }

  #event(event: Json): { readonly id: unknown; readonly status: number; readonly message?: string } {
    const faults = checkIngestionEvent(event);
    const id = isJson(event) ? event["id"] : undefined;
    if (faults.length > 0) {
      this.faults.push(...faults);
      return { id, status: 400, message: faults.join("; ") };
    }
    // Events that come again are taken once.
    if (!this.#eventIds.has(String(id))) {
      this.#eventIds.add(String(id));
      merge(event["type"] === "trace-create" ? this.traces : this.observations, event["body"] as Json);
    }
    return { id, status: 201 };
  }

  #export(body: unknown): Response {
    try {
      const spans = readOtlpSpans(body);
      this.spans.push(...spans);
      for (const span of spans) merge(this.traces, toTraceBody(span));
      return Response.json({});
    } catch (error) {
      if (error instanceof OtlpFault) return this.#refuse(400, error.message);
      throw error;
    }
  }
}

/** Starts a {@link FakeLangfuse}. Close it when the test is over. */
export const startFakeLangfuse = (projects: readonly LangfuseProject[] = [PROJECT]): FakeLangfuse =>
  new Langfuse(projects);
