import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { harmDone } from "../support/gateway-health.ts";
import { type GatewayProcess, startGateway } from "../support/gateway-process.ts";
import { MESSAGES, modelEntry, openaiParams, postJson, readError } from "../support/gateway-setup.ts";
import type { ScriptedReply } from "../support/scripted-reply.ts";
import { within } from "../support/within.ts";

const upstream = startFakeUpstream();
const elsewhere = startFakeUpstream();
let gateway: GatewayProcess;

/** A port that nothing listens on. */
const closedPort = (): number => {
  const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => undefined } });
  const { port } = listener;
  listener.stop(true);
  return port;
};

beforeAll(async () => {
  const params = (url: string): Readonly<Record<string, unknown>> => openaiParams({ url }, "openai/gpt-4o");
  gateway = await startGateway({
    config: {
      router_settings: { num_retries: 0, disable_cooldowns: true },
      model_list: [
        modelEntry("gpt", params(upstream.url)),
        modelEntry("hasty", openaiParams(upstream, "openai/gpt-4o", { timeout: 0.3 })),
        modelEntry("refused", params(`http://127.0.0.1:${closedPort()}`)),
        modelEntry("nowhere", params("http://no-such-host.invalid")),
      ],
    },
  });
});
afterEach(() => upstream.reset());
afterAll(async () => {
  expect(harmDone(gateway)).toEqual([]);
  expect(await gateway.stop()).toBe(0);
  upstream.close();
  elsewhere.close();
});

const ask = (reply: ScriptedReply | undefined, model = "gpt", body = {}): Promise<Response> => {
  if (reply !== undefined) upstream.next(reply);
  return within(
    postJson(`${gateway.url}/v1/chat/completions`, { model, messages: MESSAGES, ...body }),
    "an answer",
    4000,
  );
};

describe("no connection", () => {
  test.each([
    ["refused", "Cannot connect"],
    ["nowhere", "Cannot connect"],
  ])("to '%s' is a 500 APIConnectionError that names the host", async (model, text) => {
    for (const stream of [false, true]) {
      const reply = await ask(undefined, model, { stream });
      const error = await readError(reply);
      expect([reply.status, error.type, error.code]).toEqual([500, "internal_server_error", "500"]);
      expect(error.message).toContain("litellm.APIConnectionError: APIConnectionError: OpenAIException");
      expect(error.message).toContain(text);
    }
  });

  test("that closes right after it was accepted", async () => {
    upstream.server.closeIdleConnections();
    upstream.server.refuseNext(1);
    expect((await ask(undefined)).status).toBe(500);
    expect((await ask(undefined)).status).toBe(200);
  });
});

describe("time limits", () => {
  const never = new Promise<never>(() => undefined);

  test("no first byte: 408, and the vendor is let go", async () => {
    const reply = await ask({ after: never }, "hasty");
    const error = await readError(reply);
    expect([reply.status, error.type]).toEqual([408, "timeout_error"]);
    expect(error.message).toContain("litellm.Timeout");
    await within(upstream.last().aborted, "the vendor's connection closes");
  });

  test("half a body, then silence: 408 too", async () => {
    expect((await ask({ body: { choices: [] }, ending: "stall" }, "hasty")).status).toBe(408);
    await within(upstream.last().aborted, "the vendor's connection closes");
  });

  test.each([
    [{ timeout: 0.1 }, {}],
    [{ request_timeout: "0.1" }, {}],
    [{ timeout: 60 }, { "x-litellm-timeout": "0.1" }],
  ])("the caller's own, by body %j and headers %j", async (body, headers) => {
    upstream.next({ after: never });
    const reply = await postJson(
      `${gateway.url}/v1/chat/completions`,
      { model: "gpt", messages: MESSAGES, ...body },
      { headers },
    );
    expect(reply.status).toBe(408);
  });

  test("the caller's own for the first event of a stream", async () => {
    expect((await ask({ after: never }, "gpt", { stream: true, stream_timeout: 0.1 })).status).toBe(408);
  });
});

