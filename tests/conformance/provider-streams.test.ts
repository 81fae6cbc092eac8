import { afterAll, afterEach, expect, test } from "bun:test";
import { openRawClient, writePost } from "../support/raw-client.ts";
import { MINIMAL, MODEL, PATHS, streamOf } from "./canonical-calls.ts";
import { STREAM_PAIRS, startConformanceGateway, streamsOf, TESTED } from "./conformance-gateway.ts";
import { skipReason } from "./skipped-scenarios.ts";

const { url, upstream, failures, post, stop } = startConformanceGateway();
afterEach(() => upstream.reset());
afterAll(async () => {
  await stop();
  expect(upstream.server.violations).toEqual([]);
  expect(failures).toEqual([]);
});

const ASKED = { stream_options: { include_usage: true, x_more: 1 } };

/** A body in pieces of so many bytes. */
const cut = (frames: readonly string[], size: number): readonly Uint8Array[] => {
  const bytes = Buffer.from(frames.join(""));
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
};

const sentOptions = (): unknown => (upstream.last().json as Readonly<Record<string, unknown>>)["stream_options"];

test.each(STREAM_PAIRS)(
  "%s %s: a stream with usage asked for passes byte for byte, its usage in a chunk of its own, however it is cut",
  async (name, operation, provider) => {
    const { frames, asked } = streamOf(provider, operation);
    const body = { model: `${name}/${MODEL}`, ...MINIMAL[operation], stream: true, ...ASKED };
    for (const chunks of [frames, cut(frames, 7), cut(frames, 100_000)]) {
      upstream.next({ chunks });
      const reply = await post(operation, body);
      expect([reply.status, reply.headers.get("content-type")]).toEqual([200, "text/event-stream; charset=utf-8"]);
      expect(await reply.text()).toBe(asked.join(""));
      const isAsked = (provider.streamUsage ?? "ask") === "ask";
      expect(sentOptions()).toEqual(isAsked ? ASKED.stream_options : undefined);
    }
  },
);

test.each(STREAM_PAIRS)(
  "%s %s: usage nobody asked for is asked where it must be, and not shown",
  async (name, operation, provider) => {
    const { frames, unasked } = streamOf(provider, operation);
    for (const chunks of [frames, cut(frames, 7), cut(frames, 100_000)]) {
      upstream.next({ chunks });
      const reply = await post(operation, { model: `${name}/${MODEL}`, ...MINIMAL[operation], stream: true });
      expect([reply.status, await reply.text()]).toEqual([200, unasked.join("")]);
      const isAsked = (provider.streamUsage ?? "ask") === "ask";
      expect(sentOptions()).toEqual(isAsked ? { include_usage: true } : undefined);
    }
  },
);

test.each(STREAM_PAIRS)(
  "%s %s: a vendor that breaks off ends in an error frame, never in a clean end",
  async (name, operation, provider) => {
    const begun = streamOf(provider, operation).unasked.slice(0, 2);
    upstream.next({ chunks: begun, ending: "cut" });
    const client = await openRawClient(url);
    const body = JSON.stringify({ model: `${name}/${MODEL}`, ...MINIMAL[operation], stream: true });
    client.write(writePost(PATHS[operation], body));
    const reply = await client.reply();
    client.destroy();
    expect([reply.status, reply.isComplete]).toEqual([200, false]);
    expect(reply.body).toStartWith(`${begun.join("")}data: {"error":{"message":"litellm.APIConnectionError: `);
    expect(reply.body).not.toContain("[DONE]");
  },
);

const STREAMING = TESTED.filter(([, provider]) => skipReason(provider, "stream") === undefined);
test.each(STREAMING)("%s: a client that leaves its stream frees the vendor", async (name, provider) => {
  const [operation = "chat"] = streamsOf(provider);
  const begun = streamOf(provider, operation).unasked.slice(0, 2);
  upstream.next({ chunks: begun, ending: "stall" });
  const leaving = new AbortController();
  const body = { model: `${name}/${MODEL}`, ...MINIMAL[operation], stream: true };
  const reply = await post(operation, body, { signal: leaving.signal });
  await reply.body?.getReader().read();
  leaving.abort();
  await upstream.last().aborted;
});
