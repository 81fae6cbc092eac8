/** What a sink received once: path, headers and the body as text, unpacked where it came packed. */
export interface SinkRequest {
  readonly path: string;
  readonly headers: Headers;
  readonly body: string;
}

/** A server that takes everything: a stand-in for log stores and webhooks where only what reaches them matters. */
export interface SinkServer {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly requests: readonly SinkRequest[];
  close(): Promise<void>;
}

const unpack = (bytes: Uint8Array<ArrayBuffer>, encoding: string | null): string =>
  Buffer.from(encoding === "gzip" ? Bun.gunzipSync(bytes) : bytes).toString("latin1");

/** Starts a {@link SinkServer}; its answers are what Langfuse, OTLP collectors, Slack and webhooks answer at best. */
export const startSinkServer = (): SinkServer => {
  const requests: SinkRequest[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: async (request) => {
      const path = new URL(request.url).pathname;
      const body = unpack(new Uint8Array(await request.arrayBuffer()), request.headers.get("content-encoding"));
      requests.push({ path, headers: request.headers, body });
      return path.endsWith("/api/public/ingestion")
        ? Response.json({ successes: [], errors: [] }, { status: 207 })
        : new Response("{}", { headers: { "content-type": "application/json" } });
    },
  });
  return { url: `http://127.0.0.1:${server.port}`, requests, close: () => server.stop(true) };
};
