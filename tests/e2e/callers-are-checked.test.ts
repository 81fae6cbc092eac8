import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { harmDone } from "../support/gateway-health.ts";
import { type GatewayProcess, startGateway } from "../support/gateway-process.ts";
import { MESSAGES, modelEntry, openaiParams, postJson, readError } from "../support/gateway-setup.ts";
import { openRawClient, writePost } from "../support/raw-client.ts";

const MASTER_KEY = "sk-master-0123456789-secret";
const WRONG_KEY = "sk-wrong-abcdefghijkl-secret";
const VENDOR_KEY = "sk-vendor-qwertyuiop-secret";
const PLAIN_VENDOR_KEY = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
const upstream = startFakeUpstream({ keys: [VENDOR_KEY] });
let gateway: GatewayProcess;
let custom: GatewayProcess;

beforeAll(async () => {
  const model_list = [
    modelEntry("gpt", openaiParams(upstream, "openai/gpt-4o", { api_key: VENDOR_KEY })),
    modelEntry("azure", { model: "azure/d", api_base: upstream.url, api_key: PLAIN_VENDOR_KEY }),
  ];
  [gateway, custom] = await Promise.all([
    startGateway({ config: { model_list, general_settings: { master_key: MASTER_KEY } } }),
    startGateway({
      config: { model_list, general_settings: { master_key: "plain-master", litellm_key_header_name: "X-Team-Key" } },
    }),
  ]);
});
afterEach(() => upstream.reset());
afterAll(async () => {
  for (const process of [gateway, custom]) {
    expect(harmDone(process)).toEqual([]);
    expect(await process.stop()).toBe(0);
    for (const secret of [
      MASTER_KEY,
      WRONG_KEY,
      VENDOR_KEY,
      PLAIN_VENDOR_KEY,
      "0123456789-secret",
      "abcdefghijkl",
      "qwertyuiop",
    ]) {
      expect(process.logs()).not.toContain(secret);
    }
  }
  upstream.close();
});

const ask = (headers: Record<string, string>, of = gateway): Promise<Response> =>
  postJson(`${of.url}/v1/chat/completions`, { model: "gpt", messages: MESSAGES }, { headers });

describe("the master key is found", () => {
  test.each<[string, Record<string, string>]>([
    ["in Authorization", { authorization: `Bearer ${MASTER_KEY}` }],
    ["in Authorization with a small b", { authorization: `bearer ${MASTER_KEY}` }],
    ["in Authorization as Basic", { authorization: `Basic ${MASTER_KEY}` }],
    ["in Authorization behind more spaces", { authorization: `Bearer   ${MASTER_KEY}` }],
    [
      "in an AWS signature",
      {
        authorization: `AWS4-HMAC-SHA256 Credential=Bearer ${MASTER_KEY}/20261123/us-east-1/bedrock/aws4_request, Signature=x`,
      },
    ],
    ["in x-litellm-api-key", { "x-litellm-api-key": MASTER_KEY }],
    ["in x-litellm-api-key with Bearer", { "x-litellm-api-key": `Bearer ${MASTER_KEY}` }],
    ["in API-Key", { "API-Key": MASTER_KEY }],
    ["in x-api-key", { "x-api-key": MASTER_KEY }],
    ["in x-goog-api-key", { "x-goog-api-key": MASTER_KEY }],
    ["in Ocp-Apim-Subscription-Key", { "Ocp-Apim-Subscription-Key": MASTER_KEY }],
    ["in x-litellm-api-key before Authorization", { "x-litellm-api-key": MASTER_KEY, authorization: "Bearer vendor" }],
    ["in Authorization before api-key", { authorization: `Bearer ${MASTER_KEY}`, "api-key": WRONG_KEY }],
    ["in api-key before x-api-key", { "api-key": MASTER_KEY, "x-api-key": WRONG_KEY }],
    ["in x-api-key before x-goog-api-key", { "x-api-key": MASTER_KEY, "x-goog-api-key": WRONG_KEY }],
    ["behind an Authorization of another scheme", { authorization: "Digest abc", "x-api-key": MASTER_KEY }],
    ["behind an empty Authorization", { authorization: "", "api-key": MASTER_KEY }],
  ])("%s", async (_name, headers) => {
    const reply = await ask(headers);
    expect(reply.status, await reply.text()).toBe(200);
    expect(upstream.last().headers.get("authorization")).toBe(`Bearer ${VENDOR_KEY}`);
  });
});

