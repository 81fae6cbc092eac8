import { afterAll, afterEach, expect, test } from "bun:test";
import { startFakeUpstream } from "../../tests/support/fake-upstream.ts";
import { HttpTransport } from "../upstream/http-transport.ts";
import { readBaseUrl } from "../upstream/origin.ts";
import type { UpstreamRequest } from "../upstream/transport.ts";
import { FannedExchange, JoinedReply } from "./fanned-exchange.ts";

const upstream = startFakeUpstream();
const transport = new HttpTransport();
afterEach(() => upstream.reset());
afterAll(() => {
  transport.close();
  upstream.close();
});

const requestOf = (index: number): UpstreamRequest => {
  const { origin } = readBaseUrl(upstream.url);
  return {
    origin,
    head: Buffer.from(`POST /part HTTP/1.1\r\nhost: ${origin.hostHeader}\r\n`),
    ownLines: "",
    body: [Buffer.from(JSON.stringify({ model: `part-${index}` }))],
    limits: { connectMs: 5000, firstByteMs: 5000, gapMs: 5000, totalMs: 5000 },
  };
};

const requests = Array.from({ length: 20 }, (_, index) => requestOf(index));

test("parts are answered in their order, however they come in, and no more than eight are asked at once", async () => {
  const gates = requests.map(() => Promise.withResolvers<void>());
  for (const [index, gate] of gates.entries()) {
    upstream.forModel(`part-${index}`, { body: { index }, after: gate.promise });
  }
  const { reply } = new FannedExchange(transport, requests);
  await upstream.request(7);
  expect(upstream.requests).toHaveLength(8);
  for (const gate of gates.toReversed()) gate.resolve();
  const whole = await reply;
  expect([whole.status, whole.header("content-type")]).toEqual([200, "application/json"]);
  const body = await whole.readBody(1_000_000);
  expect(JSON.parse(Buffer.from(body).toString())).toEqual(requests.map((_, index) => ({ index })));
});

test("the first failure is the reply of all, and the rest is not asked", async () => {
  const gate = Promise.withResolvers<void>();
  for (const index of requests.keys()) {
    upstream.forModel(
      `part-${index}`,
      index === 2 ? { status: 429, body: "slow down" } : { body: "{}", after: gate.promise },
    );
  }
  const { reply } = new FannedExchange(transport, requests);
  await upstream.request(7);
  gate.resolve();
  const failed = await reply;
  expect([failed.status, Buffer.from(await failed.readBody(1000)).toString()]).toEqual([429, "slow down"]);
  expect(upstream.requests.length).toBeLessThan(requests.length);
});

test("what is under way when a part fails is ended, not waited for", async () => {
  for (const index of requests.keys()) {
    const failure = { status: 503, body: "busy", after: upstream.request(7) };
    upstream.forModel(`part-${index}`, index === 2 ? failure : { body: "{}", ending: "stall" });
  }
  const failed = await new FannedExchange(transport, requests).reply;
  expect([failed.status, Buffer.from(await failed.readBody(1000)).toString()]).toEqual([503, "busy"]);
  expect(upstream.requests).toHaveLength(8);
  await Promise.all(upstream.requests.filter((_, index) => index !== 2).map((request) => request.aborted));
});

test("parts that a vendor compressed unasked are put together as they were; headers of all can be read", async () => {
  for (const index of requests.keys()) {
    upstream.forModel(`part-${index}`, {
      body: { index },
      isGzipped: index % 2 === 0,
      headers: index === 3 ? {} : { "x-count": String(index) },
    });
  }
  const whole = await new FannedExchange(transport, requests.slice(0, 5)).reply;
  expect(whole.header("content-encoding")).toBeUndefined();
  expect(JSON.parse(Buffer.from(await whole.readBody(1000)).toString())).toHaveLength(5);
  expect(whole).toBeInstanceOf(JoinedReply);
  if (whole instanceof JoinedReply) {
    expect([whole.headersOfAll("x-count"), whole.headersOfAll("x-none")]).toEqual(["0, 1, 2, 4", undefined]);
  }
});

test("a lost connection fails all, and ends what is under way", async () => {
  upstream.forModel("part-0", { body: "{}", ending: "cut" });
  for (const index of [...requests.keys()].slice(1)) upstream.forModel(`part-${index}`, { ending: "stall" });
  const { reply } = new FannedExchange(transport, requests);
  const failure = await reply.catch((error: unknown) => error);
  expect(failure).toMatchObject({ kind: "upstream-unreachable" });
  await Promise.all(upstream.requests.slice(1).map((request) => request.aborted));
});

test("giving up ends every part that is under way", async () => {
  for (const index of requests.keys()) upstream.forModel(`part-${index}`, { ending: "stall" });
  const exchange = new FannedExchange(transport, requests);
  await upstream.request(7);
  exchange.abort();
  expect(await exchange.reply.catch((error: unknown) => error)).toMatchObject({ kind: "client-closed" });
  await Promise.all(upstream.requests.map((request) => request.aborted));
  expect(upstream.requests).toHaveLength(8);
});
