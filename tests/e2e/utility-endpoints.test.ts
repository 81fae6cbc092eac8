import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { type FakeUpstream, startFakeUpstream } from "../support/fake-upstream.ts";
import { type GatewayProcess, startGateway } from "../support/gateway-process.ts";
import { openRawClient } from "../support/raw-client.ts";

const KEY = "sk-1234";

/** Values that no answer may hold. */
const SECRETS = ["sk-upstream", "strange secret", "SECRET"];

type Json = Readonly<Record<string, unknown>>;
interface Item extends Json {
  readonly id: string;
}
interface ModelInfo extends Json {
  readonly model_name: string;
  readonly litellm_params: Json;
  readonly model_info: Json & { readonly id: string };
}

let upstream: FakeUpstream;
let gateway: GatewayProcess;

const config = (url: string): Json => ({
  general_settings: { master_key: KEY, health_check_timeout: 5 },
  router_settings: { model_group_alias: { alias: "gpt-4o", secret: { model: "gpt-4o", hidden: true } } },
  model_list: [
    {
      model_name: "gpt-4o",
      litellm_params: {
        model: "openai/gpt-4o",
        api_key: "sk-upstream",
        api_base: `${url}/v1?code=SECRET`,
        extra_headers: { "x-team": "SECRET" },
        temperature: 0.5,
        hf_token: "SECRET",
        rpm: 10,
        timeout: 30,
      },
      model_info: { id: "one", max_input_tokens: 128_000, supports_vision: true },
    },
    {
      model_name: "gpt-4o",
      litellm_params: {
        model: "azure/chatgpt-v-2",
        api_key: "sk-upstream",
        api_base: url,
        client_secret: "SECRET",
        rpm: 5,
      },
      model_info: { id: "two", max_input_tokens: 64_000, base_model: "azure/gpt-4o" },
    },
    {
      model_name: "embed",
      litellm_params: { model: "openai/text-embedding-3-small", api_key: "sk-upstream", api_base: `${url}/v1` },
    },
    {
      model_name: "moderate",
      litellm_params: { model: "openai/omni-moderation-latest", api_key: "sk-upstream", api_base: `${url}/v1` },
      model_info: { mode: "moderation" },
    },
    {
      model_name: "broken",
      litellm_params: { model: "openai/gpt-4o-mini", api_key: "strange secret", api_base: `${url}/v1` },
      model_info: { id: "broken" },
    },
    {
      model_name: "wild/*",
      litellm_params: { model: "openai/*", api_key: "sk-upstream", api_base: `${url}/v1` },
      model_info: { id: "wild", health_check_model: "openai/gpt-4o-mini" },
    },
    { model_name: "groq/*", litellm_params: { model: "groq/*", api_key: "sk-upstream", api_base: `${url}/v1` } },
  ],
});

const call = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(gateway.url + path, { ...init, headers: { authorization: `Bearer ${KEY}`, ...init.headers } });

const get = async (path: string, status = 200): Promise<Json> => {
  const response = await call(path);
  const text = await response.text();
  for (const secret of SECRETS) expect(text).not.toContain(secret);
  expect([response.status, text]).toEqual([status, text]);
  return JSON.parse(text) as Json;
};

const getList = async <Element = Item>(path: string): Promise<readonly Element[]> =>
  (await get(path))["data"] as readonly Element[];

const messageOf = async (path: string, status: number): Promise<unknown> => {
  const { error } = (await get(path, status)) as { readonly error: Json };
  expect(Object.keys(error).sort()).toEqual(["code", "message", "param", "type"]);
  expect(error["code"]).toBe(String(status));
  return error["message"];
};

const post = (path: string, body: unknown): Promise<Response> =>
  call(path, { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body) });

beforeAll(async () => {
  upstream = startFakeUpstream({ extraFields: ["hf_token"] });
  gateway = await startGateway({ config: config(upstream.url) });
});

afterAll(async () => {
  await gateway.kill();
  upstream.close();
});

beforeEach(() => upstream.reset());

