import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { harmDone } from "../support/gateway-health.ts";
import { type GatewayProcess, startGateway } from "../support/gateway-process.ts";
import { MESSAGES, modelEntry, openaiParams, postJson, readError } from "../support/gateway-setup.ts";
import { openRawClient, type RawReply, writePost } from "../support/raw-client.ts";
import type { ScriptedReply } from "../support/scripted-reply.ts";
import { within } from "../support/within.ts";

const upstream = startFakeUpstream();
let gateway: GatewayProcess;

beforeAll(async () => {
  gateway = await startGateway({
    config: {
      router_settings: { num_retries: 0, disable_cooldowns: true },
      model_list: [
        modelEntry("gpt", openaiParams(upstream, "openai/gpt-4o")),
        modelEntry("unhurried", openaiParams(upstream, "openai/gpt-4o", { stream_timeout: 1.2 })),
        modelEntry("hasty", openaiParams(upstream, "openai/gpt-4o", { stream_timeout: 0.3 })),
      ],
      // Nothing is added to streams, so that what the client sees is what the test's vendor sent.
      general_settings: { meter_stream_usage: false },
    },
  });
});
afterEach(() => upstream.reset());
afterAll(async () => {
  expect(upstream.server.violations).toEqual([]);
  expect(harmDone(gateway)).toEqual([]);
  expect(await gateway.stop()).toBe(0);
  upstream.close();
});

const EVENT = 'data: {"choices":[{"delta":{"content":"a"}}]}\n\n';
const LAST = 'data: {"choices":[{"delta":{"content":"a"},"finish_reason": "stop"}]}\n\n';
const HEAD = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n";
const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;

const streamBody = (model: string): string => JSON.stringify({ model, messages: MESSAGES, stream: true });

/** A stream's reply as it was when the gateway closed the connection, or when it was complete. */
const rawStream = async (reply: ScriptedReply, model = "gpt"): Promise<RawReply> => {
  upstream.next(reply);
  const client = await openRawClient(gateway.url);
  client.write(writePost("/v1/chat/completions", streamBody(model)));
  const got = await client.reply();
  client.destroy();
  return got;
};

const errorFrameOf = (body: string): { readonly message: string; readonly type: string; readonly code: string } =>
  (JSON.parse(body.slice(body.lastIndexOf("data: ") + 6)) as { error: { message: string; type: string; code: string } })
    .error;

describe("a stream that breaks after its first event ends with an error frame and no proper end", () => {
  test.each<[string, ScriptedReply]>([
    ["the connection is closed between chunks", { chunks: [EVENT, EVENT], ending: "cut" }],
    [
      "it is closed within a chunk",
      { raw: `${HEAD}transfer-encoding: chunked\r\n\r\n${chunk(EVENT)}ff\r\n${EVENT}`, ending: "cut" },
    ],
    [
      "a chunk size is nonsense",
      { raw: `${HEAD}transfer-encoding: chunked\r\n\r\n${chunk(EVENT)}${chunk(EVENT)}zz\r\n`, ending: "stall" },
    ],
    [
      "a chunk is longer than it says",
      {
        raw: `${HEAD}transfer-encoding: chunked\r\n\r\n${chunk(EVENT)}${chunk(EVENT).slice(0, -2)}xx\r\n`,
        ending: "stall",
      },
    ],
    [
      "fewer bytes come than content-length said",
      { raw: `${HEAD}content-length: 999\r\n\r\n${EVENT}${EVENT}`, ending: "cut" },
    ],
    ["a body that the close delimits has no [DONE]", { raw: `${HEAD}\r\n${EVENT}${EVENT}`, ending: "cut" }],
    ["it ends in order, without [DONE] and without a finish reason", { chunks: [EVENT, EVENT] }],
  ])("when %s", async (_name, reply) => {
    const got = await rawStream(reply);
    expect(got.status).toBe(200);
    expect(got.isComplete).toBe(false);
    expect(got.body).toStartWith(EVENT + EVENT);
    expect(got.body).not.toContain("[DONE]");
    const error = errorFrameOf(got.body);
    expect(error.code).toBe("500");
    expect(error.type).toBe("internal_server_error");
    expect(error.message).toContain("OpenAIException - ");
  });

  test("when the vendor stands still for longer than stream_timeout", async () => {
    const got = await rawStream({ chunks: [EVENT], ending: "stall" }, "hasty");
    expect(got.isComplete).toBe(false);
    expect(got.body).toStartWith(EVENT);
    expect(errorFrameOf(got.body)).toMatchObject({ code: "408", type: "timeout_error" });
    await within(upstream.last().aborted, "the vendor's connection closes");
  });

  test("or with no frame when the vendor resets the connection before the gateway has read", async () => {
    const got = await rawStream({ chunks: [EVENT, EVENT], ending: "reset" });
    if (got.status === 200) expect(got.isComplete).toBe(false);
    else expect(got.status).toBe(500);
  });

  test("and fetch sees it as a failure", async () => {
    upstream.next({ chunks: [EVENT], ending: "cut" });
    const reply = await postJson(`${gateway.url}/v1/chat/completions`, streamBody("gpt"));
    expect(reply.status).toBe(200);
    await expect(reply.text()).rejects.toThrow();
  });

  test("and the log says so", async () => {
    upstream.next({ chunks: [EVENT], ending: "cut" });
    const reply = await postJson(`${gateway.url}/v1/chat/completions`, streamBody("gpt"));
    await reply.text().catch(() => undefined);
    const line = JSON.parse(await gateway.logged(new RegExp(reply.headers.get("x-litellm-call-id") ?? "")));
    expect(line).toMatchObject({ error: "upstream-unreachable", stream: true });
  });
});

