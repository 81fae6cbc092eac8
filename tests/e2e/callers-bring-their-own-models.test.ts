import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { harmDone } from "../support/gateway-health.ts";
import { type GatewayProcess, startGateway } from "../support/gateway-process.ts";
import { MESSAGES, modelEntry, openaiParams, postJson, readError } from "../support/gateway-setup.ts";
import { askedModels, vendorError } from "../support/model-groups.ts";
import { bearersOf, toRecordedText } from "../support/recorded-text.ts";
import { within } from "../support/within.ts";

const SERVER_KEY = "sk-server-planted-0123456789";
const ENV_KEY = "sk-env-planted-9876543210";
const ORGANIZATION = "org-server-planted";
const CALLER_KEY = "my-own-key-7Qz94kD02LmXw";
const BAD_KEY = "my-bad-key-55aaTTf0931x";

const vendor = startFakeUpstream({ keys: [SERVER_KEY] });
const elsewhere = startFakeUpstream({ keys: [CALLER_KEY, ENV_KEY, SERVER_KEY], models: ["one", "two"] });

/** Has models and secrets of its own, fallbacks for all of them, and writes all that it ever writes. */
let gateway: GatewayProcess;
/** Has no model at all. */
let bare: GatewayProcess;
/** `allow_client_side_credentials: false`. */
let closed: GatewayProcess;
/** Any public host, none besides. */
let open: GatewayProcess;
/** Nothing said at all. */
let silent: GatewayProcess;

beforeAll(async () => {
  const params = openaiParams(vendor, "openai/gpt-4o", { api_key: SERVER_KEY, organization: ORGANIZATION });
  const models = {
    credential_list: [{ credential_name: "planted", credential_values: { api_key: SERVER_KEY } }],
    model_list: [modelEntry("gpt", params), modelEntry("spare", params)],
    router_settings: { fallbacks: [{ gpt: ["spare"] }, { mine: ["spare"] }], default_fallbacks: ["spare"] },
  };
  const env = { OPENAI_API_KEY: ENV_KEY, OPENAI_ORGANIZATION: ORGANIZATION, SECRET: SERVER_KEY };
  const start = (config: object, args: readonly string[] = []): Promise<GatewayProcess> =>
    startGateway({ config: { ...config }, env, args });
  const admitted = { client_side_allowed_hosts: ["127.0.0.1"] };
  [gateway, bare, closed, open, silent] = await Promise.all([
    start({ ...models, general_settings: admitted }, ["--detailed_debug"]),
    start({ general_settings: admitted }),
    start({ ...models, general_settings: { ...admitted, allow_client_side_credentials: false } }),
    start({ ...models, general_settings: { allow_client_side_credentials: true } }),
    start(models),
  ]);
});
afterEach(() => {
  for (const request of elsewhere.requests)
    for (const secret of [SERVER_KEY, ENV_KEY, ORGANIZATION]) expect(toRecordedText(request)).not.toContain(secret);
  vendor.reset();
  elsewhere.reset();
});
afterAll(async () => {
  for (const process of [gateway, bare, closed, open, silent]) {
    const logs = process.logs();
    expect([CALLER_KEY, BAD_KEY, SERVER_KEY, ENV_KEY].filter((key) => logs.includes(key))).toEqual([]);
    expect(harmDone(process)).toEqual([]);
    expect(await process.stop()).toBe(0);
  }
  vendor.close();
  elsewhere.close();
});

interface Asking {
  readonly to?: GatewayProcess;
  /** The caller's key for the gateway. */
  readonly caller?: string;
  readonly id?: string;
}

const ask = (
  user_config: unknown,
  body: object = {},
  { to = gateway, caller = "sk-a", id }: Asking = {},
): Promise<Response> => {
  const headers = { authorization: `Bearer ${caller}`, ...(id === undefined ? {} : { "x-litellm-call-id": id }) };
  const whole = { model: "mine", messages: MESSAGES, user_config, ...body };
  return within(postJson(`${to.url}/v1/chat/completions`, whole, { headers }), "an answer");
};

const entry = (name: string, model: string, params: object = {}): object => ({
  model_name: name,
  litellm_params: { model, api_key: CALLER_KEY, api_base: `${elsewhere.url}/v1`, ...params },
});

