import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { countSockets, harmDone } from "../support/gateway-health.ts";
import { type GatewayProcess, startGateway } from "../support/gateway-process.ts";
import { MESSAGES, modelEntry, openaiParams, postJson } from "../support/gateway-setup.ts";
import { openRawClient, writePost } from "../support/raw-client.ts";
import { eventually, within } from "../support/within.ts";

const upstream = startFakeUpstream();
let gateway: GatewayProcess;
let idleSockets = 0;

beforeAll(async () => {
  gateway = await startGateway({
    config: {
      model_list: [modelEntry("gpt", openaiParams(upstream, "openai/gpt-4o"))],
      router_settings: { num_retries: 0, disable_cooldowns: true },
    },
  });
  idleSockets = countSockets(gateway.pid);
});
afterEach(() => upstream.reset());
afterAll(async () => {
  expect(upstream.server.violations).toEqual([]);
  expect(harmDone(gateway)).toEqual([]);
  expect(await gateway.stop()).toBe(0);
  upstream.close();
});

const BODY = JSON.stringify({ model: "gpt", messages: MESSAGES });
const STREAM_BODY = JSON.stringify({ model: "gpt", messages: MESSAGES, stream: true });
/** Closes its own connection, so that in the end every socket that is left is the gateway's fault. */
const ask = (body = BODY): Promise<Response> =>
  postJson(`${gateway.url}/v1/chat/completions`, body, { keepalive: false });

test("a vendor's connection is used again, after whole replies, streams and refusals", async () => {
  await (await ask()).text();
  await (await ask(STREAM_BODY)).text();
  upstream.next({ status: 429, body: {} });
  await (await ask()).text();
  upstream.next({ chunks: ['{"a":', "1}"] });
  await (await ask()).text();
  await (await ask()).text();
  expect(new Set(upstream.requests.map((request) => request.connectionId)).size).toBe(1);
});

test("it is not, when the vendor says close, or speaks HTTP/1.0", async () => {
  for (const raw of [
    "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}",
    "HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\n{}",
    "HTTP/1.1 200 OK\r\ncontent-length: 9\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
  ]) {
    upstream.next({ raw });
    await (await ask()).text();
    const { connectionId } = upstream.last();
    await (await ask()).text();
    expect(upstream.last().connectionId).not.toBe(connectionId);
  }
});

test("bytes behind a reply poison the connection, never the next call", async () => {
  const answer = (text: string): string => `HTTP/1.1 200 OK\r\ncontent-length: ${text.length}\r\n\r\n${text}`;
  upstream.next({ raw: `${answer('{"mine":1}')}${answer('{"stolen":1}')}` });
  expect(await (await ask()).text()).toBe('{"mine":1}');
  upstream.next({ body: '{"next":1}' });
  expect(await (await ask()).text()).toBe('{"next":1}');
});

describe("a kept connection that the vendor has closed", () => {
  test("costs nothing: the request goes out again on a new one", async () => {
    for (let round = 0; round < 20; round++) {
      upstream.next({ body: { round }, closesAfter: true });
      expect(await (await ask()).json()).toEqual({ round });
    }
    expect(upstream.requests.length).toBe(20);
  });

  test("even if it closes at the very moment the request arrives", async () => {
    await (await ask()).text();
    upstream.reset();
    upstream.next({ raw: "", ending: "cut" }); // The request was read, and not a byte came back.
    const reply = await ask();
    expect(reply.status).toBe(200);
    expect(upstream.requests.length).toBe(2);
    expect(upstream.requests[0]?.body).toEqual(upstream.requests[1]?.body as Uint8Array);
  });

  test("but only once", async () => {
    await (await ask()).text();
    upstream.reset();
    for (let times = 0; times < 3; times++) upstream.next({ raw: "", ending: "cut" });
    expect((await ask()).status).toBe(500);
    expect(upstream.requests.length).toBe(2);
  });

  test("and never when a byte of the reply had come", async () => {
    for (const raw of ["H", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 100 Continue\r\n\r\n"]) {
      await (await ask()).text();
      upstream.reset();
      upstream.next({ raw, ending: "cut" });
      expect((await ask()).status).toBe(500);
      expect(upstream.requests.length).toBe(1);
    }
  });

  test("nor on a connection that was new", async () => {
    upstream.server.closeIdleConnections();
    await eventually(() => countSockets(gateway.pid) <= idleSockets + 2, "the idle connection is noticed as closed");
    upstream.next({ raw: "", ending: "cut" });
    const status = (await ask()).status;
    expect([status, upstream.requests.length]).toEqual([500, 1]);
  });

  test("the same with a large body", async () => {
    const body = JSON.stringify({ model: "gpt", messages: [{ role: "user", content: "x".repeat(2_000_000) }] });
    await (await ask()).text();
    upstream.reset();
    upstream.next({ raw: "", ending: "reset" });
    expect((await ask(body)).status).toBe(200);
    expect(upstream.last().body.length).toBe(body.length + 3);
  });
});

test("a client's connection is used again, after errors too", async () => {
  const client = await openRawClient(gateway.url);
  const bodies = [BODY, "{broken", STREAM_BODY, "[]", BODY, '{"model":"unknown","messages":[]}', BODY];
  const statuses: number[] = [];
  for (const [index, body] of bodies.entries()) {
    client.write(writePost("/v1/chat/completions", body));
    statuses.push((await client.reply(index)).status);
  }
  expect(statuses).toEqual([200, 400, 200, 400, 200, 400, 200]);
  client.destroy();
});

test("pipelined requests are answered one by one, each with its own answer", async () => {
  const models = ["a", "b", "c", "d", "e"];
  const client = await openRawClient(gateway.url);
  const requests = models.map((name) => writePost("/v1/chat/completions", `{"model":"${name}","messages":[]}`));
  client.write(Buffer.concat(requests));
  for (const [index, name] of models.entries()) {
    expect((await client.reply(index)).body).toContain(`model=${name}.`);
  }
  client.destroy();
});

test("600 calls are under way at once, and all are answered", async () => {
  const gate = Promise.withResolvers<void>();
  const count = 600;
  for (let index = 0; index < count; index++) {
    upstream.next({ after: gate.promise, body: { choices: [], index } });
  }
  const calls = Array.from({ length: count }, async () => {
    const client = await openRawClient(gateway.url);
    client.write(writePost("/v1/chat/completions", BODY, { connection: "close" }));
    const reply = await client.until((text) => text.includes('"index":'), "an answer");
    client.destroy();
    return /"index":(\d+)/.exec(reply)?.[1];
  });
  await within(upstream.request(count - 1), "all requests at the vendor");
  gate.resolve();
  expect(new Set(await Promise.all(calls)).size).toBe(count);
});

test("no connection is left behind", async () => {
  upstream.server.closeIdleConnections();
  await eventually(() => {
    upstream.server.closeIdleConnections();
    return countSockets(gateway.pid) <= idleSockets;
  }, `sockets fall back to ${idleSockets}`);
});