describe("a whole stream ends in order", () => {
  test.each<[string, ScriptedReply]>([
    ["chunked", { chunks: [EVENT, "data: [DONE]\n\n"] }],
    ["chunked, without [DONE]", { chunks: [EVENT, LAST] }],
    ["of a declared length", { raw: `${HEAD}content-length: ${LAST.length}\r\n\r\n${LAST}` }],
    ["delimited by the close, with [DONE]", { raw: `${HEAD}\r\n${EVENT}data: [DONE]\n\n`, ending: "cut" }],
    [
      "with extensions and trailers",
      { raw: `${HEAD}transfer-encoding: chunked\r\n\r\n${chunk(LAST).replace("\r", ";a=b\r")}0\r\nx: y\r\n\r\n` },
    ],
  ])("when it is %s", async (_name, reply) => {
    const got = await rawStream(reply);
    expect(got.isComplete).toBe(true);
    expect(got.body).toStartWith('data: {"choices":[{"delta":{"content":"a"}');
    expect(got.body).not.toContain('"error"');
  });

  test("when its gaps are long but shorter than stream_timeout", async () => {
    // Each below half of the limit, above it together.
    const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 400));
    const got = await rawStream({ chunks: [EVENT, EVENT, EVENT, LAST], beforeChunk: pause }, "unhurried");
    expect(got.isComplete).toBe(true);
    expect(got.body).toBe(EVENT.repeat(3) + LAST);
  });
});

describe("a stream that fails before its first event is an ordinary error", () => {
  const ask = (reply: ScriptedReply, model = "gpt"): Promise<Response> => {
    upstream.next(reply);
    return postJson(`${gateway.url}/v1/chat/completions`, streamBody(model));
  };

  test.each<[string, string | readonly string[], number, string]>([
    [
      "an error with a numeric code",
      'data: {"error":{"message":"slow down","type":"x","code":429}}\n\n',
      429,
      "slow down",
    ],
    ["an error with a code as text", 'data: {"error":{"message":"nope","code":"404"}}\n\n', 404, "nope"],
    ["an error with a code in words", 'data: {"error":{"message":"boom","code":"server_error"}}\n\n', 500, "boom"],
    ["an error that is a text", 'data: {"error":"just text"}\n\n', 500, "just text"],
    [
      "an error behind comments",
      [": ping\n\n", ": ping\n\n", 'data: {"error":{"message":"late","code":503}}\n\n'],
      503,
      "late",
    ],
    ["an error in pieces", ['data: {"err', 'or":{"message":"cut","code":', "502}}\r\n\r", "\n"], 502, "cut"],
    ["an error event", 'event: error\ndata: {"error":{"message":"named","code":500}}\n\n', 500, "named"],
  ])("%s", async (_name, frames, status, message) => {
    const reply = await ask({ chunks: typeof frames === "string" ? [frames] : frames });
    expect(reply.status).toBe(status);
    expect(reply.headers.get("content-type")).toBe("application/json");
    const error = await readError(reply);
    expect(error.message).toContain(message);
    expect(error.code).toBe(String(status));
  });

  test("the connection is cut before any event", async () => {
    const reply = await ask({ chunks: [": ping\n\n"], ending: "cut" });
    expect(reply.status).toBe(500);
    expect((await readError(reply)).message).toContain("APIConnectionError");
  });

  test("the connection is cut behind the head", async () => {
    const reply = await ask({ raw: `${HEAD}transfer-encoding: chunked\r\n\r\n`, ending: "cut" });
    expect(reply.status).toBe(500);
  });

  test("no first byte within stream_timeout", async () => {
    const reply = await ask({ after: new Promise(() => undefined) }, "hasty");
    expect(reply.status).toBe(408);
    expect((await readError(reply)).type).toBe("timeout_error");
    await within(upstream.last().aborted, "the vendor's connection closes");
  });

  test("nothing but comments is an empty stream, which passes as it is", async () => {
    const reply = await ask({ chunks: [": ping\n\n", ": ping\n\n"] });
    expect(reply.status).toBe(200);
    expect(await reply.text()).toBe(": ping\n\n: ping\n\n");
  });

  test("HTML with status 200", async () => {
    const reply = await ask({ headers: { "content-type": "text/html" }, body: "<html><body>Sign in</body></html>" });
    expect(reply.status).toBeGreaterThanOrEqual(500);
    expect((await readError(reply)).message).toContain("text/html");
  });

  test("an empty body with status 200", async () => {
    const reply = await ask({ headers: { "content-type": "text/event-stream" }, body: "" });
    expect(reply.status).toBeGreaterThanOrEqual(500);
    await readError(reply);
  });
});

