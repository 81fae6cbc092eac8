import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { harmDone } from "../support/gateway-health.ts";
import { type GatewayProcess, startGateway } from "../support/gateway-process.ts";
import { MESSAGES, modelEntry, openaiParams, postJson } from "../support/gateway-setup.ts";
import { openRawClient, writePost } from "../support/raw-client.ts";
import { startRawHttpServer } from "../support/raw-http-server.ts";

const upstream = startFakeUpstream();
/** A vendor that writes a chunk whenever the test says so, and its sizes with zeros in front. */
const chunkWriter = startRawHttpServer(async (_request, connection) => {
  await connection.write("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n");
  for (const chunk of await chunksToWrite) {
    await chunk.after;
    await connection.write(chunk.bytes);
  }
});
const { promise: chunksToWrite, resolve: writeChunks } =
  Promise.withResolvers<readonly { readonly after?: Promise<unknown>; readonly bytes: string }[]>();
let gateway: GatewayProcess;

beforeAll(async () => {
  gateway = await startGateway({
    config: {
      model_list: [
        modelEntry("gpt", openaiParams(upstream, "openai/gpt-4o")),
        modelEntry("floats", openaiParams(upstream, "together_ai/embed")),
        modelEntry("spelled", openaiParams({ url: `http://127.0.0.1:${chunkWriter.port}` }, "openai/gpt-4o")),
        modelEntry("groq", openaiParams(upstream, "groq/llama")),
      ],
    },
  });
});
afterEach(() => upstream.reset());
afterAll(async () => {
  expect(upstream.server.violations).toEqual([]);
  expect(harmDone(gateway)).toEqual([]);
  expect(await gateway.stop()).toBe(0);
  upstream.close();
  chunkWriter.close();
});

const chat = (body: Readonly<Record<string, unknown>> = {}): Promise<Response> =>
  postJson(`${gateway.url}/v1/chat/completions`, { model: "gpt", messages: MESSAGES, ...body });

test("a whole reply comes back byte for byte, unknown fields and number spelling included", async () => {
  const body =
    ' {"id" : "x", "x_new":{"score":5.5971017900446896e-6,"n":1.0}, "choices":[ {"message":{"content":"caf\\u00e9 😀","reasoning_content":null}}],"usage":{"prompt_tokens":1}}\n\n';
  upstream.next({ body });
  const reply = await chat();
  expect(await reply.text()).toBe(body);
  expect(reply.headers.get("content-type")).toBe("application/json");
  expect(reply.headers.get("content-length")).toBe(String(Buffer.byteLength(body)));
});

test("so does one that the vendor sends chunked, in any pieces", async () => {
  const body = JSON.stringify({ choices: [{ message: { content: "é".repeat(5000) } }] });
  const bytes = Buffer.from(body);
  const chunks = Array.from({ length: 100 }, (_, index) => bytes.subarray(index * 100, index * 100 + 100));
  upstream.next({ chunks: [...chunks, bytes.subarray(10_000)].filter((piece) => piece.length > 0) });
  expect(await (await chat()).text()).toBe(body);
});

test("a large reply too", async () => {
  const body = JSON.stringify({ choices: [{ message: { content: "x".repeat(8_000_000) } }] });
  upstream.next({ body });
  expect((await (await chat()).text()).length).toBe(body.length);
});

test("a reply that is compressed although it was not asked for is unpacked", async () => {
  upstream.next({ body: { choices: [], x: 1 }, isGzipped: true });
  const reply = await chat();
  expect(reply.headers.get("content-encoding")).toBeNull();
  expect(reply.headers.get("llm_provider-content-encoding")).toBeNull();
  expect(await reply.text()).toBe('{"choices":[],"x":1}');
});

test("vendor headers are handed on by prefix, cookies and hop headers are not", async () => {
  upstream.next({
    body: {},
    headers: [
      ["x-request-id", "req-1"],
      ["X-RateLimit-Remaining-Requests", "7"],
      ["openai-processing-ms", "9"],
      ["set-cookie", "a=1"],
      ["set-cookie", "b=2"],
      ["keep-alive", "timeout=5"],
      ["www-authenticate", "Basic"],
      ["x-vendor", "caf\u00e9"],
    ],
  });
  const { headers } = await chat();
  expect(headers.get("x-request-id")).toBe("req-1");
  expect(headers.get("llm_provider-x-request-id")).toBe("req-1");
  expect(headers.get("x-ratelimit-remaining-requests")).toBe("7");
  expect(headers.get("openai-processing-ms")).toBe("9");
  expect([...headers.keys()].filter((name) => /cookie|keep-alive|www-auth/.test(name))).toEqual([]);
});

