import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { harmDone } from "../support/gateway-health.ts";
import { type GatewayProcess, startGateway } from "../support/gateway-process.ts";
import { modelEntry, openaiParams, postJson, readError } from "../support/gateway-setup.ts";

const upstream = startFakeUpstream();
let gateway: GatewayProcess;

beforeAll(async () => {
  gateway = await startGateway({
    config: {
      model_list: [
        modelEntry("gpt", openaiParams(upstream, "openai/gpt-4o")),
        modelEntry("demo", { model: "mock/demo" }),
      ],
      general_settings: { max_request_size_mb: 20 },
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

/** Every kind of inference path with a body that it takes. */
const OPERATIONS = {
  "/v1/chat/completions": { model: "gpt", messages: [{ role: "user", content: 'h\u00e9 "q" \\ 😀' }], stream: false },
  "/v1/completions": { model: "gpt", prompt: "a\nb", n: 1.5 },
  "/v1/embeddings": { model: "gpt", input: ["a", "b"], encoding_format: "float" },
  "/v1/moderations": { model: "gpt", input: "a" },
  "/engines/gpt/chat/completions": { messages: [] },
  "/openai/deployments/gpt/embeddings?api-version=2024-10-21": { input: [[1, 2], [3]] },
} as const;
const PATHS = Object.keys(OPERATIONS) as (keyof typeof OPERATIONS)[];

const send = (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> => {
  upstream.next({ body: { choices: [] } });
  return postJson(gateway.url + path, body, { headers });
};

/** A refusal in the OpenAI shape that is the caller's fault, with nothing sent to the vendor. */
const isRefused = async (path: string, body: unknown, headers?: Record<string, string>): Promise<string> => {
  const before = upstream.requests.length;
  const reply = await send(path, body, headers);
  const text = await reply.clone().text();
  expect(reply.status, `${path} ${String(body).slice(0, 200)} ${text}`).toBeGreaterThanOrEqual(400);
  expect(reply.status, text).toBeLessThan(500);
  expect(upstream.requests.length).toBe(before);
  return (await readError(reply)).message;
};

describe.each(PATHS)("%s", (path) => {
  test("takes its sample, so that the refusals below are for the right reason", async () => {
    const reply = await send(path, OPERATIONS[path]);
    expect(reply.status, await reply.clone().text()).toBe(200);
  });

  test("refuses a body that is cut off at any byte", async () => {
    const bytes = Buffer.from(JSON.stringify(OPERATIONS[path]));
    for (let length = 1; length < bytes.length; length++) {
      const message = await isRefused(path, bytes.subarray(0, length));
      expect(message).toStartWith("Invalid JSON payload: ");
    }
  });

  test.each([
    "",
    "{",
    "null",
    "true",
    "7",
    '"text"',
    "[]",
    '[{"model":"gpt"}]',
    "{}{}",
    '{"model":"gpt"} x',
    "{'model':'gpt'}",
    '{"model":"gpt",}',
    '{"model":gpt}',
    '{"model":"gpt" "messages":[]}',
    '{model:"gpt"}',
    '{"model":"gpt","n":01}',
    '{"model":"gpt","n":+1}',
    '{"model":"gpt","n":.5}',
    '{"model":"gpt","n":1.}',
    '{"model":"gpt","n":NaN}',
    '{"model":"gpt","n":Infinity}',
    '{"model":"gpt","x":"\\x41"}',
    '{"model":"gpt","x":"\\u12"}',
    '{"model":"gpt","x":"a\nb"}',
    '{"model":"gpt","x":"a\u0000b"}',
    '{"model":"gpt"/* c */}',
    "\ufeff",
    "\u0000",
    "model=gpt&messages=[]",
    "--boundary\r\ncontent-disposition: form-data; name=model\r\n\r\ngpt\r\n--boundary--",
  ])("refuses %j", async (body) => {
    await isRefused(path, body);
  });

  test.each([
    ["no UTF-8 in a string", Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0xfe, 0x22, 0x7d])],
    ["UTF-16", Buffer.from('{"model":"gpt","messages":[]}', "utf16le")],
    ["random bytes", Buffer.from(Array.from({ length: 999 }, (_, index) => (index * 197 + 31) % 256))],
  ])("refuses %s", async (_name, body) => {
    await isRefused(path, body);
  });

  test("refuses a wrong type at every field that the gateway reads", async () => {
    const good = OPERATIONS[path];
    const required = path.includes("chat")
      ? "messages"
      : path.includes("embed") || path.includes("mod")
        ? "input"
        : "prompt";
    const wrong: Readonly<Record<string, readonly unknown[]>> = {
      ...(path.includes("gpt") ? {} : { model: [1, true, {}, [], ["gpt"], "", "unknown"] }),
      [required]: [undefined, null, 7, true, {}, ...(required === "messages" ? ["text"] : [])],
      stream: ["true", 1, {}, []],
      stream_options: ["x", 1, true, []],
      timeout: ["soon", "", -1, 0, {}, [], true, 1e99, "1e99"],
      request_timeout: [-5, "x"],
      stream_timeout: [-5, "x"],
      drop_params: ["true", 1, {}],
      allowed_openai_params: ["a", {}, [1], [["a"]], 7],
      additional_drop_params: ["a", {}, [null], 7],
      ...(path.includes("embed") ? { encoding_format: ["base32", 1, {}, [], true, ""] } : {}),
      num_retries: ["x", -1, 1.5, {}, 101],
      disable_fallbacks: ["true", 1],
      fallbacks: ["a", {}, [1], [["a"]], [{ a: "b" }], [{ a: [1] }], [{ model: "b", api_key: "k" }]],
      context_window_fallbacks: ["a"],
      priority: ["x", 1.5],
      fastest_response: ["true"],
      mock_testing_fallbacks: [true],
      api_key: ["", 1, "a b", {}],
      api_base: ["http://x"],
      base_url: ["http://x"],
      user_config: [{}],
      model_list: [[]],
    };
    for (const [name, values] of Object.entries(wrong)) {
      for (const value of values) await isRefused(path, { ...good, [name]: value });
    }
  });

  test("takes null for every optional field", async () => {
    const names = "stream stream_options timeout drop_params allowed_openai_params encoding_format api_key user_config";
    const nulls = Object.fromEntries(names.split(" ").map((name) => [name, null]));
    expect((await send(path, { ...OPERATIONS[path], ...nulls })).status).toBe(200);
  });

  test("takes or refuses what is merely strange, and never breaks", async () => {
    const brackets = 100_000;
    const strange = [
      `{"model":"gpt","messages":${"[".repeat(brackets)}${"]".repeat(brackets)}}`,
      `{"model":"gpt","messages":${"[".repeat(brackets)}`,
      `{"x":${'{"a":'.repeat(brackets)}1${"}".repeat(brackets)}}`,
      `${"[".repeat(brackets)}${"]".repeat(brackets)}`,
      `{${Array.from({ length: 70_000 }, (_, index) => `"key-${index}":${index}`).join(",")}}`,
      `{${'"a":1,'.repeat(150_000)}"model":"gpt"}`,
      `{"${"k".repeat(1_000_000)}":1}`,
      `{"model":"gpt","input":"\\ud800","prompt":"\\udc00\\ud800","messages":[{"content":"\\ud83d"}],"\\ud800":1}`,
      `{"model":"\\ud800"}`,
      `{"model":"gpt","prompt":"\\u0000","input":"\\u0000","messages":["\\u0000"],"\\u0000":1}`,
      `{"__proto__":{"model":"gpt"},"constructor":{},"hasOwnProperty":1,"toString":"x","model":"gpt","messages":[],"input":"a","prompt":"a"}`,
      `{"model":"gpt","messages":[],"input":"a","prompt":"a","x":1e999999999}`,
      `{"model":"gpt","messages":[],"input":"a","prompt":"a","x":${"9".repeat(100_000)}}`,
      `${" ".repeat(1_000_000)}{"model":"gpt","messages":[],"input":"a","prompt":"a"}${"\n".repeat(1000)}`,
    ];
    for (const body of strange) {
      const reply = await send(path, body);
      expect([200, 400], `${body.slice(0, 60)} ${await reply.clone().text()}`).toContain(reply.status);
      upstream.reset();
    }
  });
});

test("a text of 10 MB passes whole", async () => {
  const text = 'x\\u00e9\\"'.repeat(1_000_000);
  const reply = await send("/v1/chat/completions", `{"model":"gpt","messages":[{"role":"user","content":"${text}"}]}`);
  expect(reply.status).toBe(200);
  expect(upstream.last().body.length).toBeGreaterThan(9_000_000);
});

test("the built-in model survives what it must parse itself", async () => {
  const bodies = [
    '{"model":"demo","messages":[],"n":1e99}',
    '{"model":"demo","messages":[],"n":-1,"stream":true}',
    '{"model":"demo","messages":[{"content":"\\ud800"}]}',
    '{"model":"demo","messages":[],"stream":true,"stream_options":{"include_usage":1}}',
    `{"model":"demo","messages":${"[".repeat(100_000)}${"]".repeat(100_000)}}`,
  ];
  for (const body of bodies) {
    const reply = await send("/v1/chat/completions", body);
    expect([200, 400], body.slice(0, 80)).toContain(reply.status);
    await reply.text();
  }
  for (const input of ['""', "[]", "[[]]", "[null]", "[{}]", '["\\ud800"]']) {
    const reply = await send("/v1/embeddings", `{"model":"demo","input":${input}}`);
    expect([200, 400], input).toContain(reply.status);
    expect((await send("/v1/moderations", `{"model":"demo","input":${input}}`)).status).toBeLessThan(500);
  }
});

describe("encoded bodies", () => {
  const path = "/v1/chat/completions";
  const body = Buffer.from(JSON.stringify(OPERATIONS[path]));

  test.each([
    ["gzip", gzipSync(body)],
    ["x-gzip", gzipSync(body)],
    ["GZip", gzipSync(body)],
    ["deflate", deflateSync(body)],
    ["br", brotliCompressSync(body)],
    ["zstd", zstdCompressSync(body)],
    ["identity", body],
    ["gzip, br", brotliCompressSync(gzipSync(body))],
    ["", body],
  ])("%p is understood", async (encoding, bytes) => {
    const reply = await send(path, bytes, { "content-encoding": encoding });
    expect(reply.status, await reply.clone().text()).toBe(200);
    expect(upstream.last().json).toMatchObject({ messages: OPERATIONS[path].messages });
  });

  test.each(["rot13", "gzip, rot13", "__proto__", "constructor", "toString", "gzip;q=1"])(
    "%p is not: 415",
    async (encoding) => {
      const reply = await send(path, body, { "content-encoding": encoding });
      expect([reply.status, (await readError(reply)).type]).toEqual([415, "invalid_request_error"]);
    },
  );

  test.each(["gzip", "deflate", "br", "zstd"])("broken %s is 400", async (encoding) => {
    for (const bytes of [body, Buffer.alloc(0), gzipSync(body).subarray(0, 20)]) {
      const reply = await send(path, bytes, { "content-encoding": encoding });
      expect(reply.status).toBe(400);
      await readError(reply);
    }
  });

  test("bombs are 413, whatever they are made of", async () => {
    const zeros = Buffer.alloc(100_000_000, 0x20);
    const bombs = { gzip: gzipSync(zeros), deflate: deflateSync(zeros), zstd: zstdCompressSync(zeros) };
    for (const [encoding, bytes] of Object.entries(bombs)) {
      const reply = await send(path, bytes, { "content-encoding": encoding });
      expect([encoding, reply.status]).toEqual([encoding, 413]);
    }
    const nested = await send(path, gzipSync(gzipSync(zeros)), { "content-encoding": "gzip, gzip" });
    expect(nested.status).toBe(413);
  });

  test("a long list of encodings costs nothing", async () => {
    const encoding = new Array<string>(2000).fill("gzip").join(",");
    expect((await send(path, body, { "content-encoding": encoding })).status).toBeLessThan(500);
  });
});