describe("a compressed stream", () => {
  const gzipped = Bun.gzipSync(Buffer.from(EVENT.repeat(3)));
  const GZIP = { "content-type": "text/event-stream", "content-encoding": "gzip" };

  test.each<[string, ScriptedReply]>([
    ["that is garbage", { headers: GZIP, chunks: ["garbage"] }],
    ["that is garbage and breaks off", { headers: GZIP, chunks: ["garbage"], ending: "cut" }],
    [
      "that breaks off before anything could be read",
      { headers: GZIP, chunks: [gzipped.subarray(0, 12)], ending: "cut" },
    ],
    ["that is cut short and ends in order", { headers: GZIP, chunks: [gzipped.subarray(0, 12)] }],
    ["of an encoding that nobody knows", { headers: { ...GZIP, "content-encoding": "constructor" }, chunks: [EVENT] }],
  ])("%s is an ordinary error", async (_name, scripted) => {
    upstream.next(scripted);
    const reply = await postJson(`${gateway.url}/v1/chat/completions`, streamBody("gpt"));
    expect(reply.status).toBe(500);
    await readError(reply);
  });

  test("whose end is missing ends uncleanly", async () => {
    const whole = Bun.gzipSync(Buffer.from(EVENT));
    const got = await rawStream({ headers: GZIP, chunks: [whole, gzipped.subarray(0, 12)] });
    expect(got.isComplete).toBe(false);
    expect(got.body).toStartWith(EVENT);
  });
});

describe("an error event behind the first", () => {
  const failing = (message: string): string => `data: {"error":{"message":"${message}","code":503}}\n\n`;
  const DONE = "data: [DONE]\n\n";
  const KEY = "sk-upstream";
  const logged = async (got: RawReply): Promise<unknown> =>
    JSON.parse(await gateway.logged(new RegExp(got.headers.get("x-litellm-call-id") ?? "no id")));

  test.each<[string, readonly string[]]>([
    ["alone", [EVENT, failing("late")]],
    ["with a proper end", [EVENT, failing("late"), DONE]],
    ["with a name", [EVENT, `event: error\n${failing("late")}`]],
  ])("%s passes untouched, and the call is a failure", async (_name, frames) => {
    const got = await rawStream({ chunks: frames });
    expect(got.body).toBe(frames.join(""));
    expect(got.isComplete).toBe(true);
    expect(await logged(got)).toMatchObject({ status: 200, stream: true, error: "upstream-unavailable" });
  });

  test("shows no key of the server's", async () => {
    const got = await rawStream({ chunks: [EVENT, failing(`bad key ${KEY}`)] });
    expect(got.body).toBe(EVENT + failing(`bad key ${"*".repeat(KEY.length)}`));
  });

  test("that is followed by more of the answer is none", async () => {
    const frames = [EVENT, failing("passing"), LAST, DONE];
    const got = await rawStream({ chunks: frames });
    expect(got.body).toBe(frames.join(""));
    expect(await logged(got)).not.toHaveProperty("error");
  });
});

test("a first event of many pieces and megabytes passes", async () => {
  const big = `data: {"choices":[{"delta":{"content":"${"x".repeat(3_000_000)}"}}]}\n\n`;
  upstream.next({ chunks: [...(big.match(/.{1,50000}/gs) ?? []), "data: [DONE]\n\n"] });
  const reply = await postJson(`${gateway.url}/v1/chat/completions`, streamBody("gpt"));
  expect((await reply.text()).length).toBe(big.length + 14);
});
