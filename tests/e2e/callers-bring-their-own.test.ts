import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { harmDone } from "../support/gateway-health.ts";
import { type GatewayProcess, startGateway } from "../support/gateway-process.ts";
import { MESSAGES, modelEntry, openaiParams, postJson, readError } from "../support/gateway-setup.ts";
import { vendorError } from "../support/model-groups.ts";
import { bearersOf, toRecordedText } from "../support/recorded-text.ts";
import { within } from "../support/within.ts";

const SERVER_KEY = "sk-server-planted-0123456789";
const ENV_KEY = "sk-env-planted-9876543210";
const ORGANIZATION = "org-server-planted";
const HEADER = "header-server-planted";
const BODY = "body-server-planted";
const SERVER_SECRETS = [SERVER_KEY, ENV_KEY, ORGANIZATION, HEADER, BODY];

/** Keys of callers look like nothing in particular: no pattern knows them. */
const CALLER_KEY = "my own key".replaceAll(" ", "-").concat("-7Qz94kD02LmXw");
const BAD_KEY = "my-bad-key-55aaTTf0931x";
const KEYS = [SERVER_KEY, ENV_KEY, CALLER_KEY];

/** The configured deployments' vendor. */
const vendor = startFakeUpstream({ keys: KEYS, models: ["one", "two"], extraFields: ["user_note"] });
/** A host of a caller's choosing. */
const elsewhere = startFakeUpstream({ keys: KEYS, models: ["one", "two"], extraFields: ["user_note"] });

/** Hosts by default, with the loopback admitted for the test. Writes all that it ever writes. */
let gateway: GatewayProcess;
/** `allow_client_side_credentials: false`. */
let closed: GatewayProcess;
/** `allow_client_side_credentials: true`, nothing admitted besides. */
let open: GatewayProcess;
/** Nothing said at all. */
let silent: GatewayProcess;

const planted = (model: string, weight: number): Readonly<Record<string, unknown>> =>
  openaiParams(vendor, `openai/${model}`, {
    api_key: SERVER_KEY,
    organization: ORGANIZATION,
    extra_headers: { "x-planted": HEADER },
    extra_body: { user_note: BODY },
    weight,
  });

beforeAll(async () => {
  const model_list = [
    modelEntry("pair", planted("one", 1), { id: "one" }),
    modelEntry("pair", planted("two", 0), { id: "two" }),
    modelEntry("single", planted("one", 1)),
    modelEntry("from-env", { model: "openai/one", api_base: `${vendor.url}/v1` }),
    modelEntry("versioned", { model: "azure/chatgpt-v-2", api_base: vendor.url, api_key: SERVER_KEY }),
    modelEntry("vectors", openaiParams(vendor, "openai/text-embedding-3-small", { api_key: SERVER_KEY })),
    modelEntry("own-rule", {
      ...planted("one", 1),
      configurable_clientside_auth_params: [{ api_base: "http://127\\.0\\.0\\.1:\\d+/v1" }],
    }),
  ];
  const env = { OPENAI_API_KEY: ENV_KEY, OPENAI_ORGANIZATION: ORGANIZATION };
  const start = (general_settings: object, args: readonly string[] = []): Promise<GatewayProcess> =>
    startGateway({ config: { model_list, general_settings }, env, args });
  [gateway, closed, open, silent] = await Promise.all([
    start({ client_side_allowed_hosts: ["127.0.0.1"] }, ["--detailed_debug"]),
    start({ allow_client_side_credentials: false, client_side_allowed_hosts: ["127.0.0.1"] }),
    start({ allow_client_side_credentials: true, forward_openai_org_id: true }),
    start({}),
  ]);
});
afterEach(() => {
  vendor.reset();
  elsewhere.reset();
});
afterAll(async () => {
  for (const process of [gateway, closed, open, silent]) {
    const logs = process.logs();
    expect([CALLER_KEY, BAD_KEY, SERVER_KEY, ENV_KEY].filter((key) => logs.includes(key))).toEqual([]);
    expect(harmDone(process)).toEqual([]);
    expect(await process.stop()).toBe(0);
  }
  vendor.close();
  elsewhere.close();
});