test("a thousand vendor headers do not make the reply unreadable for clients", async () => {
  const headers = Array.from({ length: 1000 }, (_, index): [string, string] => [`x-h-${index}`, "v".repeat(50)]);
  upstream.next({ body: {}, headers });
  const reply = await chat();
  expect(reply.status).toBe(200);
  expect(JSON.stringify([...reply.headers]).length).toBeLessThan(16_000);
});

const FRAMES = [
  ": hello\n\n",
  'data: {"id":"1","choices":[{"index":0,"delta":{"role":"assistant","content":""}}],"x":1.0}\n\n',
  'data: {"id":"1","choices":[{"delta":{"content":"caf\\u00e9 😀"}}]}\r\n\r\n',
  "event: ping\nid: 7\nretry: 10\n\n",
  'data: {"id":"1",\ndata: "choices":[]}\n\n',
  'data: {"choices":[{"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}\n\n',
  "data: [DONE]\n\n",
];
const STREAM = Buffer.from(FRAMES.join(""));

const cutAt = (bytes: Uint8Array, size: number): readonly Uint8Array[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );

describe("streams", () => {
  const isAsked = { stream: true, stream_options: { include_usage: true } };

  test.each([1, 2, 3, 7, 16, 64, 1000])("are identical when the vendor sends %d bytes at a time", async (size) => {
    upstream.next({ chunks: cutAt(STREAM, size) });
    upstream.next({ chunks: cutAt(STREAM, size) });
    expect(await (await chat(isAsked)).text()).toBe(STREAM.toString());
    const hidden = await (await chat({ stream: true })).text();
    expect(hidden).toBe(STREAM.toString()); // Usage beside choices is the vendor's own way and stays.
  });

  test("go out in the chunks that they came in, as the vendor spelled them", async () => {
    const event = (text: string): string => `data: {"choices":[{"delta":{"content":"${text}"}}]}\n\n`;
    const chunk = (data: string): string => `000${data.length.toString(16).toUpperCase()}\r\n${data}\r\n`;
    const client = await openRawClient(gateway.url);
    client.write(
      writePost("/v1/chat/completions", JSON.stringify({ model: "spelled", messages: MESSAGES, stream: true })),
    );
    const seen = (text: string): Promise<string> => client.until((all) => all.includes(text), `event ${text}`);
    writeChunks([
      { bytes: chunk(event("one")) },
      { after: seen("one"), bytes: chunk(event("two")) },
      { after: seen("two"), bytes: `${chunk("data: [DONE]\n\n")}0\r\n\r\n` },
    ]);
    expect((await client.reply()).body).toBe(`${event("one")}${event("two")}data: [DONE]\n\n`);
    expect(client.text).toContain(chunk(event("two")));
    client.destroy();
  });

  test("have the headers that keep proxies from buffering", async () => {
    const { headers } = await chat({ stream: true });
    expect(headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(headers.get("cache-control")).toBe("no-cache");
    expect(headers.get("x-accel-buffering")).toBe("no");
    expect(headers.get("x-litellm-call-id")).toMatch(/^[0-9a-f-]{36}$/);
  });

  test.each([1, 5, 100, 100_000])("hide usage that only the gateway asked for, %d bytes at a time", async (size) => {
    const chunk = (rest: string): string => `data: {"id":"1","choices":[{"delta":{"content":"a"}}]${rest}}\n\n`;
    const usage =
      'data: {"id":"1","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}\n\n';
    const vendor = `${chunk(',"usage":null')}${chunk(',"usage":null,"obfuscation":"x"')}${usage}data: [DONE]\n\n`;
    upstream.next({ chunks: cutAt(Buffer.from(vendor), size) });
    const seen = await (await chat({ stream: true })).text();
    expect(seen).toBe(`${chunk("")}${chunk(',"obfuscation":"x"')}data: [DONE]\n\n`);
    expect(upstream.last().json).toMatchObject({ stream_options: { include_usage: true } });
    upstream.next({ chunks: cutAt(Buffer.from(vendor), size) });
    expect(await (await chat(isAsked)).text()).toBe(vendor);
  });

  test("read the hidden usage for the log", async () => {
    const reply = await chat({ stream: true });
    await reply.text();
    const id = reply.headers.get("x-litellm-call-id") ?? "";
    const line = JSON.parse(await gateway.logged(new RegExp(id)));
    expect(line).toMatchObject({ status: 200, stream: true, prompt_tokens: 12 });
  });

  test("keep the caller's own stream options when usage is asked for", async () => {
    for (const options of ['{"include_obfuscation":false}', '{ "include_usage" : false , "x":1.0}', "{}", "null"]) {
      upstream.next({ chunks: ["data: [DONE]\n\n"] });
      const body = `{"model":"gpt","stream":true,"messages":[],"stream_options":${options}}`;
      await (await postJson(`${gateway.url}/v1/chat/completions`, body)).text();
    }
    expect(upstream.requests.map((request) => Buffer.from(request.body).toString())).toEqual([
      '{"model":"gpt-4o","stream":true,"messages":[],"stream_options":{"include_obfuscation":false,"include_usage":true}}',
      '{"model":"gpt-4o","stream":true,"messages":[],"stream_options":{ "include_usage" : true , "x":1.0}}',
      '{"model":"gpt-4o","stream":true,"messages":[],"stream_options":{"include_usage":true}}',
      '{"model":"gpt-4o","stream":true,"messages":[],"stream_options":{"include_usage":true}}',
    ]);
  });

  test("are not asked for usage where the vendor sends it anyway", async () => {
    upstream.next({ chunks: ['data: {"choices":[],"x_groq":{"usage":{"prompt_tokens":1}}}\n\n', "data: [DONE]\n\n"] });
    const reply = await chat({ model: "groq", stream: true });
    expect(await reply.text()).toContain("x_groq");
    expect(upstream.last().json).not.toHaveProperty("stream_options");
  });

  test("of text completions pass and are metered alike", async () => {
    const reply = await postJson(`${gateway.url}/v1/completions`, { model: "gpt", prompt: "a", stream: true });
    const text = await reply.text();
    expect(text).not.toContain("usage");
    expect(text).toEndWith("data: [DONE]\n\n");
  });

  test("that are compressed although it was not asked for are readable", async () => {
    upstream.next({ chunks: FRAMES, isGzipped: true });
    expect(await (await chat(isAsked)).text()).toBe(STREAM.toString());
  });
});

describe("embeddings", () => {
  const vector = [0.25, -1, 1e-3];
  const base64 = Buffer.from(Float32Array.from(vector).buffer).toString("base64");
  const embed = async (model: string, format: string | undefined): Promise<unknown> => {
    const body = { model, input: "a", ...(format === undefined ? {} : { encoding_format: format }) };
    const reply = (await (await postJson(`${gateway.url}/v1/embeddings`, body)).json()) as {
      readonly data: readonly { readonly embedding: unknown }[];
    };
    return reply.data.map((item) => item.embedding);
  };
  const reply = (embedding: unknown): unknown => ({ data: [{ object: "embedding", index: 0, embedding }], x: 1 });

  test.each([
    ["base64", vector, base64],
    ["base64", base64, base64],
    ["float", base64, vector.map(Math.fround)],
    [undefined, base64, vector.map(Math.fround)],
    ["float", vector, vector],
  ])("asked as %s and answered with %p are given right", async (format, sent, expected) => {
    upstream.next({ body: reply(sent) });
    expect(await embed("gpt", format)).toEqual([expected]);
  });

  test("are not asked as base64 from vendors that have floats only", async () => {
    upstream.next({ body: reply(vector) });
    expect(await embed("floats", "base64")).toEqual([base64]);
    expect(upstream.last().json).not.toHaveProperty("encoding_format");
  });

  test("that are right already come back byte for byte", async () => {
    const body = '{ "data":[{"embedding" : [0.10, 1e-3] }],"x":1.0}';
    upstream.next({ body });
    const got = await postJson(`${gateway.url}/v1/embeddings`, { model: "gpt", input: "a" });
    expect(await got.text()).toBe(body);
  });
});
