import { findEventFault, findOtlpFault, spansOf } from "./langfuse-rules.ts";

type JsonObject = Readonly<Record<string, unknown>>;

/** An event of a batch that was taken. */
export interface LangfuseEvent {
  readonly id: string;
  readonly type: string;
  readonly timestamp: string;
  readonly body: JsonObject;
}

/** What the server answers a request with instead of taking it. */
export type LangfuseAnswer = (body: string) => Response | undefined | Promise<Response | undefined>;

/** A strict stand-in for Langfuse on a loopback port. */
export interface FakeLangfuse {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Bodies of requests as they came, taken or not. */
  readonly requests: readonly string[];
  /** Events that were taken, each id once. */
  readonly events: readonly LangfuseEvent[];
  readonly spans: readonly JsonObject[];
  /** Why events, spans or requests were refused. */
  readonly refusals: readonly string[];
  /** Answers the next request this way, once. */
  next(answer: LangfuseAnswer): void;
  /** The bodies of the events of a type that satisfy a test, once there are so many. */
  bodies(type: string, isWanted?: (body: JsonObject) => boolean, count?: number): Promise<readonly JsonObject[]>;
  /** Spans once there are so many. */
  spansOnce(count: number): Promise<readonly JsonObject[]>;
  /** Settles when so many requests have come. */
  requested(count: number): Promise<void>;
  /** Forgets all but the keys. */
  reset(): void;
  stop(): Promise<void>;
}

/** Keys of the project that the server knows. */
export const LANGFUSE_KEYS = { publicKey: "pk-lf-fake-project", secretKey: "sk-lf-fake-secret-1234567890" } as const;

const answer207 = (successes: readonly string[], errors: readonly JsonObject[]): Response =>
  Response.json({ successes: successes.map((id) => ({ id, status: 201 })), errors }, { status: 207 });

/** Starts a {@link FakeLangfuse}. Stop it when the test is over. */
export const startFakeLangfuse = (
  keys: { readonly publicKey: string; readonly secretKey: string } = LANGFUSE_KEYS,
): FakeLangfuse => {
  const requests: string[] = [];
  const events: LangfuseEvent[] = [];
  const spans: JsonObject[] = [];
  const refusals: string[] = [];
  const answers: LangfuseAnswer[] = [];
  const looking = new Set<() => void>();
  const authorization = `Basic ${btoa(`${keys.publicKey}:${keys.secretKey}`)}`;

  const until = <Value>(find: () => Value | undefined): Promise<Value> =>
    new Promise((resolve) => {
      const one = (): void => {
        const found = find();
        if (found === undefined) return;
        looking.delete(one);
        resolve(found);
      };
      looking.add(one);
      one();
    });

  const look = (): void => {
    for (const one of [...looking]) one();
  };

  const refuse = (status: number, why: string): Response => {
    refusals.push(why);
    return Response.json({ message: why }, { status });
  };

  const ingest = ({ batch }: JsonObject): Response => {
    if (!Array.isArray(batch)) return refuse(400, "there is no batch");
    const successes: string[] = [];
    const errors: JsonObject[] = [];
    for (const event of batch as readonly LangfuseEvent[]) {
      const fault = findEventFault(event);
      if (fault === undefined) {
        successes.push(event.id);
        if (!events.some((seen) => seen.id === event.id)) events.push(event);
      } else {
        refusals.push(fault);
        errors.push({ id: event.id, status: 400, message: "Invalid request data", error: fault });
      }
    }
    return answer207(successes, errors);
  };

  const trace = (body: JsonObject): Response => {
    const fault = findOtlpFault(body);
    if (fault !== undefined) return refuse(400, fault);
    spans.push(...spansOf(body));
    return Response.json({});
  };

  const take = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    const body = await request.text();
    requests.push(body);
    look();
    const scripted = await answers.shift()?.(body);
    if (scripted !== undefined) return scripted;
    if (request.headers.get("authorization") !== authorization) return refuse(401, "unknown keys");
    if (request.headers.get("content-type")?.startsWith("application/json") !== true) return refuse(415, "no JSON");
    try {
      const parsed = JSON.parse(body) as JsonObject;
      if (request.method === "POST" && pathname === "/api/public/ingestion") return ingest(parsed);
      if (request.method === "POST" && pathname === "/api/public/otel/v1/traces") return trace(parsed);
      return refuse(404, `there is no ${pathname}`);
    } catch (error) {
      return refuse(400, String(error));
    }
  };

  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 60,
    fetch: async (request) => {
      const response = await take(request);
      look();
      return response;
    },
  });

  return {
    url: `http://127.0.0.1:${server.port}`,
    requests,
    events,
    spans,
    refusals,
    next: (answer) => void answers.push(answer),
    bodies: (type, isWanted = () => true, count = 1) =>
      until(() => {
        const found = events.filter((event) => event.type === type && isWanted(event.body)).map(({ body }) => body);
        return found.length >= count ? found : undefined;
      }),
    spansOnce: (count) => until(() => (spans.length >= count ? spans : undefined)),
    requested: (count) => until(() => (requests.length >= count ? true : undefined)).then(() => undefined),
    reset: () => {
      for (const list of [requests, events, spans, refusals, answers]) list.length = 0;
    },
    stop: () => server.stop(true),
  };
};
