import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { harmDone } from "../support/gateway-health.ts";
import { type GatewayProcess, startGateway } from "../support/gateway-process.ts";
import { modelEntry, openaiParams, readError } from "../support/gateway-setup.ts";

const upstream = startFakeUpstream();
const KEY = "sk-master-0123456789";
const ELSEWHERE = "https://evil.example";
let open: GatewayProcess;
let keyed: GatewayProcess;
let listed: GatewayProcess;

beforeAll(async () => {
  const model_list = [modelEntry("gpt", openaiParams(upstream, "openai/gpt-4o"))];
  const withKey = { model_list, general_settings: { master_key: KEY } };
  [open, keyed, listed] = await Promise.all([
    startGateway({ config: { model_list } }),
    startGateway({ config: withKey }),
    startGateway({
      config: { model_list },
      env: { LITELLM_CORS_ORIGINS: "https://good.example, https://also.example" },
    }),
  ]);
});
afterEach(() => upstream.reset());
afterAll(async () => {
  for (const gateway of [open, keyed, listed]) {
    expect(harmDone(gateway)).toEqual([]);
    expect(await gateway.stop()).toBe(0);
  }
  upstream.close();
});

const PATH = "/v1/chat/completions";
const BODY = '{"model":"gpt","messages":[]}';

const post = (gateway: GatewayProcess, headers: Record<string, string>): Promise<Response> => {
  upstream.next({ body: {} });
  return fetch(gateway.url + PATH, { method: "POST", headers, body: BODY });
};

const preflight = (gateway: GatewayProcess, origin: string, path = PATH): Promise<Response> =>
  fetch(gateway.url + path, {
    method: "OPTIONS",
    headers: {
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization,content-type,x-stainless-lang",
    },
  });

describe("a gateway that asks for no key", () => {
  test.each([
    "application/json",
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "",
  ])("is closed to a page elsewhere, sent as %p", async (type) => {
    const reply = await post(open, { origin: ELSEWHERE, "content-type": type });
    expect(reply.status).toBe(403);
    expect(reply.headers.get("access-control-allow-origin")).toBeNull();
    expect((await readError(reply)).message).toContain("LITELLM_CORS_ORIGINS");
    expect(upstream.requests.length).toBe(0);
  });

  test.each([
    "null",
    "file://",
    "http://localhost.evil.example",
    "http://127.0.0.1.evil.example",
    "http://evil.example:4000",
    "http://localhost:4000@evil.example",
    "http://localhost:4000/",
    "chrome-extension://abc",
    "HTTP://LOCALHOST.EVIL",
    " ",
  ])("and to %p", async (origin) => {
    expect((await post(open, { origin })).status).toBe(403);
    expect((await preflight(open, origin)).headers.get("access-control-allow-origin")).toBeNull();
    expect(upstream.requests.length).toBe(0);
  });

  test.each(["http://localhost:3000", "http://localhost", "https://127.0.0.1:8443", "http://[::1]:5173"])(
    "but not to %s, a page of this machine",
    async (origin) => {
      const reply = await post(open, { origin });
      expect(reply.status).toBe(200);
      expect(reply.headers.get("access-control-allow-origin")).toBe(origin);
      expect(reply.headers.get("vary")).toContain("origin");
      expect((await preflight(open, origin)).headers.get("access-control-allow-origin")).toBe(origin);
    },
  );

  test("and to programs, which send no origin", async () => {
    expect((await post(open, {})).status).toBe(200);
  });

  test("opens to the pages that the operator lists, and to no other", async () => {
    expect((await post(listed, { origin: "https://good.example" })).status).toBe(200);
    expect((await post(listed, { origin: "https://also.example" })).status).toBe(200);
    for (const origin of [
      ELSEWHERE,
      "https://good.example.evil.example",
      "http://good.example",
      "http://localhost:3000",
    ]) {
      expect((await post(listed, { origin })).status).toBe(403);
    }
  });
});

describe("a gateway with keys", () => {
  test("answers any page that has a key, and lets it read headers", async () => {
    const reply = await post(keyed, { origin: ELSEWHERE, authorization: `Bearer ${KEY}` });
    expect(reply.status).toBe(200);
    expect(reply.headers.get("access-control-allow-origin")).toBe(ELSEWHERE);
    expect(reply.headers.get("access-control-expose-headers")).toContain("x-litellm-call-id");
    expect(reply.headers.get("access-control-expose-headers")).toContain("x-portolan-dropped");
    expect(reply.headers.get("access-control-allow-credentials")).toBeNull();
  });

  test("lets a page read why it was refused", async () => {
    const reply = await post(keyed, { origin: ELSEWHERE });
    expect([reply.status, reply.headers.get("access-control-allow-origin")]).toEqual([401, ELSEWHERE]);
  });

  test("answers a preflight without a key", async () => {
    const { status, headers } = await preflight(keyed, ELSEWHERE);
    expect(status).toBe(204);
    expect(headers.get("access-control-allow-origin")).toBe(ELSEWHERE);
    expect(headers.get("access-control-allow-methods")).toContain("POST");
    expect(headers.get("access-control-allow-headers")).toContain("x-stainless-lang");
    expect(Number(headers.get("access-control-max-age"))).toBeGreaterThan(0);
  });

  test("gives streams the same headers", async () => {
    upstream.next({ chunks: ["data: [DONE]\n\n"] });
    const reply = await fetch(keyed.url + PATH, {
      method: "POST",
      headers: { origin: ELSEWHERE, authorization: `Bearer ${KEY}` },
      body: '{"model":"gpt","messages":[],"stream":true}',
    });
    expect(reply.headers.get("access-control-allow-origin")).toBe(ELSEWHERE);
    expect(await reply.text()).toBe("data: [DONE]\n\n");
  });
});

describe("methods", () => {
  const ask = (method: string, path: string): Promise<Response> =>
    fetch(keyed.url + path, { method, headers: { authorization: `Bearer ${KEY}` } });

  test("OPTIONS says what a path takes, needs no key, and has no body", async () => {
    const reply = await fetch(keyed.url + PATH, { method: "OPTIONS" });
    expect([reply.status, reply.headers.get("allow"), await reply.text()]).toEqual([204, "POST, OPTIONS", ""]);
  });

  test("OPTIONS of an unknown path is 404", async () => {
    expect((await fetch(`${keyed.url}/nothing`, { method: "OPTIONS" })).status).toBe(404);
  });

  test.each(["GET", "PUT", "DELETE", "PATCH"])("%s of a POST path is 405 in the error shape", async (method) => {
    const reply = await ask(method, PATH);
    expect([reply.status, reply.headers.get("allow")]).toEqual([405, "POST"]);
    expect(await readError(reply)).toMatchObject({ type: "invalid_request_error", code: "405" });
  });

  test("HEAD of a POST path is 405 without a body", async () => {
    const reply = await ask("HEAD", PATH);
    expect([reply.status, await reply.text()]).toEqual([405, ""]);
  });

  test("an unknown path is 404 in the error shape, in any method", async () => {
    for (const method of ["GET", "POST", "DELETE"]) {
      const reply = await ask(method, "/v1/no/such/path");
      expect(reply.status).toBe(404);
      expect((await readError(reply)).code).toBe("404");
    }
  });
});