describe("malformed replies", () => {
  const OK = "HTTP/1.1 200 OK\r\n";

  test.each<[string, string]>([
    ["no HTTP at all", "nonsense\r\n\r\n"],
    ["another protocol", "SSH-2.0-OpenSSH_9.6\r\n\r\n"],
    ["HTTP/2 over plain text", "HTTP/2 200\r\n\r\n"],
    ["a status below 100", "HTTP/1.1 99 x\r\n\r\n"],
    ["a status above 999", "HTTP/1.1 2000 x\r\n\r\n"],
    ["a status of letters", "HTTP/1.1 abc x\r\n\r\n"],
    ["a negative content-length", `${OK}content-length: -1\r\n\r\n{}`],
    ["a content-length of letters", `${OK}content-length: two\r\n\r\n{}`],
    ["an absurd content-length", `${OK}content-length: 99999999999999999999\r\n\r\n{}`],
    ["two different content-lengths", `${OK}content-length: 2\r\ncontent-length: 3\r\n\r\n{} `],
    ["an unknown transfer-encoding", `${OK}transfer-encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`],
    ["a header without a colon", `${OK}content-length 2\r\n\r\n{}`],
    ["a header without a name", `${OK}: 2\r\n\r\n{}`],
    ["a bad chunk size", `${OK}transfer-encoding: chunked\r\n\r\nxyz\r\n{}\r\n0\r\n\r\n`],
    ["a negative chunk size", `${OK}transfer-encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n`],
    ["a huge chunk size", `${OK}transfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\n{}\r\n0\r\n\r\n`],
    ["a chunk that goes on", `${OK}transfer-encoding: chunked\r\n\r\n2\r\n{}zz\r\n0\r\n\r\n`],
    ["a head without end", `${OK}${"x: y\r\n".repeat(30_000)}`],
    ["a header line without end", `${OK}x: ${"y".repeat(200_000)}`],
    ["an upgrade", "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n"],
  ])("%s", async (_name, raw) => {
    const reply = await ask({ raw, ending: "stall" });
    const error = await readError(reply);
    expect(reply.status).toBe(500);
    expect(error.message).toContain("APIResponseValidationError");
    await within(upstream.last().aborted, "the connection is not used again");
    expect((await ask(undefined)).status).toBe(200);
  });

  test.each<[string, ScriptedReply]>([
    ["the connection closes before a reply", { raw: "", ending: "cut" }],
    ["it closes within the status line", { raw: "HTTP/1.1 2", ending: "cut" }],
    ["it closes within the headers", { raw: `${OK}content-type: app`, ending: "cut" }],
    ["it closes within the body", { body: { choices: [] }, ending: "cut" }],
    ["it closes within a chunk", { raw: `${OK}transfer-encoding: chunked\r\n\r\n10\r\n{}`, ending: "cut" }],
    ["it closes before the last chunk", { raw: `${OK}transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n`, ending: "cut" }],
    ["it is reset", { body: { choices: [] }, ending: "reset" }],
  ])("%s: a 500, and not sent twice", async (_name, scripted) => {
    upstream.server.closeIdleConnections();
    const reply = await ask(scripted);
    expect(reply.status).toBe(500);
    expect((await readError(reply)).message).toContain("APIConnectionError");
    expect(upstream.requests.length).toBe(1);
  });

  test("interim replies are skipped", async () => {
    const raw = `HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n${OK}content-length: 2\r\n\r\n{}`;
    expect(await (await ask({ raw })).text()).toBe("{}");
  });

  test("a body that the close delimits is taken whole", async () => {
    expect(await (await ask({ raw: `HTTP/1.0 200 OK\r\n\r\n{"a":1}`, ending: "cut" })).text()).toBe('{"a":1}');
  });

  test.each<[string, ScriptedReply]>([
    ["HTML with status 200", { headers: { "content-type": "text/html" }, body: "<html>Sign in</html>" }],
    ["an empty body with status 200", { body: "" }],
    ["status 204", { raw: "HTTP/1.1 204 No Content\r\n\r\n" }],
    ["plain text with status 200", { body: "upstream overloaded" }],
    ["broken gzip", { body: "{}", headers: { "content-encoding": "gzip" } }],
    ["an encoding that nobody knows", { body: "{}", headers: { "content-encoding": "rot13" } }],
  ])("%s is no answer", async (_name, scripted) => {
    const reply = await ask(scripted);
    expect(reply.status).toBe(500);
    expect((await readError(reply)).message).toContain("APIResponseValidationError");
  });
});

