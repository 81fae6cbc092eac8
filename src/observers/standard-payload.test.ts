import { describe, expect, test } from "bun:test";
import type { JsonObject } from "../core/translation.ts";
import { detailedCall, failedCall } from "./calls-for-tests.ts";
import { REDACTED, toStandardPayload } from "./standard-payload.ts";

const SHOWN = { showsContent: true };
const COST = {
  nanoUsd: 110,
  inputNanoUsd: 40,
  outputNanoUsd: 60,
  toolNanoUsd: 0,
  originalNanoUsd: 100,
  discountNanoUsd: 0,
  marginNanoUsd: 10,
  source: "catalog",
} as const;

/** The keys of contract 8.3. */
const KEYS =
  "id trace_id call_type stream response_cost cost_breakdown response_cost_failure_debug_info status status_fields custom_llm_provider total_tokens prompt_tokens completion_tokens startTime endTime completionStartTime response_time model_map_information model model_id model_group api_base metadata cache_hit cache_key saved_cache_cost request_tags end_user requester_ip_address user_agent messages response error_str error_information model_parameters hidden_params guardrail_information standard_built_in_tools_params".split(
    " ",
  );
const METADATA_KEYS =
  "user_api_key_hash user_api_key_alias user_api_key_spend user_api_key_max_budget user_api_key_budget_reset_at user_api_key_org_id user_api_key_team_id user_api_key_project_id user_api_key_user_id user_api_key_user_email user_api_key_team_alias user_api_key_end_user_id user_api_key_request_route user_api_key_auth_metadata spend_logs_metadata requester_ip_address user_agent requester_metadata requester_custom_headers prompt_management_metadata mcp_tool_call_metadata vector_store_request_metadata applied_guardrails usage_object cold_storage_object_key".split(
    " ",
  );

test("has every key that LiteLLM's has, and one of its own", () => {
  const payload = toStandardPayload(detailedCall(), SHOWN);
  expect(Object.keys(payload)).toEqual([...KEYS, "portolan"]);
  expect(Object.keys(payload["metadata"] as object)).toEqual(METADATA_KEYS);
  const text = JSON.stringify(payload);
  expect(JSON.parse(text)).toEqual(payload); // Nothing in it is undefined.
});

test("says what was asked, answered, used and paid, and when", () => {
  const event = detailedCall(
    { metadataText: '{"a":1}', spendLogsMetadataText: '{"b":2}', tags: ["t"], endUser: "u", keyHash: "h" },
    { cost: COST, durationMs: 12.5 },
  );
  expect(toStandardPayload(event, SHOWN)).toMatchObject({
    id: "chatcmpl-1",
    call_type: "acompletion",
    response_cost: 1.1e-7,
    cost_breakdown: { input_cost: 4e-8, original_cost: 1e-7, total_cost: 1.1e-7 },
    status: "success",
    prompt_tokens: 1,
    completion_tokens: 2,
    startTime: event.startedAt / 1000,
    response_time: 0.0125,
    model: "gpt-4o",
    model_group: "gpt",
    messages: [{ role: "user", content: "hi" }],
    response: { id: "chatcmpl-1" },
    model_parameters: { temperature: 0 },
    request_tags: ["t"],
    end_user: "u",
    metadata: {
      user_api_key_hash: "h",
      requester_metadata: { a: 1 },
      spend_logs_metadata: { b: 2 },
      usage_object: { prompt_tokens: 1 },
    },
    hidden_params: { response_cost: 1.1e-7 },
    portolan: { finish_reasons: ["stop"], attempts: [{ deployment: "d1", start: event.startedAt / 1000 + 0.001 }] },
  });
});

test("an unknown price is null, not 0", () => {
  expect(toStandardPayload(detailedCall(), SHOWN)).toMatchObject({ response_cost: null, cost_breakdown: null });
});

test("estimated usage is marked", () => {
  const { usage } = detailedCall();
  const extras = (call: Parameters<typeof toStandardPayload>[0]): unknown => toStandardPayload(call, SHOWN)["portolan"];
  expect(extras(detailedCall())).toMatchObject({ usage_estimated: false });
  const estimated = detailedCall({}, { usage: usage && { ...usage, isEstimated: true } });
  expect(extras(estimated)).toMatchObject({ usage_estimated: true });
});

test("a failure says which", () => {
  expect(toStandardPayload(failedCall(), SHOWN)).toMatchObject({
    id: "id-1",
    status: "failure",
    response: null,
    error_str: "too many requests",
    error_information: { error_code: "429", error_class: "RateLimitError", llm_provider: "openai" },
    portolan: { attempts: [{ failure: "upstream-rate-limited" }] },
  });
});

describe("content is not shown", () => {
  test("in parameters either", () => {
    const call = detailedCall({ parametersText: '{"stop":"planted","n":2}' });
    expect(toStandardPayload(call, { showsContent: false })["model_parameters"]).toEqual({ n: 2 });
    expect(toStandardPayload(call, SHOWN)["model_parameters"]).toEqual({ stop: "planted", n: 2 });
  });

  test.each([
    ["to an observer that must not see it", {}, { showsContent: false }],
    ["to any when the call was redacted", { isRedacted: true }, SHOWN],
  ])("%s", (_name, details, options) => {
    const payload = toStandardPayload(detailedCall(details), options);
    expect(payload["messages"]).toEqual([{ role: "user", content: REDACTED }]);
    expect(payload["response"]).toEqual({ text: REDACTED });
    expect(JSON.stringify(payload)).not.toContain("hello");
  });
});

test.each([
  ['{"prompt":"p"}', "p"],
  ['{"input":["a"]}', ["a"]],
  ['{"query":"q","documents":["d"]}', { query: "q", documents: ["d"] }],
  ["{}", null],
])("of %s the input is what was asked", (request, input) => {
  const content = { request: Buffer.from(request), response: undefined, isResponseCut: false };
  expect(toStandardPayload(detailedCall({ content }), SHOWN)["messages"]).toEqual(input);
});

test("records of one request share its id and have ids of their own, which stay", () => {
  const [one, other] = [detailedCall(), detailedCall()];
  const idsOf = (event: typeof one): readonly unknown[] => {
    const { record_id: recordId, call_id: callId } = toStandardPayload(event, SHOWN)["portolan"] as JsonObject;
    return [recordId, callId];
  };
  const [recordId, callId] = idsOf(one);
  expect(callId).toBe("id-1");
  expect(recordId).toMatch(/^[0-9a-f-]{36}$/);
  expect(idsOf(one)).toEqual([recordId, callId]);
  expect(idsOf(other)[0]).not.toBe(recordId);
  expect(idsOf(other)[1]).toBe(callId);
});
