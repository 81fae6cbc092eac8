import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { countSockets, harmDone } from "../support/gateway-health.ts";
import { type GatewayProcess, startGateway } from "../support/gateway-process.ts";
import { modelEntry, openaiParams } from "../support/gateway-setup.ts";
import { openRawClient, type RawReply, readReplies, writePost } from "../support/raw-client.ts";
import { eventually, within } from "../support/within.ts";

const upstream = startFakeUpstream();
let gateway: GatewayProcess;
let idleSockets = 0;
const LIMIT_BYTES = 1024 * 1024;

beforeAll(async () => {
  gateway = await startGateway({
    config: {
      model_list: [modelEntry("gpt", openaiParams(upstream, "openai/gpt-4o"))],
      general_settings: { max_request_size_mb: 1 },
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

const PATH = "/v1/chat/completions";
const BODY = '{"model":"gpt","messages":[{"role":"user","content":"hi"}]}';
const HEAD = `POST ${PATH} HTTP/1.1\r\nhost: gateway\r\ncontent-type: application/json\r\n`;

/** What comes back for these bytes: the first reply, or `undefined` when the connection was closed without one. */
const answerTo = async (bytes: string | Uint8Array): Promise<RawReply | undefined> => {
  const client = await openRawClient(gateway.url);
  client.write(bytes);
  await client
    .until((text) => client.isClosed || readReplies(text)[0]?.isComplete === true, "an answer or a close")
    .catch((error: unknown) => {
      if (!client.isClosed) throw error;
    });
  const [reply] = readReplies(client.text);
  client.destroy();
  return reply;
};

/** The gateway still serves an ordinary call. */
const isUnharmed = async (): Promise<void> => {
  expect((await answerTo(writePost(PATH, BODY)))?.status).toBe(200);
};

const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;

describe("bodies", () => {
  test("sent chunked, byte by byte, arrive whole", async () => {
    const reply = await answerTo(`${HEAD}transfer-encoding: chunked\r\n\r\n${[...BODY].map(chunk).join("")}0\r\n\r\n`);
    expect(reply?.status).toBe(200);
    expect(upstream.last().json).toMatchObject({ model: "gpt-4o" });
  });

  test("sent in two halves, the second later, arrive whole", async () => {
    const client = await openRawClient(gateway.url);
    const bytes = writePost(PATH, BODY);
    client.write(bytes.subarray(0, 30));
    await new Promise((resolve) => setImmediate(resolve));
    client.write(bytes.subarray(30, 150));
    await new Promise((resolve) => setTimeout(resolve, 20)); // Long enough for the first half to travel alone.
    client.write(bytes.subarray(150));
    expect((await client.reply()).status).toBe(200);
    client.destroy();
  });

  test("above the limit are 413, declared or not, and the vendor hears nothing", async () => {
    const large = "x".repeat(LIMIT_BYTES + 1);
    const declared = await answerTo(writePost(PATH, large));
    expect(declared?.status).toBe(413);
    expect(JSON.parse(declared?.body ?? "")).toMatchObject({ error: { code: "413", param: "content-length" } });
    const chunked = await answerTo(`${HEAD}transfer-encoding: chunked\r\n\r\n${chunk(large)}0\r\n\r\n`);
    expect(chunked?.status).toBe(413);
    expect(upstream.requests.length).toBe(0);
  });

  test("that only claim to be above the limit are 413 at once", async () => {
    const reply = await answerTo(`${HEAD}content-length: 999999999999\r\n\r\n{`);
    expect(reply?.status).toBe(413);
  });

  test("chunked without end are cut off at the limit", async () => {
    const client = await openRawClient(gateway.url);
    client.write(`${HEAD}transfer-encoding: chunked\r\n\r\n`);
    for (let sent = 0; sent < 3 * LIMIT_BYTES; sent += 64 * 1024) client.write(chunk("x".repeat(64 * 1024)));
    expect((await client.reply()).status).toBe(413);
    client.destroy();
  });

  test("of exactly the limit pass", async () => {
    const padding = " ".repeat(LIMIT_BYTES - BODY.length);
    expect((await answerTo(writePost(PATH, BODY + padding)))?.status).toBe(200);
  });

  test("longer than they say end the connection, and at most one request is served", async () => {
    const client = await openRawClient(gateway.url);
    client.write(`${HEAD}content-length: ${BODY.length}\r\n\r\n${BODY}{"model":"gpt"}\r\n\r\n`);
    await client.until((text) => text.includes("HTTP/1.1 400 "), "a refusal");
    client.end();
    await within(client.closed, "the connection closes");
    const statuses = readReplies(client.text).map((reply) => reply.status);
    expect(statuses.at(-1)).toBe(400);
    expect(upstream.requests.length).toBeLessThanOrEqual(1);
    await isUnharmed();
  });

  test("shorter than they say leave nothing behind when the client goes", async () => {
    const client = await openRawClient(gateway.url);
    client.write(`${HEAD}content-length: 5000\r\n\r\n${BODY}`);
    client.end();
    await within(client.closed, "the connection closes");
    expect(upstream.requests.length).toBe(0);
  });
});

describe("Expect: 100-continue", () => {
  test("is answered before the body is sent", async () => {
    const client = await openRawClient(gateway.url);
    client.write(`${HEAD}expect: 100-continue\r\ncontent-length: ${BODY.length}\r\n\r\n`);
    await client.until((text) => text.startsWith("HTTP/1.1 100 "), "100 Continue");
    client.write(BODY);
    expect((await client.reply()).status).toBe(200);
    client.destroy();
  });

  test("of a body that is too large is 413 without waiting for it", async () => {
    const reply = await answerTo(`${HEAD}expect: 100-continue\r\ncontent-length: ${50 * LIMIT_BYTES}\r\n\r\n`);
    expect(reply?.status).toBe(413);
  });
});

describe("framing that could smuggle a request is refused, never forwarded", () => {
  const smuggled = `${HEAD}content-length: 2\r\n\r\n{}`;

  test.each([
    ["content-length twice, different", `content-length: ${BODY.length}\r\ncontent-length: 3\r\n\r\n${BODY}`],
    ["a negative content-length", `content-length: -1\r\n\r\n${BODY}`],
    ["a content-length of letters", `content-length: abc\r\n\r\n${BODY}`],
    ["a content-length with a sign", `content-length: +${BODY.length}\r\n\r\n${BODY}`],
    ["a content-length in hex", `content-length: 0x10\r\n\r\n${BODY}`],
    ["a content-length list", `content-length: ${BODY.length}, ${BODY.length}\r\n\r\n${BODY}`],
    ["length and chunks", `content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`],
    ["chunks and length", `transfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n${smuggled}`],
    ["chunked that is not last", `transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n${smuggled}`],
    ["an unknown transfer-encoding", `transfer-encoding: xchunked\r\n\r\n0\r\n\r\n${smuggled}`],
    ["a bad chunk size", `transfer-encoding: chunked\r\n\r\nzz\r\n${BODY}\r\n0\r\n\r\n`],
    ["a negative chunk size", `transfer-encoding: chunked\r\n\r\n-1\r\n${BODY}\r\n0\r\n\r\n`],
    ["a space before the colon", `content-length : ${BODY.length}\r\n\r\n${BODY}`],
    ["a folded header", `x: a\r\n content-length: 5\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`],
  ])("%s", async (_name, rest) => {
    const client = await openRawClient(gateway.url);
    client.write(HEAD + rest);
    // Whatever is answered first: there must never be two answers to one request's bytes.
    await client
      .until((text) => client.isClosed || readReplies(text)[0]?.isComplete === true, "an answer")
      .catch((error: unknown) => {
        if (!client.isClosed) throw error;
      });
    client.end();
    await within(client.closed, "the connection closes");
    const replies = readReplies(client.text);
    expect(replies.length).toBeLessThanOrEqual(1);
    expect(replies.every((reply) => reply.status >= 400 && reply.status < 500)).toBe(true);
    expect(upstream.requests.length).toBe(0);
    await isUnharmed();
  });
});

describe("heads", () => {
  test.each([
    ["no HTTP", "hello\r\n\r\n"],
    ["TLS", Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03, 0x0d, 0x0a, 0x0d, 0x0a])],
    ["an HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
    ["no version", `POST ${PATH}\r\n\r\n`],
    ["a far version", `POST ${PATH} HTTP/9.9\r\nhost: a\r\n\r\n`],
    ["no host", `POST ${PATH} HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}`],
    ["a NUL in a header", `${HEAD}x: a\u0000b\r\ncontent-length: 2\r\n\r\n{}`],
    ["a huge header", `${HEAD}x: ${"y".repeat(200_000)}\r\n\r\n`],
    [
      "ten thousand headers",
      `${HEAD}${Array.from({ length: 10_000 }, (_, index) => `x-${index}: y\r\n`).join("")}\r\n`,
    ],
    ["a huge path", `POST /${"a".repeat(200_000)} HTTP/1.1\r\nhost: a\r\n\r\n`],
    ["a method of WebDAV", "PROPFIND /v1/chat/completions HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n"],
    ["a proxy request", "CONNECT example.com:443 HTTP/1.1\r\nhost: example.com\r\n\r\n"],
    ["an absolute target", "GET http://evil.invalid/v1/nothing HTTP/1.1\r\nhost: a\r\n\r\n"],
    ["a star target", "OPTIONS * HTTP/1.1\r\nhost: a\r\n\r\n"],
    ["a host with a path", "GET /nothing HTTP/1.1\r\nhost: a/b?c#d\r\n\r\n"],
    ["an empty host", "GET /nothing HTTP/1.1\r\nhost: \r\n\r\n"],
    ["a host of odd bytes", "GET /nothing HTTP/1.1\r\nhost: \u00ff\u0080 %%%\r\n\r\n"],
    ["broken escapes in the path", "GET /%%%/%zz/%ff%fe/%00 HTTP/1.1\r\nhost: a\r\n\r\n"],
    ["dots in the path", "GET /v1/../../../etc/passwd HTTP/1.1\r\nhost: a\r\n\r\n"],
  ])("of %s are refused or closed", async (_name, bytes) => {
    const reply = await answerTo(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes);
    if (reply !== undefined) {
      expect(reply.status).toBeGreaterThanOrEqual(400);
      expect(reply.status).not.toBe(500);
    }
    expect(upstream.requests.length).toBe(0);
    await isUnharmed();
  });
});

describe("HTTP/1.0", () => {
  const HEAD_10 = `POST ${PATH} HTTP/1.0\r\ncontent-length: `;
  const STREAM_BODY = BODY.replace("{", '{"stream":true,');

  test.each(["", "connection: keep-alive\r\n"])("gets a stream that the close ends, unframed (%p)", async (line) => {
    const client = await openRawClient(gateway.url);
    client.write(`${HEAD_10}${STREAM_BODY.length}\r\n${line}\r\n${STREAM_BODY}`);
    await within(client.closed, "the connection closes");
    const [head = "", body = ""] = client.text.split(/\r\n\r\n(.*)/s);
    expect(head.toLowerCase()).not.toContain("transfer-encoding");
    expect(body).toStartWith("data: {");
    expect(body).toEndWith("data: [DONE]\n\n");
    client.destroy();
  });

  test("gets a whole reply, and the connection closes unless it asked to keep it", async () => {
    const client = await openRawClient(gateway.url);
    client.write(`${HEAD_10}${BODY.length}\r\n\r\n${BODY}`);
    expect((await client.reply()).status).toBe(200);
    await within(client.closed, "the connection closes");
    client.destroy();
  });
});

test("slashes too many, a trailing slash and a query do not matter", async () => {
  for (const path of ["//v1///chat//completions", `${PATH}/`, `${PATH}?x=1&api-version=2`, `${PATH}?`]) {
    expect((await answerTo(writePost(path, BODY)))?.status).toBe(200);
  }
});

test("a thousand connections that say nothing, or half a head, are no trouble", async () => {
  const clients = await Promise.all(Array.from({ length: 1000 }, () => openRawClient(gateway.url)));
  for (const [index, client] of clients.entries()) client.write(index % 2 === 0 ? HEAD.slice(0, index % 80) : "");
  await isUnharmed();
  for (const client of clients) client.destroy();
});

test("no connection is left behind", async () => {
  await eventually(() => {
    upstream.server.closeIdleConnections();
    return countSockets(gateway.pid) <= idleSockets;
  }, `sockets fall back to ${idleSockets}`);
});