describe("the model list", () => {
  test.each(["/v1/models", "/models", "/openai/v1/models", "/openai/models"])(
    "%s names groups once, and aliases that are not hidden",
    async (path) => {
      const data = await getList(path);
      expect(data.map(({ id }) => id)).toEqual(["gpt-4o", "embed", "moderate", "broken", "alias"]);
      expect(data[0]).toEqual({ id: "gpt-4o", object: "model", created: 1_677_610_602, owned_by: "openai" });
    },
  );

  test("patterns are listed when asked for", async () => {
    const ids = (await getList("/v1/models?return_wildcard_routes=true")).map(({ id }) => id);
    expect(ids).toContain("wild/*");
    expect(ids).toContain("groq/*");
  });

  test("metadata comes when asked for; parameters of what does not exist are ignored", async () => {
    const [first] = await getList("/v1/models?include_metadata=true&team_id=x&only_model_access_groups=true");
    expect(first?.["metadata"]).toEqual({ fallbacks: [] });
  });

  test("unknown values of fallback_type and scope are refused", async () => {
    expect(await messageOf("/v1/models?fallback_type=other", 400)).toContain("general, context_window, content_policy");
    expect(await messageOf("/v1/models?scope=all", 400)).toContain("expand");
    await get("/v1/models?fallback_type=general&scope=expand");
  });

  test.each([
    ["/v1/models/gpt-4o", "gpt-4o", "openai"],
    ["/models/alias", "alias", "openai"],
    ["/openai/models/secret", "secret", "openai"],
    ["/openai/v1/models/groq/llama%2Fsmall", "groq/llama/small", "groq"],
    ["/v1/models/wild%2Fgpt-4o", "wild/gpt-4o", "openai"],
    ["/v1/models/two", "two", "azure"],
  ])("%s is found", async (path, id, owner) => {
    expect(await get(path)).toEqual({ id, object: "model", created: 1_677_610_602, owned_by: owner });
  });

  test("a name that nothing serves is not", async () => {
    expect(await messageOf("/v1/models/no%252Fsuch", 404)).toBe(
      "The model `no%2Fsuch` does not exist or is not accessible",
    );
    await messageOf(`/v1/models/${"x".repeat(5000)}`, 404);
  });

  test("needs the key", async () => {
    expect((await fetch(`${gateway.url}/v1/models`)).status).toBe(401);
  });

  test("answers HEAD without a body", async () => {
    const response = await call("/v1/models", { method: "HEAD" });
    expect([response.status, await response.text()]).toEqual([200, ""]);
  });
});

describe("model info", () => {
  test.each(["/model/info", "/v1/model/info"])("%s has every deployment, without secrets", async (path) => {
    const data = await getList<ModelInfo>(path);
    expect(data.map((item) => item.model_name)).toEqual([
      ..."gpt-4o gpt-4o embed moderate broken wild/* groq/*".split(" "),
    ]);
    expect(data[0]).toMatchObject({
      litellm_params: {
        model: "openai/gpt-4o",
        api_base: `${upstream.url}/v1`,
        extra_headers: { "x-team": "****" },
        temperature: 0.5,
        hf_token: "****",
        rpm: 10,
        timeout: 30,
      },
      model_info: {
        id: "one",
        db_model: false,
        mode: "chat",
        litellm_provider: "openai",
        max_input_tokens: 128_000,
        max_output_tokens: null,
      },
    });
    expect(data[0]?.model_info["supported_openai_params"]).toContain("temperature");
    expect(data[2]?.model_info["mode"]).toBe("embedding");
    expect(data[5]?.model_info["litellm_provider"]).toBe("openai");
  });

  test("one deployment by its id; an unknown id is refused", async () => {
    const data = await getList<ModelInfo>("/model/info?litellm_model_id=two");
    expect(data.map((item) => item.litellm_params["model"])).toEqual(["azure/chatgpt-v-2"]);
    expect(await messageOf("/v1/model/info?litellm_model_id=nine", 400)).toContain("Model id = nine");
  });

  test("page by page", async () => {
    const page = await get("/v2/model/info?page=2&size=3&sortBy=model_name&sortOrder=desc");
    expect(page).toMatchObject({ total_count: 7, current_page: 2, total_pages: 3, size: 3 });
    const names = (page["data"] as readonly ModelInfo[]).map((item) => item.model_name);
    expect(names).toEqual(["gpt-4o", "gpt-4o", "embed"]);
    expect(await get("/v2/model/info?search=GPT&size=1")).toMatchObject({ total_count: 2, total_pages: 2 });
    expect(await get("/v2/model/info?modelId=wild")).toMatchObject({ total_count: 1 });
    await messageOf("/v2/model/info?page=0", 400);
    await messageOf("/v2/model/info?size=x", 400);
  });

  test("groups add up their deployments", async () => {
    const [group, ...others] = await getList<Json>("/model_group/info?model_group=gpt-4o");
    expect(others).toEqual([]);
    expect(group).toMatchObject({
      model_group: "gpt-4o",
      providers: ["openai", "azure"],
      max_input_tokens: 128_000,
      max_output_tokens: null,
      mode: "chat",
      tpm: null,
      rpm: 15,
      supports_vision: true,
      supports_reasoning: false,
      is_public_model_group: false,
    });
    const names = (await getList<Json>("/model_group/info")).map((item) => item["model_group"]);
    expect(names).toEqual([..."gpt-4o embed moderate broken wild/* groq/* alias".split(" ")]);
    expect(await getList<Json>("/model_group/info?model_group=nope")).toEqual([]);
  });
});

