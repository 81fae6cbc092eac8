import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { countSockets, harmDone, residentBytes } from "../support/gateway-health.ts";
import { type GatewayProcess, startGateway } from "../support/gateway-process.ts";
import { MESSAGES, modelEntry, openaiParams, postJson } from "../support/gateway-setup.ts";
import { openRawClient, type RawClient, writePost } from "../support/raw-client.ts";
import { eventually, within } from "../support/within.ts";

const upstream = startFakeUpstream();
let gateway: GatewayProcess;
let idleSockets = 0;

beforeAll(async () => {
  gateway = await startGateway({
    config: {
      model_list: [
        modelEntry("gpt", openaiParams(upstream, "openai/gpt-4o")),
        modelEntry("hasty", openaiParams(upstream, "openai/gpt-4o", { stream_timeout: 1 })),
      ],
    },
  });
  idleSockets = countSockets(gateway.pid);
});
afterEach(() => upstream.reset());
afterAll(async () => {
  expect(harmDone(gateway)).toEqual([]);
  expect(await gateway.stop()).toBe(0);
  upstream.close();
});

const EVENT = 'data: {"choices":[{"delta":{"content":"a"}}]}\n\n';
/** A larger event as bytes, so that a hundred thousand of them take no memory. */
const FRAME = Buffer.from(`data: {"choices":[{"delta":{"content":"${"x".repeat(16_000)}"}}]}\n\n`);
const never = new Promise<never>(() => undefined);

const start = async (isStream: boolean, model = "gpt"): Promise<RawClient> => {
  const client = await openRawClient(gateway.url);
  const body = JSON.stringify({ model, messages: MESSAGES, stream: isStream });
  client.write(writePost("/v1/chat/completions", body, { "x-litellm-call-id": `left-${crypto.randomUUID()}` }));
  return client;
};

const isLetGo = async (): Promise<void> => {
  const request = await upstream.request(0);
  await within(request.aborted, "the vendor's connection closes");
};

test.each([true, false])("before the reply's head (stream: %p)", async (isStream) => {
  upstream.next({ after: never });
  const client = await start(isStream);
  await within(upstream.request(0), "the request at the vendor");
  client.destroy();
  await isLetGo();
});

test("by an orderly close just the same", async () => {
  upstream.next({ after: never });
  const client = await start(true);
  await within(upstream.request(0), "the request at the vendor");
  client.end();
  await isLetGo();
});

test("within a whole reply", async () => {
  upstream.next({ body: { choices: [] }, ending: "stall" });
  const client = await start(false);
  await within(upstream.request(0), "the request at the vendor");
  client.destroy();
  await isLetGo();
});

test("between head and first event", async () => {
  upstream.next({ chunks: [": wait\n\n"], ending: "stall" });
  const client = await start(true);
  await within(upstream.request(0), "the request at the vendor");
  client.destroy();
  await isLetGo();
});

test("in the middle of a stream, though the vendor is silent", async () => {
  upstream.next({ chunks: [EVENT, EVENT], ending: "stall" });
  const client = await start(true);
  await client.until((text) => text.includes("data:"), "an event");
  client.destroy();
  await isLetGo();
});

test("in the middle of a stream that never ends", async () => {
  const yieldToOthers = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  upstream.next({ chunks: new Array<Uint8Array>(100_000).fill(FRAME), beforeChunk: yieldToOthers });
  const client = await start(true);
  await client.untilBytes(100_000);
  client.destroy();
  await isLetGo();
});

test("by fetch and AbortController", async () => {
  upstream.next({ chunks: [EVENT], ending: "stall" });
  const controller = new AbortController();
  const body = { model: "gpt", messages: MESSAGES, stream: true };
  const reply = await postJson(`${gateway.url}/v1/chat/completions`, body, {
    signal: controller.signal,
    keepalive: false,
  });
  const reader = reply.body?.getReader();
  await reader?.read();
  controller.abort();
  await reader?.read().catch(() => undefined);
  await isLetGo();
});

test("fifty at once", async () => {
  for (let count = 0; count < 50; count++) upstream.next({ chunks: [EVENT], ending: "stall" });
  const clients = await Promise.all(Array.from({ length: 50 }, () => start(true)));
  await Promise.all(clients.map((client) => client.until((text) => text.includes("data:"), "an event")));
  for (const client of clients) client.destroy();
  await within(Promise.all(upstream.requests.map((request) => request.aborted)), "all connections close");
  expect(upstream.requests.length).toBe(50);
});