describe("redirects are never followed", () => {
  test.each([301, 302, 303, 307, 308])("%d", async (status) => {
    for (const stream of [false, true]) {
      const location = `${elsewhere.url}/v1/chat/completions`;
      const reply = await ask({ status, headers: { location }, body: "moved" }, "gpt", { stream });
      expect(reply.status).toBeGreaterThanOrEqual(500);
      expect(reply.headers.get("location")).toBeNull();
      await readError(reply);
    }
    expect(elsewhere.requests.length).toBe(0);
  });

  test("nor is 304 or 300 an answer", async () => {
    for (const status of [300, 304])
      expect((await ask({ raw: `HTTP/1.1 ${status} x\r\ncontent-length: 0\r\n\r\n` })).status).toBe(500);
  });
});

describe("a vendor's refusal", () => {
  test.each([400, 401, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503, 504, 529])(
    "%d is handed on",
    async (status) => {
      const body = { error: { message: "vendor says no", type: "vendor_type", param: "p", code: "vendor_code" } };
      const reply = await ask({ status, body });
      const got = (await reply.json()) as { readonly error: Readonly<Record<string, unknown>> };
      expect(reply.status).toBe(status);
      expect(got.error["code"]).toBe(String(status));
      expect(got.error["param"]).toBe("p");
      expect(got.error["message"]).toContain("OpenAIException - vendor says no. Received Model Group=gpt");
      expect(got.error["provider_specific_fields"]).toEqual({ error: body.error });
    },
  );

  test.each<[string, unknown]>([
    ["HTML", "<html>502 Bad Gateway</html>"],
    ["nothing", ""],
    ["null", null],
    ["a list", [{ error: { message: "in a list" } }]],
    ["a number", 7],
    ["an error that is null", { error: null }],
    ["an error that is empty", { error: {} }],
    ["strange types", { error: { message: { a: 1 }, type: 3, param: ["x"], code: null } }],
    ["a megabyte of text", "x".repeat(900_000)],
    ["prototype names", '{"error":{"__proto__":{"message":"x"},"constructor":1}}'],
    ["bytes that are no UTF-8", Buffer.from([0xff, 0xfe, 0x00, 0x80])],
  ])("with %s as its body", async (_name, body) => {
    const reply = await ask({ status: 503, body });
    expect(reply.status).toBe(503);
    const error = await readError(reply);
    expect(error.code).toBe("503");
    expect(error.message.length).toBeLessThan(10_000);
  });

  test("that is compressed is read", async () => {
    const reply = await ask({ status: 400, body: { error: { message: "packed" } }, isGzipped: true });
    expect((await readError(reply)).message).toContain("packed");
  });

  test.each<[string, ScriptedReply]>([
    ["of more than a megabyte", { status: 429, body: "x".repeat(3_000_000) }],
    ["that breaks off", { status: 429, body: "x".repeat(100), ending: "cut" }],
    ["of broken gzip", { status: 429, body: "{}", headers: { "content-encoding": "gzip" } }],
    ["of an unknown encoding", { status: 429, body: "{}", headers: { "content-encoding": "rot13" } }],
  ])("with a body %s is still the refusal that its status says", async (_name, scripted) => {
    const reply = await ask({ ...scripted, headers: { "retry-after": "3", ...scripted.headers } });
    expect([reply.status, reply.headers.get("retry-after")]).toEqual([429, "3"]);
  });

  test("with a retry-after is repeated in both forms", async () => {
    const { status, headers } = await ask({ status: 429, headers: { "retry-after": "1.5" }, body: {} });
    expect([status, headers.get("retry-after"), headers.get("retry-after-ms")]).toEqual([429, "2", "1500"]);
  });

  test("that repeats keys is scrubbed", async () => {
    const message = "Incorrect API key provided: sk-upstream-abcdefghijklmnop. See https://x/?key=topsecretvalue&b=1";
    const reply = await ask({ status: 401, body: { error: { message, code: "sk-upstream-abcdefghijklmnop" } } });
    const text = await reply.text();
    expect(text).not.toContain("abcdefghijkl");
    expect(text).not.toContain("topsecret");
    expect(gateway.logs()).not.toContain("abcdefghijkl");
  });
});
