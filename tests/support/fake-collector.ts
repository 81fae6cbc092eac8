import { gunzipSync } from "node:zlib";
import {
  decodeJson,
  decodeProtobuf,
  type OtlpSignal,
  type ReceivedExport,
  type ReceivedSeries,
  type ReceivedSpan,
} from "./otlp-decode.ts";
import { eventually } from "./within.ts";

/** How a collector behaves. */
export interface FakeCollectorOptions {
  /** Headers that each request must bring. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A strict stand-in for an OpenTelemetry collector, which reads what it gets by the official schema. */
export interface FakeCollector {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Every request that was taken, in the order of arrival. */
  readonly exports: readonly ReceivedExport[];
  readonly spans: readonly ReceivedSpan[];
  /** The latest value of each series. */
  readonly series: readonly ReceivedSeries[];
  /** Requests of any outcome. */
  readonly requestCount: number;
  readonly contentTypes: ReadonlySet<string>;
  /** What was wrong with requests, in words. A correct client leaves it empty. */
  readonly faults: readonly string[];
  /** All bytes of all requests, unpacked, and their headers, for those who look for what must not be there. */
  readonly text: string;
  /** Answers the next requests with these statuses. */
  failNext(...statuses: readonly number[]): void;
  /** From now on requests get no answer. */
  hang(): void;
  /** Settles with the spans once there are so many. */
  waitForSpans(count: number): Promise<readonly ReceivedSpan[]>;
  close(): void;
}

const PATHS: Readonly<Record<string, OtlpSignal>> = { "/v1/traces": "traces", "/v1/metrics": "metrics" };

/** Starts a {@link FakeCollector} on a free port. Close it when the test is over. */
export const startFakeCollector = ({ headers = {} }: FakeCollectorOptions = {}): FakeCollector => {
  const exports: ReceivedExport[] = [];
  const faults: string[] = [];
  const statuses: number[] = [];
  const contentTypes = new Set<string>();
  let requestCount = 0;
  let isHanging = false;
  let text = "";

  const read = async (request: Request): Promise<ReceivedExport> => {
    const signal = PATHS[new URL(request.url).pathname];
    if (request.method !== "POST" || signal === undefined) throw new Error(`${request.method} ${request.url}`);
    for (const [name, value] of Object.entries(headers)) {
      if (request.headers.get(name) !== value) throw new Error(`without the right header '${name}'`);
    }
    const sent = Buffer.from(await request.arrayBuffer());
    const bytes = request.headers.get("content-encoding") === "gzip" ? gunzipSync(sent) : sent;
    text += `${JSON.stringify([...request.headers])}\n${bytes.toString("utf8")}\n`;
    const type = request.headers.get("content-type") ?? "";
    contentTypes.add(type);
    if (type === "application/x-protobuf") return decodeProtobuf(signal, bytes);
    if (type === "application/json") return decodeJson(signal, bytes.toString("utf8"));
    throw new Error(`content-type '${type}'`);
  };

  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    async fetch(request) {
      requestCount++;
      if (isHanging) return new Promise<Response>(() => undefined);
      const status = statuses.shift();
      if (status !== undefined) return new Response("scripted", { status, headers: { location: "/elsewhere" } });
      try {
        exports.push(await read(request));
      } catch (error) {
        faults.push(error instanceof Error ? error.message : String(error));
        return new Response("refused", { status: 400 });
      }
      const isJson = request.headers.get("content-type") === "application/json";
      return new Response(isJson ? "{}" : "", {
        headers: { "content-type": isJson ? "application/json" : "application/x-protobuf" },
      });
    },
  });
  const allSpans = (): readonly ReceivedSpan[] => exports.flatMap(({ spans }) => spans);
  return {
    url: `http://127.0.0.1:${server.port}`,
    exports,
    faults,
    contentTypes,
    get spans() {
      return allSpans();
    },
    get series() {
      const latest = exports.flatMap(({ series }) =>
        series.map((one) => [`${one.name} ${JSON.stringify(one.attributes)}`, one] as const),
      );
      return [...new Map(latest).values()];
    },
    get requestCount() {
      return requestCount;
    },
    get text() {
      return text;
    },
    failNext: (...scripted) => void statuses.push(...scripted),
    hang: () => {
      isHanging = true;
    },
    waitForSpans: async (count) => {
      await eventually(() => allSpans().length >= count || faults.length > 0, `${count} spans at the collector`);
      if (faults.length > 0) throw new Error(faults.join("\n"));
      return allSpans();
    },
    close: () => void server.stop(true),
  };
};