/** One deployment, `gpt-4o` at the caller's host. */
const single = (params: object = {}, settings: object = {}): object => ({
  model_list: [entry("mine", "openai/gpt-4o", params)],
  num_retries: 0,
  ...settings,
});

/** A first deployment that all calls go to, and a second that they go to without it. */
const pair = (settings: object = {}): object => ({
  model_list: [
    entry("mine", "openai/one", { weight: 1, cooldown_time: 60 }),
    entry("mine", "openai/two", { weight: 0, cooldown_time: 60 }),
  ],
  num_retries: 1,
  ...settings,
});

describe("a user_config", () => {
  test("is asked instead of the server's models, on a server without any too", async () => {
    for (const to of [gateway, bare]) {
      elsewhere.reset();
      const reply = await ask(single(), {}, { to });
      expect(reply.status).toBe(200);
      expect(reply.headers.get("x-litellm-model-group")).toBe("mine");
      expect(Object.keys(elsewhere.last().json as object).sort()).toEqual(["messages", "model"]);
      expect(bearersOf(elsewhere.requests)).toEqual([CALLER_KEY]);
    }
    expect(vendor.requests.length).toBe(0);
  });

  test("serves streams, embeddings and a list of its own names", async () => {
    const stream = await ask(single(), { stream: true });
    expect(await stream.text()).toEndWith("data: [DONE]\n\n");
    const user_config = { model_list: [entry("vectors", "openai/text-embedding-3-small")] };
    const body = { model: "vectors", input: "hi", user_config };
    expect((await postJson(`${gateway.url}/v1/embeddings`, body)).status).toBe(200);
    const model_list = [entry("first", "openai/one"), entry("second", "openai/two")];
    const items = (await (await ask({ model_list }, { model: "second, first,gpt" })).json()) as readonly object[];
    expect(items).toMatchObject([{ model: "two" }, { model: "one" }, { model: "gpt", error: { code: "400" } }]);
    expect(vendor.requests.length).toBe(0);
  });

  test("is found by its names, then by its vendors' names for the models", async () => {
    expect((await ask(single(), { model: "openai/gpt-4o" })).status).toBe(200);
    const user_config = { model_list: [entry("mine", "gpt-4o"), entry("gpt-4o", "openai/one")] };
    expect((await ask(user_config, { model: "gpt-4o" })).status).toBe(200);
    expect(askedModels(elsewhere)).toEqual(["gpt-4o", "one"]);
  });

  test.each([["gpt"], ["spare"], ["nobody"]])(
    "that does not have '%s' is never helped out by the server",
    async (model) => {
      const reply = await ask(single(), { model });
      expect([reply.status, (await readError(reply)).param]).toEqual([400, "model"]);
      expect(vendor.requests.length).toBe(0);
    },
  );

  test("answers names that it does not have by the first of its default_fallbacks, if there is one", async () => {
    const models = { model_list: [entry("mine", "openai/gpt-4o"), entry("other", "openai/gpt-4o-mini")] };
    expect((await ask(models, { model: "nobody" })).status).toBe(400);
    const reply = await ask({ ...models, default_fallbacks: ["other", "mine"] }, { model: "nobody" });
    expect([reply.status, reply.headers.get("x-litellm-model-group")]).toEqual([200, "other"]);
  });

  test("of null is none", async () => {
    expect((await ask(null, { model: "gpt" })).status).toBe(200);
    expect(vendor.requests.length).toBe(1);
  });

  test("takes every field of LiteLLM's RouterConfig, and Redis stays the server's", async () => {
    const settings = {
      redis_url: "redis://127.0.0.1:1",
      redis_host: "127.0.0.1",
      redis_port: 1,
      redis_password: "secret",
      cache_responses: false,
      cache_kwargs: {},
      caching_groups: null,
      client_ttl: 3600,
      num_retries: 0,
      timeout: 30,
      default_litellm_params: {},
      set_verbose: false,
      fallbacks: [],
      allowed_fails: 3,
      context_window_fallbacks: [],
      model_group_alias: { other: "mine" },
      retry_after: 0,
      routing_strategy: "simple-shuffle",
    };
    const reply = await ask({ ...single(), ...settings }, { model: "other" });
    expect([reply.status, await reply.text()]).toEqual([200, expect.stringContaining("chat.completion")]);
  });

  test("may leave a field null", async () => {
    const user_config = single(
      { api_version: null, timeout: null, organization: null },
      { timeout: null, fallbacks: null },
    );
    expect((await ask(user_config)).status).toBe(200);
  });
});

