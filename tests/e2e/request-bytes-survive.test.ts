import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { harmDone } from "../support/gateway-health.ts";
import { type GatewayProcess, startGateway } from "../support/gateway-process.ts";
import { MESSAGES, modelEntry, openaiParams, postJson, readError } from "../support/gateway-setup.ts";

const upstream = startFakeUpstream();
let gateway: GatewayProcess;

beforeAll(async () => {
  gateway = await startGateway({
    config: {
      model_list: [
        modelEntry("gpt", openaiParams(upstream, "openai/gpt-4o")),
        modelEntry("same", openaiParams(upstream, "openai/same")),
        modelEntry("mistral", openaiParams(upstream, "mistral/embed")),
        modelEntry(
          "defaults",
          openaiParams(upstream, "openai/gpt-4o", { temperature: 0.25, extra_body: { top_k: 5 } }),
        ),
      ],
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

/** What reaches the upstream when these bytes are sent. */
const forwarded = async (body: string | Uint8Array, path = "/v1/chat/completions"): Promise<string> => {
  upstream.next({ body: { choices: [] } });
  const reply = await postJson(gateway.url + path, body);
  expect(reply.status, await reply.text()).toBe(200);
  return Buffer.from(upstream.last().body).toString("utf8");
};

test("only the model name changes: order, spacing, numbers, escapes and unknown fields stay", async () => {
  const body = (model: string): string =>
    ` {\n\t"temperature" : 1e3, "top_p":1.0,"seed":-0, "big": 123456789012345678901234567890 ,
  "messages":[{"content":"caf\\u00e9 \\/ \\ud83d\\ude00 😀 \\u0000","role":"user","x":1E+2,"cache_control":{"type":"ephemeral"}}],
  "model" :  ${model}  , "x_unknown":{"a":[1,  2.50]},"enable_thinking":true,"thinking":{"type":"enabled","budget_tokens":1024}, "": 0 }\r\n `;
  expect(await forwarded(body('"gpt"'))).toBe(body('"gpt-4o"'));
});

test("a model name spelled with escapes is understood and replaced", async () => {
  expect(await forwarded('{"messages":[],"model":"\\u0067pt"}')).toBe('{"messages":[],"model":"gpt-4o"}');
});

test("of a field sent twice the last counts, and the vendor sees exactly one", async () => {
  expect(await forwarded('{"model":"same","messages":[],"model":"gpt"}')).toBe('{"messages":[],"model":"gpt-4o"}');
  const escaped = await forwarded('{"model":"gpt","mode\\u006c":"same","messages":[],"model":"gpt"}');
  expect(escaped).toBe('{"messages":[],"model":"gpt-4o"}');
});

test("an internal field sent twice goes both times", async () => {
  expect(await forwarded('{"tags":["a"],"model":"gpt","t\\u0061gs":["b"],"messages":[],"tags":1}')).toBe(
    '{"model":"gpt-4o","messages":[]}',
  );
});

test("the model of the path is put into a body without one", async () => {
  expect(await forwarded('{"messages":[]}', "/engines/gpt/chat/completions")).toBe('{"messages":[],"model":"gpt-4o"}');
});

const INTERNAL = (
  "metadata litellm_metadata litellm_trace_id litellm_session_id litellm_call_id tags guardrails caching cache ttl " +
  "cache_key no-log context_window_fallback_dict " +
  "retry_policy retry_strategy force_timeout cooldown_time weight order rpm tpm max_parallel_requests " +
  "max_budget budget_duration model_info base_model hf_model_name proxy_server_request secret_fields api_version " +
  "custom_llm_provider provider_specific_header litellm_credential_name region_name allowed_model_region " +
  "fallback_depth max_fallbacks merge_reasoning_content_in_choices use_in_pass_through " +
  "use_litellm_proxy configurable_clientside_auth_params supports_system_message ensure_alternating_roles roles " +
  "bos_token eos_token prompt_id prompt_variables prompt_label prompt_version shared_session search_tool_name " +
  "input_cost_per_token output_cost_per_token input_cost_per_second cache_read_input_token_cost langfuse_public_key " +
  "langfuse_secret_key langsmith_api_key posthog_api_url wandb_api_key aws_unknown vertex_unknown " +
  "policies organization"
).split(" ");

test("no parameter that speaks to the gateway reaches the vendor", async () => {
  const fields = INTERNAL.map((name) => `"${name}":{"secret":"${name}"}`).join(",");
  const sent = await forwarded(
    `{"model":"gpt",${fields},"timeout":30,"request_timeout":30,"stream_timeout":30,"drop_params":true,` +
      `"additional_drop_params":["a"],"allowed_openai_params":["b"],"num_retries":1,"max_retries":1,"fallbacks":["gpt"],"context_window_fallbacks":[],"content_policy_fallbacks":[],` +
      `"disable_fallbacks":false,"priority":1,"fastest_response":true,"user_config":null,"api_key":null,"api_version":"1","organization":"o","mock_response":null,"messages":[]}`,
  );
  expect(sent).toBe('{"model":"gpt-4o","messages":[]}');
});

test("parameters of vendors do, whatever they are called", async () => {
  const fields =
    '"top_k":3,"min_p":0.1,"repetition_penalty":1.1,"guided_json":{},"chat_template_kwargs":{"enable_thinking":false},' +
    '"safe_prompt":true,"prompt_mode":"reasoning","reasoning":{"effort":"high"},"provider":{"order":["a"]},"models":["b"],' +
    '"transforms":[],"documents":[],"best_of":2,"cache_prompt":true,"__proto__":1,"constructor":2,"toString":3';
  expect(await forwarded(`{"model":"gpt",${fields},"messages":[]}`)).toBe(`{"model":"gpt-4o",${fields},"messages":[]}`);
});

test("null standard parameters go, others that are null stay", async () => {
  expect(await forwarded('{"model":"gpt","stop":null,"messages":[],"user":null,"x_own":null,"stream":null}')).toBe(
    '{"model":"gpt-4o","messages":[],"x_own":null}',
  );
});

test("a deployment's defaults fill gaps and its extra_body overrides", async () => {
  expect(await forwarded('{"model":"defaults","messages":[],"top_k":1}')).toBe(
    '{"model":"gpt-4o","messages":[],"top_k":5,"temperature":0.25}',
  );
  expect(await forwarded('{"model":"defaults","temperature":1.50,"messages":[]}')).toBe(
    '{"model":"gpt-4o","temperature":1.50,"messages":[],"top_k":5}',
  );
});

test("a large body arrives whole, over several writes", async () => {
  const text = "é😀\\u00e9".repeat(300_000);
  const sent = await forwarded(`{"model":"gpt","messages":[{"role":"user","content":"${text}"}],"x":1.0}`);
  expect(sent).toBe(`{"model":"gpt-4o","messages":[{"role":"user","content":"${text}"}],"x":1.0}`);
});

test("bytes are kept on every operation", async () => {
  const cases = [
    ["/v1/completions", '{"prompt" : [1,2], "model":"MODEL","x":1.0}'],
    ["/v1/embeddings", '{"input":[[1,2],[3]] , "model":"MODEL", "dimensions":8.0}'],
    ["/v1/moderations", '{"input":["a"] ,"model":"MODEL", "x":1e2}'],
  ] as const;
  for (const [path, body] of cases) {
    expect(await forwarded(body.replace("MODEL", "gpt"), path)).toBe(body.replace("MODEL", "gpt-4o"));
  }
});

test("token ids become text for a vendor that takes text only", async () => {
  expect(await forwarded('{"input":[15339,1917],"model":"mistral"}', "/v1/embeddings")).toBe(
    '{"input":"hello world","model":"embed"}',
  );
  expect(await forwarded('{"model":"mistral","input":[[15339],[1917]]}', "/v1/embeddings")).toBe(
    '{"model":"embed","input":["hello"," world"]}',
  );
});

test.each([
  ["[1.5]", "a fraction"],
  ["[-1]", "a negative id"],
  ["[99999999]", "an id beyond the vocabulary"],
  ["[[1],2]", "a mixture"],
  ["[[]]", "an empty list of ids"],
  ["[{}]", "objects"],
  ['[["a"]]', "texts one level too deep"],
  ["[null]", "nulls"],
])("token input %s (%s) is the caller's fault or passes, never a crash", async (input) => {
  upstream.next({ body: { data: [] } });
  const reply = await postJson(`${gateway.url}/v1/embeddings`, `{"model":"mistral","input":${input}}`);
  expect([200, 400]).toContain(reply.status);
  if (reply.status === 400) expect((await readError(reply)).param).toBe("input");
  upstream.reset();
});

test("the vendor gets the vendor's key and none of the caller's headers", async () => {
  upstream.next({ body: {} });
  const headers = {
    authorization: "Bearer caller-secret",
    "x-api-key": "caller-secret-2",
    cookie: "caller-secret-3",
    "x-custom": "caller-4",
    "openai-organization": "caller-org",
    "user-agent": "caller-agent",
  };
  await (
    await postJson(`${gateway.url}/v1/chat/completions`, { model: "gpt", messages: MESSAGES }, { headers })
  ).text();
  const names = upstream.last().rawHeaders.map(([name]) => name);
  expect(names.sort()).toEqual(["accept-encoding", "authorization", "content-length", "content-type", "host"]);
  expect(upstream.last().headers.get("authorization")).toBe("Bearer sk-upstream");
  expect(JSON.stringify(upstream.last().rawHeaders)).not.toContain("caller");
});