const ask = (body: object, to = gateway, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
  within(
    postJson(
      `${to.url}/v1/chat/completions`,
      { model: "pair", messages: MESSAGES, num_retries: 0, ...body },
      { headers },
    ),
    "an answer",
  );

const own = (extra: object = {}): object => ({ api_key: CALLER_KEY, api_base: `${elsewhere.url}/v1`, ...extra });

const expectNothingPlanted = (): void => {
  for (const request of elsewhere.requests)
    for (const secret of SERVER_SECRETS) expect(toRecordedText(request)).not.toContain(secret);
};

describe("a key of the caller's own", () => {
  test.each([false, true])(
    "goes to the configured host, and no credential of the server with it (stream: %p)",
    async (stream) => {
      const reply = await ask({ api_key: CALLER_KEY, stream });
      expect(reply.status).toBe(200);
      await reply.text();
      expect(bearersOf(vendor.requests)).toEqual([CALLER_KEY]);
      for (const secret of [SERVER_KEY, ENV_KEY, ORGANIZATION, HEADER])
        expect(toRecordedText(vendor.last())).not.toContain(secret);
      expect(Object.keys(vendor.last().json as object)).not.toContain("api_key");
    },
  );

  test("goes with embeddings too", async () => {
    const body = { model: "vectors", input: "hi", api_key: CALLER_KEY };
    expect((await postJson(`${gateway.url}/v1/embeddings`, body)).status).toBe(200);
    expect(bearersOf(vendor.requests)).toEqual([CALLER_KEY]);
  });

  test("has its own organization beside it", async () => {
    await ask({ api_key: CALLER_KEY, organization: "org-of-the-caller" });
    expect(vendor.last().headers.get("openai-organization")).toBe("org-of-the-caller");
  });

  test("that is the server's goes with the API version that the caller names, and with no organization of the caller's", async () => {
    const reply = await ask({ model: "versioned", api_version: "2099-01-01", organization: "org-of-the-caller" });
    expect([reply.status, reply.headers.get("x-portolan-dropped")]).toEqual([200, "organization"]);
    expect(vendor.last().query.get("api-version")).toBe("2099-01-01");
    expect(toRecordedText(vendor.last())).not.toContain("org-of-the-caller");
  });

  test("that is the server's, where the vendor has no API versions, has the caller told so, or refused", async () => {
    const reply = await ask({ api_version: "2099-01-01" });
    expect([reply.status, reply.headers.get("x-portolan-dropped")]).toEqual([200, "api_version"]);
    const strict = await ask({ api_version: "2099-01-01" }, gateway, { "x-portolan-strict": "true" });
    expect([strict.status, (await readError(strict)).param]).toEqual([400, "api_version"]);
    const odd = await ask({ model: "versioned", api_version: "x/../y" });
    expect([odd.status, (await readError(odd)).param]).toEqual([400, "api_version"]);
  });

  test("that is the server's goes with the caller's organization where that is forwarded", async () => {
    await ask({ model: "from-env", organization: "org-of-the-caller" }, open);
    expect(vendor.last().headers.get("openai-organization")).toBe("org-of-the-caller");
  });

  test("is taken where callers may bring no hosts", async () => {
    expect((await ask({ api_key: CALLER_KEY }, closed)).status).toBe(200);
    expect(bearersOf(vendor.requests)).toEqual([CALLER_KEY]);
  });

  test("of null is none", async () => {
    expect((await ask({ api_key: null, api_base: null, base_url: null })).status).toBe(200);
    expect(bearersOf(vendor.requests)).toEqual([SERVER_KEY]);
  });

  test.each([[""], [7], [{}], ["line\nbreak"], ["x".repeat(100_000)]])("that is none is a 400: %j", async (api_key) => {
    const reply = await ask({ api_key });
    expect([reply.status, (await readError(reply)).param]).toEqual([400, "api_key"]);
    expect(vendor.requests.length).toBe(0);
  });

  test("#17115: joins no pool: the next callers' calls go out under the server's key", async () => {
    const models = await (await fetch(`${gateway.url}/model/info`)).text();
    for (const [index, key] of [CALLER_KEY, BAD_KEY, CALLER_KEY, BAD_KEY].entries())
      expect((await ask({ api_key: key })).status).toBe(index % 2 === 0 ? 200 : 401);
    vendor.reset();
    for (let count = 0; count < 20; count++) expect((await ask({})).status).toBe(200);
    expect(new Set(bearersOf(vendor.requests))).toEqual(new Set([SERVER_KEY]));
    expect(await (await fetch(`${gateway.url}/model/info`)).text()).toBe(models);
  });

  test.each([401, 429, 404, 500])("that fails with %d cools nothing down", async (status) => {
    for (let count = 0; count < 8; count++) {
      vendor.next(vendorError(status));
      expect((await ask({ api_key: CALLER_KEY })).status).toBe(status);
    }
    vendor.reset();
    expect((await ask({})).headers.get("x-litellm-model-id")).toBe("one");
    expect(vendor.requests.map(({ model }) => model)).toEqual(["one"]);
    expect((await ask({ api_key: CALLER_KEY })).headers.get("x-litellm-model-id")).toBe("one");
  });

  test("is in no error, though the vendor repeats it, and in no log", async () => {
    const message = `Incorrect API key provided: ${BAD_KEY}. Your header was 'Bearer ${BAD_KEY}'.`;
    for (const stream of [false, true]) {
      vendor.next(vendorError(401, { message, code: BAD_KEY, nested: { key: [BAD_KEY] } }));
      const id = `bad-key-${stream}`;
      const reply = await ask({ api_key: BAD_KEY, stream, model: "single" }, gateway, { "x-litellm-call-id": id });
      expect(reply.status).toBe(401);
      expect(await reply.text()).not.toContain(BAD_KEY);
      expect(JSON.stringify([...reply.headers])).not.toContain(BAD_KEY);
      await within(gateway.logged(new RegExp(`"call_id":"${id}"`)), "a log line");
    }
    expect(gateway.logs().includes(BAD_KEY)).toBe(false);
  });

  test("is the caller's call in the log all the same", async () => {
    await ask({ api_key: CALLER_KEY }, gateway, { "x-litellm-call-id": "own-key-counts" });
    const line = await within(gateway.logged(/"call_id":"own-key-counts".*"duration_ms"/), "a log line");
    expect(JSON.parse(line)).toMatchObject({ status: 200, model_group: "pair", deployment: "one" });
  });
});

describe("a host of the caller's own", () => {
  test("GHSA-jh89-88fc-qrfp: gets the caller's key and nothing of the server's", async () => {
    for (const model of ["pair", "from-env"]) {
      for (const stream of [false, true]) expect((await ask(own({ model, stream }))).status).toBe(200);
    }
    expect(bearersOf(elsewhere.requests)).toEqual(new Array(4).fill(CALLER_KEY));
    expectNothingPlanted();
    expect(vendor.requests.length).toBe(0);
  });

  test.each([["pair"], ["from-env"]])("#31467: without a key of the caller's is a 400 ('%s')", async (model) => {
    for (const name of ["api_base", "base_url"]) {
      const reply = await ask({ model, [name]: `${elsewhere.url}/v1` });
      expect([reply.status, (await readError(reply)).param]).toEqual([400, "api_base"]);
      const empty = await ask({ model, api_key: null, [name]: `${elsewhere.url}/v1` });
      expect(empty.status).toBe(400);
    }
    expect(elsewhere.requests.length + vendor.requests.length).toBe(0);
  });

  test("GHSA-3frq-6r6h-7j64: is not opened by a key in the body", async () => {
    for (const api_base of [
      `${elsewhere.url}/v1`,
      "https://collector.example/v1",
      "https://api.openai.com.example/v1",
    ]) {
      const reply = await ask(own({ api_base }), silent);
      const { message, type } = await readError(reply);
      expect([reply.status, type]).toEqual([401, "auth_error"]);
      expect(message).toStartWith("Authentication Error, Rejected Request: api_base is not allowed in request body.");
    }
    expect(elsewhere.requests.length).toBe(0);
  });

  test("is refused where the operator says so, known and admitted ones too", async () => {
    for (const api_base of [`${elsewhere.url}/v1`, "https://api.openai.com/v1"]) {
      const reply = await ask(own({ api_base }), closed);
      expect(reply.status).toBe(401);
      expect((await readError(reply)).message).toStartWith(
        "Authentication Error, Rejected Request: api_base is not allowed in request body. Enable with",
      );
    }
    expect(elsewhere.requests.length).toBe(0);
  });

  test("without a key is refused there with the contract's words", async () => {
    for (const name of ["api_base", "base_url"]) {
      const reply = await ask({ [name]: "https://api.openai.com/v1" }, closed);
      expect(reply.status).toBe(401);
      expect((await readError(reply)).message).toStartWith(
        "Authentication Error, Rejected Request: api_base is not allowed in request body. Enable with",
      );
    }
  });

  test("is taken where the model's own rule matches the whole of it", async () => {
    expect((await ask(own({ model: "own-rule" }), closed)).status).toBe(200);
    expect(bearersOf(elsewhere.requests)).toEqual([CALLER_KEY]);
    for (const suffix of ["/more", "?x=http://127.0.0.1:1/v1", "@evil.example"]) {
      const reply = await ask(own({ model: "own-rule", api_base: `${elsewhere.url}/v1${suffix}` }), closed);
      expect(reply.status).toBeOneOf([400, 401]);
    }
    expect(elsewhere.requests.length).toBe(1);
    expectNothingPlanted();
  });

  test("#37053: inside the server's network stays shut, whatever callers may bring", async () => {
    const { port } = new URL(elsewhere.url);
    const hosts = [
      ...["127.0.0.1", "localhost", "LOCALHOST.", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0.0.0.0"],
      ...["[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "127.0.0.1.", "①②⑦.0.0.1"],
      ...["10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254", "[fd00:ec2::254]", "[fe80::1]"],
    ];
    for (const host of hosts) {
      const reply = await ask(own({ api_base: `http://${host}:${port}/v1` }), open);
      expect([host, [400, 401].includes(reply.status)]).toEqual([host, true]);
      await readError(reply);
    }
    expect(elsewhere.requests.length).toBe(0);
  });

  test.each([
    ["ftp://127.0.0.1/v1"],
    ["file:///etc/passwd"],
    ["unix:///run/docker.sock"],
    ["127.0.0.1/v1"],
    ["nonsense"],
    [""],
    [7],
    ["http://user:secret@127.0.0.1/v1"],
  ])("that is no address is a 400: %j", async (api_base) => {
    const reply = await ask(own({ api_base }));
    expect([reply.status, (await readError(reply)).param]).toEqual([400, "api_base"]);
  });

  test("sends nobody on to another one", async () => {
    for (const status of [301, 302, 307, 308]) {
      elsewhere.next({ status, headers: { location: `${vendor.url}/v1/chat/completions` }, body: "" });
      expect((await ask(own())).status).toBeGreaterThanOrEqual(400);
    }
    expect(vendor.requests.length).toBe(0);
  });

  test("that fails cools nothing down, and is nobody else's afterwards", async () => {
    for (let count = 0; count < 8; count++) {
      elsewhere.next(vendorError(count % 2 === 0 ? 401 : 429));
      await ask(own());
    }
    elsewhere.reset();
    for (let count = 0; count < 5; count++) expect((await ask({})).headers.get("x-litellm-model-id")).toBe("one");
    expect(elsewhere.requests.length).toBe(0);
    expect(new Set(bearersOf(vendor.requests))).toEqual(new Set([SERVER_KEY]));
  });

  test.each([
    ["extra_body"],
    ["metadata"],
    ["litellm_metadata"],
    ["litellm_embedding_config"],
    ["litellm_params"],
    ["extra_query"],
  ])("hidden in '%s' is never called", async (name) => {
    await ask({ [name]: own({ api_key: "my-hidden-key" }) });
    expect(elsewhere.requests.length).toBe(0);
  });
});

describe("what else callers send", () => {
  test("GHSA-3frq-6r6h-7j64: a fallback of the body names no host and no key", async () => {
    for (const extra of [{ api_base: `${elsewhere.url}/v1` }, { api_key: CALLER_KEY }, own()]) {
      vendor.next(vendorError(500));
      await ask({ fallbacks: [{ model: "single", ...extra }] });
      await ask({ fallbacks: [{ pair: [{ model: "single", ...extra }] }] });
    }
    expect(elsewhere.requests.length).toBe(0);
    for (const { json } of vendor.requests) expect(json).not.toHaveProperty("api_base");
  });

  test.each([["extra_headers"], ["headers"]])("'%s' of a body replace no header of the gateway's", async (name) => {
    const evil = { authorization: "Bearer evil", "api-key": "evil", "x-api-key": "evil", host: "evil.example" };
    for (const body of [{}, { api_key: CALLER_KEY }]) {
      vendor.reset();
      expect((await ask({ ...body, [name]: evil })).status).toBe(200);
      expect(JSON.stringify(vendor.last().rawHeaders)).not.toContain("evil");
    }
  });

  test.each([
    ["model_list"],
    ["azure_ad_token"],
    ["aws_role_name"],
    ["aws_sts_endpoint"],
    ["aws_web_identity_token"],
    ["aws_bedrock_runtime_endpoint"],
    ["vertex_credentials"],
    ["s3_endpoint_url"],
    ["sagemaker_base_url"],
    ["deployment_url"],
  ])("'%s' is refused, be it null", async (name) => {
    for (const value of ["x", null]) {
      const reply = await ask({ [name]: value });
      expect(reply.status).toBe(401);
      expect((await readError(reply)).message).toStartWith(
        `Authentication Error, Rejected Request: ${name} is not allowed in request body.`,
      );
    }
    expect(vendor.requests.length).toBe(0);
  });
});