describe("the routing of a user_config", () => {
  test("the seed's: the first answers 429 and the second takes over", async () => {
    const user_config = {
      model_list: [
        {
          ...entry("user-azure-instance", "azure/chatgpt-v-2", {
            api_base: elsewhere.url,
            api_version: "2024-02-01",
            timeout: 10,
          }),
          tpm: 240_000,
          rpm: 1800,
        },
        { ...entry("user-openai-instance", "gpt-3.5-turbo", { timeout: 10 }), tpm: 240_000, rpm: 1800 },
      ],
      num_retries: 2,
      allowed_fails: 3,
      fallbacks: [{ "user-azure-instance": ["user-openai-instance"] }],
    };
    elsewhere.forModel("chatgpt-v-2", vendorError(429, {}, { "retry-after-ms": "1" }));
    const reply = await ask(user_config, { model: "user-azure-instance" });
    expect([reply.status, reply.headers.get("x-litellm-model-group")]).toEqual([200, "user-openai-instance"]);
    expect(reply.headers.get("x-litellm-attempted-fallbacks")).toBe("1");
    expect(askedModels(elsewhere)).toEqual(["chatgpt-v-2", "chatgpt-v-2", "chatgpt-v-2", "gpt-3.5-turbo"]);
    expect(elsewhere.requests[0]?.headers.get("api-key")).toBe(CALLER_KEY);
    expect(elsewhere.requests[0]?.query.get("api-version")).toBe("2024-02-01");
  });

  test("retries as it says, and as the call says rather", async () => {
    const names = ["one", "two", "three", "four"];
    const model_list = names.map((name) => entry("mine", `openai/${name}`));
    for (const [num_retries, body, requests] of [
      [3, {}, 4],
      [2, { num_retries: 0 }, 1],
    ] as const) {
      elsewhere.reset();
      for (const name of names) elsewhere.forModel(name, vendorError(500));
      expect((await ask({ model_list, num_retries }, body)).status).toBe(500);
      expect(elsewhere.requests.length).toBe(requests);
    }
  });

  test("takes no fallbacks from the server", async () => {
    elsewhere.forModel("gpt-4o", vendorError(500));
    const user_config = { model_list: [entry("gpt", "openai/gpt-4o"), entry("mine", "openai/gpt-4o")], num_retries: 0 };
    for (const model of ["gpt", "mine"]) expect((await ask(user_config, { model })).status).toBe(500);
    expect(vendor.requests.length).toBe(0);
    expect(elsewhere.requests.length).toBe(2);
  });

  test("remembers cooldowns from call to call, each caller's alone", async () => {
    const user_config = pair();
    elsewhere.next(vendorError(429));
    expect((await ask(user_config)).status).toBe(200);
    for (let count = 0; count < 3; count++) expect((await ask(user_config)).status).toBe(200);
    expect(askedModels(elsewhere)).toEqual(["one", "two", "two", "two", "two"]);
    expect((await ask(user_config, {}, { caller: "sk-b" })).headers.get("x-litellm-attempted-retries")).toBe("0");
    expect(elsewhere.last().model).toBe("one");
    await ask({ ...pair(), num_retries: 2 });
    expect(elsewhere.last().model).toBe("one");
  });

  test("leaves the server's own deployments as they were", async () => {
    const before = await (await fetch(`${gateway.url}/model/info`)).text();
    elsewhere.forModel("gpt-4o", vendorError(401));
    const user_config = { model_list: [entry("gpt", "openai/gpt-4o")] };
    for (let count = 0; count < 6; count++) await ask(user_config, { model: "gpt" });
    expect((await ask(null, { model: "gpt" })).headers.get("x-litellm-model-group")).toBe("gpt");
    expect(bearersOf(vendor.requests)).toEqual([SERVER_KEY]);
    expect(await (await fetch(`${gateway.url}/model/info`)).text()).toBe(before);
  });
});