describe("health", () => {
  test.each(["/health/liveliness", "/health/liveness"])("%s is open", async (path) => {
    const response = await fetch(gateway.url + path);
    expect([response.status, await response.text()]).toEqual([200, `"I'm alive!"`]);
    expect((await fetch(gateway.url + path, { method: "OPTIONS" })).status).toBe(204);
  });

  test("readiness is open", async () => {
    const response = await fetch(`${gateway.url}/health/readiness`);
    expect(await response.json()).toEqual({
      status: "healthy",
      db: "Not connected",
      cache: null,
      litellm_version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      success_callbacks: [],
      use_aiohttp_transport: false,
      log_level: "INFO",
      is_detailed_debug: false,
    });
  });

  test("every deployment is called the way it is meant for", async () => {
    const body = await get("/health");
    expect([body["healthy_count"], body["unhealthy_count"]]).toEqual([5, 1]);
    const healthy = (body["healthy_endpoints"] as readonly Json[]).map((item) => item["model_id"]);
    expect(healthy).toEqual(["one", "two", expect.any(String), expect.any(String), "wild"]);
    const paths = upstream.requests.map(({ path }) => path).toSorted();
    expect(paths).toEqual([
      "/openai/deployments/chatgpt-v-2/chat/completions",
      "/v1/chat/completions",
      "/v1/chat/completions",
      "/v1/chat/completions",
      "/v1/embeddings",
      "/v1/moderations",
    ]);
    const chat = upstream.requests.find(({ model }) => model === "gpt-4o");
    expect(chat?.json).toMatchObject({ max_tokens: 1, temperature: 0.5 });
    expect(chat?.headers.get("x-team")).toBe("SECRET");
    expect(upstream.requests.map(({ model }) => model)).toContain("gpt-4o-mini");
  });

  test("a failure is told in the vendor's words, without the key", async () => {
    upstream.forModel("gpt-4o-mini", {
      status: 401,
      body: { error: { message: "Wrong key strange secret, or Bearer strange secret.", type: "auth", code: null } },
    });
    const body = await get("/health?model=broken");
    expect(body["unhealthy_endpoints"]).toEqual([
      {
        model: "openai/gpt-4o-mini",
        api_base: `${upstream.url}/v1`,
        model_id: "broken",
        error: expect.stringMatching(/^litellm\.AuthenticationError: Wrong key \*{4}, or Bearer \*{4}\.$/),
      },
    ]);
  });

  test("a broken answer is a failure", async () => {
    upstream.forModel("gpt-4o", { body: "<html>not JSON</html>" });
    const body = await get("/health?model_id=one");
    expect((body["unhealthy_endpoints"] as readonly Json[])[0]?.["error"]).toContain("not JSON");
  });

  test.each([
    ["model=gpt-4o", ["one", "two"]],
    ["model=openai/gpt-4o", ["one"]],
    ["model=alias", ["one", "two"]],
    ["model=wild/gpt-4o", ["wild"]],
    ["model=nope", []],
    ["model_id=two", ["two"]],
  ])("%s chooses %p", async (query, ids) => {
    const body = await get(`/health?${query}`);
    expect((body["healthy_endpoints"] as readonly Json[]).map((item) => item["model_id"])).toEqual(ids);
  });

  test("an unknown id is not found, and strangers are turned away", async () => {
    expect(await messageOf("/health?model_id=nine", 404)).toContain("nine");
    expect((await fetch(`${gateway.url}/health`)).status).toBe(401);
  });

  test("test calls are no calls of the access log", async () => {
    await get("/health?model_id=one");
    await post("/v1/chat/completions", { model: "two", messages: [{ role: "user", content: "Hello" }] });
    await gateway.logged(/\/v1\/chat\/completions/);
    expect(gateway.logs()).not.toContain('"/health"');
  });
});

describe("health settings", () => {
  test("a silent deployment is given up after its own limit, and details can be hidden", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const quiet = { model: "openai/gpt-4o", api_key: "sk-upstream", api_base: `${upstream.url}/v1` };
    upstream.forModel("gpt-4o", { after: promise, body: {} });
    const other = await startGateway({
      config: {
        general_settings: { health_check_details: false },
        model_list: [{ model_name: "quiet", litellm_params: quiet, model_info: { health_check_timeout: 0.2 } }],
      },
    });
    try {
      const response = await fetch(`${other.url}/health`);
      expect(await response.json()).toEqual({
        healthy_endpoints: [],
        unhealthy_endpoints: [{ model: "openai/gpt-4o" }],
        healthy_count: 0,
        unhealthy_count: 1,
      });
    } finally {
      resolve();
      await other.kill();
    }
  });
});

