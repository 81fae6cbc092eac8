import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type FakeUpstream, startFakeUpstream } from "../support/fake-upstream.ts";
import { type GatewayProcess, startGateway } from "../support/gateway-process.ts";

const KEY = "sk-vendor-0123456789abcdef";
let upstream: FakeUpstream;
const running: GatewayProcess[] = [];

beforeAll(() => {
  upstream = startFakeUpstream({ keys: [KEY] });
});

afterAll(async () => {
  await Promise.all(running.map((gateway) => gateway.stop()));
  await upstream.close();
});

async function start(general: object, params: object = {}, args: readonly string[] = []): Promise<GatewayProcess> {
  const model = { model: "openai/gpt-4o", api_base: `${upstream.url}/v1`, api_key: KEY, ...params };
  const config = { model_list: [{ model_name: "gpt", litellm_params: model }], general_settings: general };
  const gateway = await startGateway({ config, args: [...args] });
  running.push(gateway);
  return gateway;
}

const ask = (gateway: GatewayProcess, extra: object = {}): Promise<Response> =>
  fetch(`${gateway.url}/v1/chat/completions`, {
    method: "POST",
    body: JSON.stringify({ model: "gpt", messages: [{ role: "user", content: "Good day" }], ...extra }),
  });

interface Answer {
  readonly choices?: readonly { readonly message: { readonly content: string } }[];
  readonly usage?: { readonly total_tokens: number };
  readonly error?: { readonly message: string; readonly param: string };
}

describe("mock_response", () => {
  test("of a caller is refused unless the operator allows it", async () => {
    const reply = await ask(await start({}), { mock_response: "hi" });
    expect(reply.status).toBe(400);
    const { error } = (await reply.json()) as Answer;
    expect(error?.param).toBe("mock_response");
    expect(error?.message).toContain("dangerously_allow_mock_testing_request_params");
  });

  test("is answered without the vendor where it is allowed, errors by their names too", async () => {
    const gateway = await start({ dangerously_allow_mock_testing_request_params: true });
    upstream.reset();
    const answer = (await (await ask(gateway, { mock_response: "canned" })).json()) as Answer;
    expect(answer.choices?.[0]?.message.content).toBe("canned");
    expect(answer.usage?.total_tokens).toBe(30);
    expect((await ask(gateway, { mock_response: "litellm.RateLimitError" })).status).toBe(429);
    expect(await (await ask(gateway, { mock_response: "canned", stream: true })).text()).toEndWith("data: [DONE]\n\n");
    expect(upstream.requests.length).toBe(0);
    expect((await ask(gateway, { mock_unheard_of: true })).status).toBe(400);
  });

  test("of a deployment answers every call of it", async () => {
    const gateway = await start({}, { mock_response: "always this" });
    upstream.reset();
    const answer = (await (await ask(gateway)).json()) as Answer;
    expect(answer.choices?.[0]?.message.content).toBe("always this");
    expect(upstream.requests.length).toBe(0);
  });
});

test("ignore_invalid_deployments leaves out entries that cannot work, says so, and serves the others", async () => {
  const good = { model: "openai/gpt-4o", api_base: `${upstream.url}/v1`, api_key: KEY };
  const model_list = [
    { model_name: "gpt", litellm_params: { model: "nobody/gpt-4o", api_key: KEY } },
    { model_name: "gpt", litellm_params: { model: "openai/gpt-4o" } },
    { model_name: "gpt", litellm_params: good },
  ];
  const gateway = await startGateway({ config: { model_list, router_settings: { ignore_invalid_deployments: true } } });
  running.push(gateway);
  expect(gateway.logs()).toMatch(/model_list\[0\]\.litellm_params: left out: .*'?nobody/);
  expect(gateway.logs()).toMatch(/model_list\[1\]\.litellm_params: left out: no key for provider 'openai'/);
  for (let count = 0; count < 4; count++) expect((await ask(gateway)).status).toBe(200);
  const strict = startGateway({ config: { model_list } });
  await expect(strict).rejects.toThrow("before it was ready");
});

describe("the debug switches", () => {
  test("show the vendor's request and reply without keys; the detailed one shows bodies", async () => {
    const plain = await start({}, {}, ["--debug"]);
    expect((await ask(plain)).status).toBe(200);
    await plain.logged(/"level":"debug","message":"call \S+ got 200"/);
    expect(plain.logs()).toMatch(/"level":"debug","message":"call \S+ asks http:/);
    expect(plain.logs()).not.toContain("upstream-session");
    expect(plain.logs()).not.toContain("Good day");
    const detailed = await start({}, {}, ["--detailed_debug"]);
    expect((await ask(detailed)).status).toBe(200);
    await detailed.logged(/\\"content\\":\\"Good day\\"/);
    await detailed.logged(/^\{"time":"[^"]+","call_id":/m);
    const lines = detailed
      .logs()
      .split("\n")
      .filter((line) => line.startsWith("{"));
    expect(lines.map((line) => JSON.parse(line).level ?? "a call").toSorted()).toEqual(["a call", "debug", "debug"]);
    expect(plain.logs() + detailed.logs()).not.toContain(KEY);
  });
});