test("in the middle of its own request: nothing is sent to the vendor", async () => {
  const client = await openRawClient(gateway.url);
  client.write('POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\n{"model":"gpt",');
  client.destroy();
  const second = await start(false); // Answered after the first, so nothing of the first is still to come.
  await second.reply();
  second.destroy();
  expect(upstream.requests.length).toBe(1);
});

test("every such call is logged as 499, once", async () => {
  upstream.next({ chunks: [EVENT], ending: "stall" });
  const client = await start(true);
  const text = await client.until((got) => got.includes("data:"), "an event");
  const id = /x-litellm-call-id: (\S+)/i.exec(text)?.[1] ?? "";
  client.destroy();
  const line = JSON.parse(await within(gateway.logged(new RegExp(id)), "a log line"));
  expect(line).toMatchObject({ status: 499, error: "client-closed", stream: true });
  const lines = gateway
    .logs()
    .split("\n")
    .filter((entry) => entry.includes('"call_id":"left-'));
  const ids = lines.map((entry) => (JSON.parse(entry) as { readonly call_id: string }).call_id);
  expect(new Set(ids).size).toBe(ids.length);
});

test("a client that reads nothing holds the vendor back, and memory stays", async () => {
  const clientCount = 10;
  let sent = 0;
  const endless = {
    chunks: new Array<Uint8Array>(20_000).fill(FRAME),
    beforeChunk: () => {
      sent += FRAME.length;
      return undefined;
    },
  };
  for (let count = 0; count < clientCount; count++) upstream.next(endless);
  const before = await residentBytes(gateway.pid);
  const clients = await Promise.all(Array.from({ length: clientCount }, () => start(true)));
  try {
    for (const client of clients) client.pause();
    await within(upstream.request(clientCount - 1), "the requests at the vendor");
    let last = -1;
    await eventually(async () => {
      const isStill = sent > 0 && sent === last;
      last = sent;
      await new Promise((resolve) => setTimeout(resolve, 100)); // How long nothing must move to count as held back.
      return isStill;
    }, "the vendor is held back");
    // What is on its way fills socket buffers on both sides: up to some ten megabytes for each stream, not the 320 MB it would send.
    expect(sent / clientCount).toBeLessThan(40_000_000);
    // Less than one of the ten streams; what is no longer used may still count, as memory is cleared in idle moments.
    expect((await residentBytes(gateway.pid)) - before).toBeLessThan(240_000_000);
    const [first] = clients;
    const sentBefore = sent;
    first?.resume();
    await first?.untilBytes(60_000_000);
    expect(sent).toBeGreaterThan(sentBefore);
  } finally {
    for (const client of clients) client.destroy();
  }
  await within(Promise.all(upstream.requests.map((request) => request.aborted)), "all connections close");
}, 30_000);

test("a client that rests for longer than stream_timeout is not the vendor's fault", async () => {
  upstream.next({ chunks: new Array<Uint8Array>(2000).fill(FRAME) });
  const client = await start(true, "hasty");
  client.pause();
  await within(upstream.request(0), "the request at the vendor");
  await new Promise((resolve) => setTimeout(resolve, 2200)); // More than twice the limit.
  client.resume();
  await client.untilBytes(2000 * FRAME.length);
  expect((await client.reply()).isComplete).toBe(true);
  client.destroy();
});

test("a connection that was held back while its last bytes came serves the next call", async () => {
  // More than the gateway holds for a slow client, in one piece with the end of the reply.
  upstream.next({
    raw: `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 96048\r\n\r\n${FRAME.toString().repeat(6).slice(0, 96_048)}`,
  });
  const client = await start(true);
  client.pause();
  await within(upstream.request(0), "the request at the vendor");
  await eventually(() => client.receivedBytes === 0, "nothing is read");
  client.resume();
  await client.reply();
  client.destroy();
  const next = await start(false);
  expect((await next.reply()).status).toBe(200);
  next.destroy();
});

test("nothing is left behind", async () => {
  await eventually(() => {
    upstream.server.closeIdleConnections();
    return countSockets(gateway.pid) <= idleSockets;
  }, `sockets fall back to ${idleSockets}`);
});
