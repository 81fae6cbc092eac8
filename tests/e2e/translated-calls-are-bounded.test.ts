import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { loadConfig } from "../../src/config/load-config.ts";
import { Gateway } from "../../src/gateway.ts";
import { cpuTimeMs } from "../support/cpu-time.ts";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { modelEntry, postJson, readError } from "../support/gateway-setup.ts";
import { within } from "../support/within.ts";

const upstream = startFakeUpstream();
const files = startFakeUpstream();
const aws = { aws_access_key_id: "AKIAPLANTED", aws_secret_access_key: "planted", aws_region_name: "us-east-1" };
const { config } = loadConfig({
  path: "/suite.yaml",
  environment: {},
  readFile: () =>
    JSON.stringify({
      model_list: [
        modelEntry("ollama", { model: "ollama_chat/m", api_base: upstream.url }),
        modelEntry("claude", { model: "anthropic/claude-sonnet-4-5", api_key: "planted-key", api_base: upstream.url }),
        modelEntry("oci-like", { model: "bedrock/meta.llama3", ...aws, api_base: upstream.url }),
        modelEntry("vectors", {
          model: "vertex_ai/gemini-embedding-2",
          api_key: "ya29.planted",
          vertex_project: "p",
          api_base: upstream.url,
        }),
      ],
      router_settings: { num_retries: 0, disable_cooldowns: true },
      general_settings: { client_side_allowed_hosts: ["127.0.0.1"] },
    }),
});
if (config === undefined) throw new Error("the suite's configuration has faults");
const failures: string[] = [];
const log: string[] = [];
const gateway = new Gateway({
  config,
  environment: {},
  accessLogFormat: "json",
  writeLog: (lines) => void log.push(String(lines)),
  logLevel: "info",
  logError: (message, cause) => void failures.push(`${message}: ${String(cause)}`),
});
const url = `http://127.0.0.1:${gateway.listen({ hostname: "127.0.0.1", port: 0, isShared: false })}`;
const rejections: unknown[] = [];
const note = (reason: unknown): void => void rejections.push(reason);
process.on("unhandledRejection", note);
afterEach(() => {
  upstream.reset();
  files.reset();
});
afterAll(async () => {
  process.off("unhandledRejection", note);
  await gateway.stop(100);
  upstream.close();
  files.close();
  expect(failures).toEqual([]);
  expect(rejections).toEqual([]);
});

const chat = (body: object, init: Parameters<typeof postJson>[2] = {}): Promise<Response> =>
  postJson(`${url}/v1/chat/completions`, body, init);
const picture = (path: string): object => ({ type: "image_url", image_url: { url: `${files.url}${path}` } });
const ofUser = (content: readonly object[]): object => ({ messages: [{ role: "user", content }] });
const ANSWER = { body: { model: "m", message: { role: "assistant", content: "x" }, done: true, done_reason: "stop" } };

describe("a call that becomes several", () => {
  test("asks the vendor 2048 times at most", async () => {
    const reply = await postJson(`${url}/v1/embeddings`, { model: "vectors", input: new Array(2049).fill("a") });
    expect(reply.status).toBe(400);
    expect((await readError(reply)).message).toContain("at most 2048");
    expect(upstream.requests.length).toBe(0);
  });

  test("does not send what its parts have in common without end", async () => {
    const body = { model: "vectors", input: new Array(2000).fill("a"), labels: "x".repeat(200_000) };
    const reply = await postJson(`${url}/v1/embeddings`, body);
    expect(reply.status).toBe(400);
    expect((await readError(reply)).message).toContain("bytes in all");
    expect(upstream.requests.length).toBe(0);
  });
});

describe("files that are fetched", () => {
  test("count as often as the request has them", async () => {
    files.next({ body: "x".repeat(200_000), headers: { "content-type": "image/png" } });
    const reply = await chat({ model: "ollama", ...ofUser(new Array(1000).fill(picture("/a.png"))) });
    expect(reply.status).toBe(400);
    expect([files.requests.length, upstream.requests.length]).toEqual([1, 0]);
  });

  test("have a type that is one, or none", async () => {
    const body = { ...ofUser([picture("/a")]), model: "oci-like" };
    for (const type of ['image/png,AAAA"}', "constructor", "image/png/x", `image/${"x".repeat(200)}`]) {
      files.next({ body: "not an image", headers: { "content-type": type } });
      expect((await chat(body)).status).toBe(400);
    }
    expect(upstream.requests.length).toBe(0);
  });

  test("are given up with the client, in a dry run too", async () => {
    for (const [path, body] of [
      ["/v1/chat/completions", { model: "ollama", ...ofUser([picture("/slow"), picture("/slower")]) }],
      [
        "/utils/transform_request",
        {
          call_type: "completion",
          request_body: { model: "ollama", ...ofUser([picture("/slow"), picture("/slower")]) },
        },
      ],
    ] as const) {
      files.reset();
      const never = Promise.withResolvers<void>();
      files.next({ after: never.promise, body: "x" });
      files.next({ after: never.promise, body: "x" });
      const gone = new AbortController();
      const reply = postJson(url + path, body, { signal: gone.signal }).catch(() => undefined);
      const fetched = await within(Promise.all([files.request(0), files.request(1)]), "both fetches");
      gone.abort();
      await within(Promise.all(fetched.map(({ aborted }) => aborted)), "the end of both");
      await reply;
      never.resolve();
    }
  });
});