describe("many deployments", () => {
  test("are called ten at a time", async () => {
    const count = 12;
    const model_list = Array.from({ length: count }, (_, index) => ({
      model_name: `m${index}`,
      litellm_params: { model: "openai/gpt-4o", api_key: "sk-upstream", api_base: `${upstream.url}/v1` },
    }));
    const { promise, resolve } = Promise.withResolvers<void>();
    let underWay = 0;
    let most = 0;
    upstream.forModel("gpt-4o", async () => {
      underWay++;
      most = Math.max(most, underWay);
      if (underWay === 10) resolve();
      await promise;
      underWay--;
      return undefined;
    });
    const other = await startGateway({ config: { model_list } });
    try {
      const response = await fetch(`${other.url}/health`);
      expect(await response.json()).toMatchObject({ healthy_count: count, unhealthy_count: 0 });
      expect(most).toBe(10);
    } finally {
      await other.kill();
    }
  });
});

describe("utilities", () => {
  test.each([
    [{ model: "gpt-4o", prompt: "Hello there" }, 2, "gpt-4o"],
    [{ model: "two", prompt: ["Hello", " there"] }, 2, "gpt-4o"],
    [{ model: "groq/llama-3", messages: [{ role: "user", content: "Hello there" }] }, 9, "llama-3"],
    [{ model: "openai/gpt-4", messages: null, contents: [{ parts: [{ text: "Hello there" }] }] }, 2, "gpt-4"],
    [{ model: "nobody-knows", prompt: "" }, 0, "nobody-knows"],
  ])("%j has %i tokens, counted for %s", async (body, total, used) => {
    const response = await post("/utils/token_counter", body);
    expect(await response.json()).toEqual({
      total_tokens: total,
      request_model: body.model,
      model_used: used,
      tokenizer_type: "openai_tokenizer",
    });
  });

  test.each([
    [{ model: "gpt-4o" }, "prompt or messages or contents must be provided"],
    [{ prompt: "a" }, "'model'"],
    [{ model: 3, prompt: "a" }, "'model'"],
    [{ model: "gpt-4o", prompt: 3 }, "'prompt'"],
    [{ model: "gpt-4o", messages: "a" }, "'messages'"],
    [{ model: "gpt-4o", messages: [1] }, "'messages'"],
    ["{", "Invalid JSON payload"],
    ["[]", "Invalid JSON payload"],
    ["", "'model'"],
    [`{"messages":${"[".repeat(100_000)}${"]".repeat(100_000)}}`, "Invalid JSON payload"],
  ])("counting %j is refused", async (body, message) => {
    const response = await post("/utils/token_counter", body);
    const { error } = (await response.json()) as { readonly error: Json };
    expect([response.status, error["message"]]).toEqual([400, expect.stringContaining(message)]);
  });

  test("parameters that a model takes", async () => {
    const params = async (model: string): Promise<unknown> =>
      (await get(`/utils/supported_openai_params?model=${model}`))["supported_openai_params"];
    expect(await params("gpt-4o")).toContain("temperature");
    expect(await params("embed")).toEqual(["dimensions", "encoding_format", "user"]);
    expect(await params("mistral/mistral-small")).toContain("tools");
    expect(await messageOf("/utils/supported_openai_params?model=nope", 400)).toBe("Could not map model=nope");
    expect(await messageOf("/utils/supported_openai_params", 400)).toContain("'model'");
  });

  test("routes and /test are open", async () => {
    const { routes } = (await (await fetch(`${gateway.url}/routes`)).json()) as { readonly routes: readonly Json[] };
    expect(routes).toContainEqual({
      path: "/openai/deployments/{model}/embeddings",
      methods: ["POST"],
      name: "embeddings",
      endpoint: "embeddings",
    });
    for (const method of ["GET", "POST"]) {
      const response = await fetch(`${gateway.url}/test`, { method });
      expect(await response.json()).toEqual({ route: "/test" });
    }
  });
});

describe("the gateway's own description", () => {
  test("openapi.json is open", async () => {
    const response = await fetch(`${gateway.url}/openapi.json`);
    expect(await response.json()).toMatchObject({ openapi: "3.1.1", servers: [{ url: "/" }] });
  });

  test("the page is open, protected, and names no model to strangers", async () => {
    const response = await fetch(gateway.url);
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
    const page = await response.text();
    expect(page).toContain(`curl ${gateway.url}/v1/chat/completions`);
    expect(page).not.toContain("moderate<");
  });

  test.each(["a b<c>", '"><i>', "x:99999", "[::1", "", "%zz"])("an impossible host '%s' does no harm", async (host) => {
    for (const path of ["/", "/openapi.json", "/test"]) {
      const client = await openRawClient(gateway.url);
      client.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
      const { status, body } = await client.reply();
      client.destroy();
      expect([status, body.includes("<i>")]).toEqual([200, false]);
    }
  });

  test("wrong methods are named", async () => {
    const response = await call("/routes", { method: "DELETE" });
    expect([response.status, response.headers.get("allow")]).toEqual([405, "GET"]);
  });
});