describe("nobody else is let in", () => {
  test.each<[string, Record<string, string>, number, string, string]>([
    ["no key", {}, 401, "auth_error", "Authentication Error, No api key passed in."],
    ["an unusable scheme", { authorization: "Digest abc" }, 401, "auth_error", "Malformed API Key passed in."],
    ["a bare key", { authorization: MASTER_KEY }, 401, "auth_error", "Malformed API Key passed in."],
    ["Bearer and nothing", { authorization: "Bearer " }, 401, "auth_error", "Authentication Error"],
    ["another key", { authorization: `Bearer ${WRONG_KEY}` }, 400, "no_db_connection", "No connected db."],
    ["a beginning of the key", { authorization: `Bearer ${MASTER_KEY.slice(0, -1)}` }, 400, "no_db_connection", ""],
    ["more than the key", { authorization: `Bearer ${MASTER_KEY}x` }, 400, "no_db_connection", ""],
    ["the key in capitals", { authorization: `Bearer ${MASTER_KEY.toUpperCase()}` }, 401, "auth_error", "Received="],
    [
      "a key of another kind",
      { authorization: "Bearer eyJhbGciOi.JIUzI1NiJ9" },
      401,
      "auth_error",
      "to start with 'sk-'",
    ],
    ["a short key", { authorization: "Bearer abc" }, 401, "auth_error", "Received=****"],
    [
      "x-litellm-api-key wrong, Authorization right",
      { "x-litellm-api-key": WRONG_KEY, authorization: `Bearer ${MASTER_KEY}` },
      400,
      "no_db_connection",
      "",
    ],
    ["the key in the query only", {}, 401, "auth_error", ""],
    ["a key of odd bytes", { authorization: "Bearer sk-\u00ff\u0080" }, 400, "no_db_connection", ""],
    ["a huge key", { authorization: `Bearer sk-${"x".repeat(10_000)}` }, 400, "no_db_connection", ""],
  ])("with %s", async (_name, headers, status, type, text) => {
    const reply = await ask(headers);
    const error = await readError(reply);
    expect([reply.status, error.type]).toEqual([status, type]);
    expect(error.message).toContain(text);
    expect(error.message.length).toBeLessThan(400);
    for (const value of Object.values(headers))
      if (value.length > 20) expect(error.message).not.toContain(value.slice(7));
    expect(upstream.requests.length).toBe(0);
  });

  test("on any path, known or not, in any method, before the body is read", async () => {
    const paths = [
      "/v1/chat/completions",
      "/engines/gpt/chat/completions",
      "/v1/embeddings",
      "/moderations",
      "/completions",
    ];
    for (const path of paths) {
      const reply = await postJson(gateway.url + path, "{broken", { headers: { "content-encoding": "rot13" } });
      expect([path, reply.status]).toEqual([path, 401]);
    }
    for (const path of ["/v1/models", "/health", "/model/info"]) {
      const reply = await fetch(gateway.url + path);
      expect([path, [401, 404].includes(reply.status)]).toEqual([path, true]);
    }
  });
});

test("on one connection each request is checked by itself, also when its head is nearly the one before", async () => {
  const client = await openRawClient(gateway.url);
  const almost = `${MASTER_KEY.slice(0, -1)}x`;
  const keys = [MASTER_KEY, MASTER_KEY, MASTER_KEY, almost, MASTER_KEY, WRONG_KEY, MASTER_KEY, almost, almost];
  const statuses: number[] = [];
  for (const [index, key] of keys.entries()) {
    const body = JSON.stringify({ model: "gpt", messages: MESSAGES, user: `${index}` });
    client.write(writePost("/v1/chat/completions", body, { authorization: `Bearer ${key}` }));
    statuses.push((await client.reply(index)).status);
  }
  expect(statuses).toEqual(keys.map((key) => (key === MASTER_KEY ? 200 : 400)));
  client.end();
});

describe("a header name of the operator's own replaces the list", () => {
  test.each<[Record<string, string>, number]>([
    [{ "x-team-key": "plain-master" }, 200],
    [{ "X-TEAM-KEY": "Bearer plain-master" }, 200],
    [{ authorization: "Bearer plain-master" }, 401],
    [{ "x-litellm-api-key": "plain-master" }, 401],
    [{ "x-team-key": "" }, 401],
    [{ "x-team-key": "plain-mastex" }, 401],
  ])("%j: %d", async (headers, status) => {
    const reply = await ask(headers, custom);
    expect(reply.status).toBe(status);
    await reply.text();
  });
});

test("keys stay out of logs and answers, also when the vendor repeats them", async () => {
  const authorization = `Bearer ${MASTER_KEY}`;
  for (const echoed of [VENDOR_KEY, `Bearer ${MASTER_KEY}`, `https://vendor/v1?api_key=${VENDOR_KEY}&x=1`]) {
    for (const body of [
      `you sent ${echoed}`,
      { error: { message: `bad ${echoed}`, code: echoed, param: echoed, type: echoed } },
    ]) {
      upstream.next({ status: 401, body });
      const text = await (await ask({ authorization })).text();
      for (const secret of ["0123456789-secret", "qwertyuiop"]) expect(text).not.toContain(secret);
    }
  }
  upstream.next({ chunks: [`data: {"error":{"message":"bad ${VENDOR_KEY}"}}\n\n`] });
  const body = { model: "gpt", messages: MESSAGES, stream: true };
  const stream = await postJson(`${gateway.url}/v1/chat/completions`, body, { headers: { authorization } });
  expect(await stream.text()).not.toContain("qwertyuiop");
});

test("a vendor's key is found in its words though it looks like nothing special", async () => {
  const headers = { authorization: `Bearer ${MASTER_KEY}` };
  const message = `Access denied due to invalid subscription key ${PLAIN_VENDOR_KEY}.`;
  upstream.next({ status: 401, body: { error: { message, code: "401", detail: [PLAIN_VENDOR_KEY] } } });
  const body = { model: "azure", messages: MESSAGES };
  const text = await (await postJson(`${gateway.url}/v1/chat/completions`, body, { headers })).text();
  expect(text).toContain("Access denied due to invalid subscription key ****.");
  expect(text).not.toContain(PLAIN_VENDOR_KEY);
});

test("a credential in a body that is not taken is refused without being repeated", async () => {
  const headers = { authorization: `Bearer ${MASTER_KEY}` };
  const body = { model: "gpt", messages: MESSAGES, azure_ad_token: "sk-own-zxcvbnm-secret" };
  const reply = await postJson(`${gateway.url}/v1/chat/completions`, body, { headers });
  expect(reply.status).toBe(401);
  expect(await reply.text()).not.toContain("zxcvbnm");
  expect(gateway.logs()).not.toContain("zxcvbnm");
});