test("parts that are left out are told of within bounds", async () => {
  upstream.next(ANSWER);
  const messages = Array.from({ length: 20_000 }, (_, index) => ({
    role: "user",
    content: "x",
    name: `n${index}`,
  }));
  const startMs = cpuTimeMs();
  const reply = await chat({ model: "ollama", messages });
  expect(reply.status).toBe(200);
  expect((reply.headers.get("x-portolan-dropped") ?? "").length).toBeLessThan(2100);
  expect(cpuTimeMs() - startMs).toBeLessThan(2000);
  const key = "k".repeat(100_000);
  const described = await postJson(`${url}/utils/transform_request`, {
    call_type: "completion",
    request_body: {
      model: "ollama",
      messages: [{ role: "user", content: "x" }],
      extra_headers: { [key]: "x" },
    },
  });
  expect((await described.text()).length).toBeLessThan(1000);
});

test("names of beta features are few", async () => {
  const betas = Array.from({ length: 100_000 }, (_, index) => `beta-${index}`);
  const reply = await chat({ model: "claude", messages: [{ role: "user", content: "x" }], betas });
  expect(reply.status).toBe(400);
  expect(upstream.requests.length).toBe(0);
});

test("values with methods that are none are refused, not tripped over", async () => {
  const hostile = { toString: 1, valueOf: 1 };
  for (const body of [{ tools: [{ type: hostile }] }, { service_tier: hostile }, { model: hostile }])
    expect((await chat({ model: "oci-like", messages: [{ role: "user", content: "x" }], ...body })).status).toBe(400);
});

test("a stream that never ends is ended", async () => {
  const begin = { type: "message_start", message: { id: "m", usage: {} } };
  const delta = { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "x" } };
  const block = { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } };
  const events = [begin, block, delta].map((event) => `data: ${JSON.stringify(event)}\n\n`);
  const megabyte = Buffer.from(`: ${"x".repeat(1024 * 1024 - 4)}\n\n`);
  upstream.next({
    headers: { "content-type": "text/event-stream" },
    chunks: [events.join(""), ...new Array<Uint8Array>(257).fill(megabyte)],
    ending: "stall",
  });
  const reply = await chat({ model: "claude", messages: [{ role: "user", content: "x" }], stream: true });
  expect(reply.status).toBe(200);
  const text = await within(
    reply.text().catch((error: Error) => error.message),
    "the end",
  );
  expect(text).not.toContain("[DONE]");
  await within(upstream.last().aborted, "the vendor's end");
});

test("events that are nested deeply, or say so in pieces, hold nobody up", async () => {
  const [open, close] = ["[".repeat(100_000), "]".repeat(100_000)];
  const begin = { type: "message_start", message: { id: "m", usage: {} } };
  const server = { type: "content_block_start", index: 0, content_block: { type: "server_tool_use", name: "n" } };
  const piece = (text: string): object => ({
    type: "content_block_delta",
    index: 0,
    delta: { type: "input_json_delta", partial_json: text },
  });
  const end = { type: "content_block_stop", index: 0 };
  const inPieces = [begin, server, piece(open), piece(close), end, { type: "message_stop" }];
  const deep = `data: {"type":"content_block_delta","index":0,"delta":{"type":"citations_delta","citation":${open}${close}}}\n\n`;
  for (const frames of [
    inPieces.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(""),
    `data: ${JSON.stringify(begin)}\n\ndata: ${JSON.stringify(server)}\n\n${deep}`,
  ]) {
    upstream.next({ headers: { "content-type": "text/event-stream" }, chunks: [frames] });
    const startMs = cpuTimeMs();
    const reply = await chat({ model: "claude", messages: [{ role: "user", content: "x" }], stream: true });
    await reply.text().catch(() => "broken off");
    expect(cpuTimeMs() - startMs).toBeLessThan(1000);
  }
});