describe("a bad user_config is a 400 that says where", () => {
  const withEntry = (first: unknown): object => ({ model_list: [first] });
  test.each<[string, unknown]>([
    ["model_list", {}],
    ["model_list", { model_list: "x" }],
    ["model_list", { model_list: [] }],
    ["model_list[0]", withEntry("x")],
    ["model_list[0].model_name", withEntry({ litellm_params: { model: "openai/gpt-4o", api_key: "k" } })],
    ["model_list[0].litellm_params", withEntry({ model_name: "mine" })],
    [
      "model_list[0].litellm_params.model",
      withEntry({ model_name: "mine", litellm_params: { model: [], api_key: "k" } }),
    ],
    ["model_list[0].litellm_params.timeout", single({ timeout: "soon" })],
    ["model_list[0].rpm", withEntry({ ...entry("mine", "openai/gpt-4o"), rpm: "lots" })],
    ["model_list[0].litellm_params.api_base", single({ api_base: "nonsense" })],
    ["model_list[0].litellm_params.api_base", single({ api_base: "http://user:pw@127.0.0.1/v1" })],
    ["num_retries", single({}, { num_retries: "many" })],
    ["num_retries", single({}, { num_retries: -1 })],
    ["routing_strategy", single({}, { routing_strategy: "fastest" })],
    ["fallbacks[0].mine", single({}, { fallbacks: [{ mine: "other" }] })],
    ["num_retris", single({}, { num_retris: 1 })],
  ])("%s of %j", async (path, user_config) => {
    const reply = await ask(user_config);
    const { message, param } = await readError(reply);
    expect([reply.status, param]).toEqual([400, "user_config"]);
    expect(message).toContain(path);
    expect(elsewhere.requests.length + vendor.requests.length).toBe(0);
  });

  test.each([[[]], ["text"], [7], [true]])("%j altogether", async (user_config) => {
    const reply = await ask(user_config);
    expect([reply.status, (await readError(reply)).param]).toEqual([400, "user_config"]);
  });

  test("all of its faults at once", async () => {
    const reply = await ask(single({ timeout: "soon" }, { num_retries: "many" }));
    const { message } = await readError(reply);
    expect(message).toContain("litellm_params.timeout");
    expect(message).toContain("num_retries");
  });

  test("all of them of whatever kind, each once", async () => {
    const params = [
      { model: "openai/gpt-4o", api_key: "os.environ/OPENAI_API_KEY" },
      { model: "openai/gpt-4o", api_key: " ", api_base: "https://llm.example.org/v1" },
      { model: "nobody/gpt-4o", api_key: "k", timeout: "soon" },
      { model: "openai/gpt-4o" },
      { model: "openai/gpt-4o", api_key: "k", api_base: "http://[::1" },
    ];
    const model_list = params.map((litellm_params, index) => ({ model_name: `m${index}`, litellm_params }));
    const reply = await ask({ model_list, num_retris: 1 });
    const { message, param } = await readError(reply);
    expect([reply.status, param]).toEqual([400, "user_config"]);
    const paths = [...message.matchAll(/user_config\.[\w.[\]]+(?=: )/g)].map(([path]) => path).sort();
    expect(paths).toEqual([
      "user_config.model_list[0].litellm_params.api_key",
      "user_config.model_list[1].litellm_params.api_base",
      "user_config.model_list[1].litellm_params.api_key",
      "user_config.model_list[2].litellm_params",
      "user_config.model_list[2].litellm_params.timeout",
      "user_config.model_list[3].litellm_params",
      "user_config.model_list[4].litellm_params.api_base",
      "user_config.num_retris",
    ]);
  });

  test.each([
    ["api_key", "model_list[0].litellm_params.api_key"],
    ["api_base", "model_list[0].litellm_params.api_base"],
    ["organization", "model_list[0].litellm_params.organization"],
    ["model", "model_list[0].litellm_params.model"],
    ["user", "model_list[0].litellm_params.user"],
  ])("#31467: a name of the server's environment in '%s'", async (name, path) => {
    for (const reference of ["os.environ/OPENAI_API_KEY", "os.environ/SECRET", "os.environ/NONE"]) {
      const reply = await ask(single({ [name]: reference }));
      const { message } = await readError(reply);
      expect(reply.status).toBe(400);
      expect(message).toContain(path);
      expect(message).toContain("environment");
    }
    expect(elsewhere.requests.length).toBe(0);
  });

  test("#31467: a name of the server's environment in a header or a nested field", async () => {
    for (const params of [
      { extra_headers: { "x-key": "os.environ/SECRET" } },
      { extra_body: { a: { b: ["os.environ/SECRET"] } } },
    ])
      expect((await ask(single(params))).status).toBe(400);
    expect(elsewhere.requests.length).toBe(0);
  });
});

