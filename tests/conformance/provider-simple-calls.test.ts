import { afterAll, afterEach, expect, test } from "bun:test";
import { bareParams } from "../../src/config/bare-params.ts";
import type { DeploymentParams } from "../../src/config/gateway-config.ts";
import type { Provider } from "../../src/providers/provider.ts";
import { MODEL, ODD_FIELDS, REPLIES } from "./canonical-calls.ts";
import { editsOf, keyOf, PAIRS, startConformanceGateway, TESTED, upstreamModel } from "./conformance-gateway.ts";
import { skipReason } from "./skipped-scenarios.ts";

const { upstream, failures, post, stop } = startConformanceGateway();
afterEach(() => upstream.reset());
afterAll(async () => {
  await stop();
  expect(upstream.server.violations).toEqual([]);
  expect(failures).toEqual([]);
});

const INTERNAL =
  '"metadata":{"a":1},"tags":["t"],"num_retries":2,"fallbacks":["m"],"timeout":30,"litellm_call_id":"id","mock_response":null,';

/** Names of the headers that a provider signs with, where that is more than one header with the key. */
const signingHeaders = (provider: Provider, params: DeploymentParams): readonly string[] => {
  const identities = { entra: () => () => Promise.reject(new Error("not asked for")) };
  const source = { params: { ...params, apiKey: keyOf(provider) }, environment: {}, identities };
  const lines = provider.credential?.(source)?.sign({ host: "127.0.0.1", target: "/", body: [] });
  return typeof lines === "string"
    ? lines.split("\r\n").flatMap((line) => (line === "" ? [] : [line.split(":")[0] ?? ""]))
    : [];
};

/** JSON text of the fields that a provider's declared defaults add to the end of a body. */
const defaultsText = (defaults: Readonly<Record<string, unknown>>): string =>
  Object.entries(defaults)
    .map(([name, value]) => `,${JSON.stringify(name)}:${JSON.stringify(value)}`)
    .join("");

test.each(PAIRS)(
  "%s %s: the model's name changes, internal parameters go, all else stays to the byte",
  async (name, operation, provider) => {
    upstream.next({ body: REPLIES[operation] });
    const fields = ODD_FIELDS[operation];
    const reply = await post(operation, `{"model" : "${name}/${MODEL}",${INTERNAL}${fields}}`);
    expect(await reply.text()).toBe(REPLIES[operation]);
    expect(reply.status).toBe(200);
    const model = upstreamModel(provider, operation, MODEL);
    const { defaults } = editsOf(provider, operation, MODEL);
    expect(Buffer.from(upstream.last().body).toString()).toBe(
      `{"model" : "${model}",${fields}${defaultsText(defaults)}}`,
    );
  },
);

test.each(PAIRS)(
  "%s %s: the vendor's address, the vendor's key in its one header, nothing of the caller's",
  async (name, operation, provider) => {
    upstream.next({ body: REPLIES[operation] });
    const headers = {
      authorization: "Bearer caller-secret",
      "x-api-key": "caller-secret",
      "user-agent": "caller-agent",
    };
    await (await post(operation, `{"model":"${name}/${MODEL}",${ODD_FIELDS[operation]}}`, { headers })).text();
    const request = upstream.last();
    const path = provider.routes[operation]?.path ?? "";
    const model = upstreamModel(provider, operation, MODEL);
    const url = provider.url?.({ base: `${upstream.url}/base`, path, model, apiVersion: undefined });
    expect(request.method).toBe("POST");
    expect(upstream.url + request.target).toBe(url ?? `${upstream.url}/base${path}`);
    expect(request.path).toEndWith(path);
    const [keyHeader, keyValue] = provider.authorization.header(keyOf(provider));
    expect(request.headers.get(keyHeader)).toBe(keyValue);
    const own = ["accept-encoding", "content-length", "content-type", "host", ...Object.keys(provider.headers ?? {})];
    const signing = signingHeaders(provider, bareParams(`${name}/${MODEL}`));
    expect(request.rawHeaders.map(([header]) => header).sort()).toEqual(
      [...new Set([keyHeader, ...signing]), ...own].sort(),
    );
    const everything = [request.target, JSON.stringify(request.rawHeaders), Buffer.from(request.body).toString()].join(
      "\n",
    );
    expect(everything.split(keyOf(provider)).length - 1).toBe(1);
    expect(everything).not.toContain("caller");
  },
);

const CHAT_FIELDS: Readonly<Record<string, readonly (readonly [name: string, text: string])[]>> = {
  tools: [
    [
      "tools",
      '[{"type":"function","function":{"name":"f","strict":true,"parameters":{"type":"object","properties":{"n":{"type":"number","minimum":1.0}}}}}]',
    ],
    ["tool_choice", '{"type":"function", "function":{"name":"f"}}'],
    ["parallel_tool_calls", "false"],
  ],
  "structured output": [
    [
      "response_format",
      '{"type":"json_schema","json_schema":{"name":"s","strict":true,"schema":{"type":"object", "properties":{}}}}',
    ],
  ],
};
const CONVERSATION =
  '"messages":[{"role":"system","content":"s"},{"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AA==","detail":"low"}}]},' +
  '{"role":"assistant","content":null,"tool_calls":[{"id":"t1","type":"function","function":{"name":"f","arguments":"{\\"n\\": 1.0}"}}]},{"role":"tool","tool_call_id":"t1","content":"2"}]';

const WITH_CHAT = TESTED.filter(([, provider]) => skipReason(provider, "chat") === undefined);
test.each(WITH_CHAT)(
  "%s chat: tools, structured output, images and tool results pass as they are",
  async (name, provider) => {
    const { unsupported, drop, rename } = editsOf(provider, "chat", MODEL);
    const edited = [...unsupported, ...drop, ...Object.keys(rename)];
    for (const fields of Object.values(CHAT_FIELDS)) {
      // What a provider refuses or respells is tested as such.
      const kept = fields.filter(([field]) => !edited.includes(field)).map(([field, text]) => `,"${field}" :${text}`);
      upstream.next({ body: REPLIES.chat });
      const rest = CONVERSATION + kept.join("");
      const reply = await post("chat", `{"model":"${name}/${MODEL}",${rest}}`);
      expect([reply.status, await reply.text()]).toEqual([200, REPLIES.chat]);
      const model = upstreamModel(provider, "chat", MODEL);
      expect(Buffer.from(upstream.last().body).toString()).toStartWith(`{"model":"${model}",${rest}`);
    }
  },
);