describe("the hosts of a user_config", () => {
  test("GHSA-3frq-6r6h-7j64: get no key of the server's where the caller brings none", async () => {
    for (const api_key of [undefined, null, ""]) {
      const reply = await ask(single({ api_key }));
      expect(reply.status).toBe(400);
      expect((await readError(reply)).message).toContain("model_list[0]");
    }
    expect(elsewhere.requests.length).toBe(0);
  });

  test("GHSA-jh89-88fc-qrfp: are known vendors' alone unless the admin says otherwise", async () => {
    for (const api_base of [`${elsewhere.url}/v1`, "https://collector.example/v1"]) {
      const reply = await ask(single({ api_base }), {}, { to: silent });
      expect([reply.status, (await readError(reply)).type]).toEqual([401, "auth_error"]);
    }
    expect(elsewhere.requests.length).toBe(0);
  });

  test("are none where the operator says so", async () => {
    for (const user_config of [single(), single({ api_base: undefined })]) {
      const reply = await ask(user_config, {}, { to: closed });
      expect(reply.status).toBe(401);
      expect((await readError(reply)).message).toStartWith(
        "Authentication Error, Rejected Request: user_config is not allowed in request body.",
      );
    }
    expect(elsewhere.requests.length).toBe(0);
  });

  test("#37053: are none inside the server's network", async () => {
    const { port } = new URL(elsewhere.url);
    for (const host of [
      "127.0.0.1",
      "localhost",
      "2130706433",
      "[::1]",
      "[::ffff:7f00:1]",
      "169.254.169.254",
      "10.0.0.1",
    ]) {
      const reply = await ask(single({ api_base: `http://${host}:${port}/v1` }), {}, { to: open });
      expect([host, [400, 401].includes(reply.status)]).toEqual([host, true]);
    }
    expect(elsewhere.requests.length).toBe(0);
  });

  test("are none that the server has a credential for by name, or for vendors on its own machine", async () => {
    const named = single({ api_key: undefined, litellm_credential_name: "planted" });
    expect((await ask(named)).status).toBe(400);
    expect((await ask(single({ model: "ollama/llama3", api_base: undefined }), {}, { to: silent })).status).toBe(400);
    expect(elsewhere.requests.length + vendor.requests.length).toBe(0);
  });

  test("send nobody on to another one", async () => {
    elsewhere.next({ status: 307, headers: { location: `${vendor.url}/v1/chat/completions` }, body: "" });
    expect((await ask(single())).status).toBeGreaterThanOrEqual(400);
    expect(vendor.requests.length).toBe(0);
  });
});

test("a key in a user_config is in no error and no log, though the vendor repeats it", async () => {
  const message = `Incorrect API key provided: ${BAD_KEY}.`;
  elsewhere.next(vendorError(401, { message, code: BAD_KEY }));
  const reply = await ask(single({ api_key: BAD_KEY }), {}, { id: "bad-key-in-config" });
  expect(reply.status).toBe(401);
  expect(await reply.text()).not.toContain(BAD_KEY);
  await within(gateway.logged(/"call_id":"bad-key-in-config"/), "a log line");
  const faulty = await ask(single({ api_key: [BAD_KEY] }), {}, { id: "bad-key-at-fault" });
  expect(faulty.status).toBe(400);
  expect(await faulty.text()).not.toContain(BAD_KEY);
  await within(gateway.logged(/"call_id":"bad-key-at-fault"/), "a log line");
});
