import { describe, expect, test } from "bun:test";
import { checkIngestionEvent } from "../../../tests/support/langfuse-schema.ts";
import type { CallCost } from "../../core/call-cost.ts";
import type { CallDetails } from "../../core/call-details.ts";
import { detailedCall, failedCall } from "../calls-for-tests.ts";
import { METADATA_KEYS } from "./metadata-keys.ts";
import { batchOf, eventsOf, openForTest } from "./observing-for-tests.ts";

type JsonObject = Readonly<Record<string, unknown>>;

const saying = (metadata: JsonObject, details: Partial<CallDetails> = {}) =>
  detailedCall({ metadataText: JSON.stringify(metadata), ...details });

/** The same said by headers. */
const sayingByHeaders = (metadata: JsonObject) =>
  detailedCall({
    langfuseHeaders: Object.fromEntries(
      Object.entries(metadata).map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
    ),
  });

const INPUT = { messages: [{ role: "user", content: "hi" }] };
const OUTPUT = { role: "assistant", content: "hello" };
const MASKED = "redacted-by-litellm";

/** What each key does: metadata, and what trace and generation then hold. */
const EFFECTS: readonly (readonly [key: string, said: JsonObject, trace: JsonObject, generation: JsonObject])[] = [
  ["trace_id", { trace_id: "trace-id22" }, { id: "trace-id22" }, { traceId: "trace-id22" }],
  [
    "existing_trace_id",
    { existing_trace_id: "old", trace_name: "no", session_id: "no", tags: ["no"] },
    {
      id: "old",
      name: undefined,
      sessionId: undefined,
      tags: undefined,
      input: undefined,
      output: undefined,
      timestamp: undefined,
    },
    { traceId: "old", input: INPUT, output: OUTPUT },
  ],
  [
    "update_trace_keys",
    {
      existing_trace_id: "old",
      update_trace_keys: ["output", "trace_name", "trace_version"],
      trace_name: "new",
      trace_user_id: "no",
    },
    { id: "old", name: "new", output: OUTPUT, input: undefined, userId: undefined, version: undefined },
    { traceId: "old" },
  ],
  ["trace_name", { trace_name: "a trace" }, { name: "a trace" }, { name: "litellm-acompletion" }],
  ["trace_user_id", { trace_user_id: "user-id2" }, { userId: "user-id2" }, {}],
  ["session_id", { session_id: "s1" }, { sessionId: "s1" }, {}],
  ["trace_session_id", { trace_session_id: "s2", session_id: "s1" }, { sessionId: "s2" }, {}],
  ["tags", { tags: ["a", "b"] }, { tags: ["a", "b"] }, {}],
  ["trace_tags", { trace_tags: "c,d" }, { tags: ["c", "d"] }, {}],
  ["trace_metadata", { trace_metadata: { a: { b: 1 } } }, { metadata: { a: { b: 1 } } }, {}],
  ["trace_version", { trace_version: "v1", version: "v2" }, { version: "v1" }, { version: "v2" }],
  ["trace_release", { trace_release: "r1" }, { release: "r1" }, {}],
  ["trace_environment", { trace_environment: "Staging" }, { environment: "staging" }, { environment: "staging" }],
  ["trace_public", { trace_public: true }, { public: true }, {}],
  ["trace_input", { trace_input: "in" }, { input: "in", output: OUTPUT }, { input: INPUT }],
  ["trace_output", { trace_output: "out" }, { input: INPUT, output: "out" }, { output: OUTPUT }],
  ["generation_id", { generation_id: "gen-id22" }, {}, { id: "gen-id22" }],
  ["generation_name", { generation_name: "test" }, { name: "litellm-acompletion" }, { name: "test" }],
  ["parent_observation_id", { parent_observation_id: "p1" }, {}, { parentObservationId: "p1" }],
  ["version", { version: "v2" }, { version: "v2" }, { version: "v2" }],
  ["prompt", { prompt: { name: "poem", version: 3, type: "text" } }, {}, { promptName: "poem", promptVersion: 3 }],
  ["mask_input", { mask_input: true }, { input: MASKED, output: OUTPUT }, { input: MASKED, output: OUTPUT }],
  ["mask_output", { mask_output: true }, { input: INPUT, output: MASKED }, { input: INPUT, output: MASKED }],
  [
    "debug_langfuse",
    { debug_langfuse: true, a: "b" },
    { metadata: { metadata_passed_to_litellm: { debug_langfuse: true, a: "b" } } },
    {},
  ],
];

const pick = (body: JsonObject, like: JsonObject): JsonObject =>
  Object.fromEntries(Object.keys(like).map((key) => [key, body[key]]));

test("every key of the table has an effect that is tested", () => {
  expect(EFFECTS.map(([key]) => key)).toEqual(Object.keys(METADATA_KEYS));
});

test.each(EFFECTS)("%s in the body", async (_key, said, trace, generation) => {
  const events = await eventsOf([saying(said)]);
  expect([pick(events.trace, trace), pick(events.generation, generation)]).toEqual([trace, generation]);
});

test.each(EFFECTS)("%s by headers", async (key, said, trace, generation) => {
  const events = await eventsOf([sayingByHeaders(said)]);
  if (key === "debug_langfuse") {
    expect(JSON.stringify(events.trace["metadata"])).toContain('"a":"b"');
    return;
  }
  expect([pick(events.trace, trace), pick(events.generation, generation)]).toEqual([trace, generation]);
});

test.each([
  [{ isRedacted: true }, {}],
  [{ metadataText: '{"mask_input":true}' }, {}],
  [{}, { config: { callback_settings: { langfuse: { turn_off_message_logging: true } } } }],
])("parameters show nothing of what was asked where that is hidden: %j %j", async (details, options) => {
  const call = detailedCall({ parametersText: '{"stop":"planted","n":2}', ...details });
  const { generation } = await eventsOf([call], options);
  expect(generation["modelParameters"]).toEqual({ n: 2 });
});

test("estimated usage is marked", async () => {
  const { usage } = detailedCall();
  const { generation } = await eventsOf([detailedCall({}, { usage: usage && { ...usage, isEstimated: true } })]);
  expect(generation["metadata"]).toMatchObject({ usage_estimated: true });
  expect((await eventsOf([detailedCall()])).generation["metadata"]).not.toHaveProperty("usage_estimated");
});

test("parameters show no key", async () => {
  const call = detailedCall({ parametersText: '{"stop":"sk-plantedplanted0000","reasoning_effort":"low"}' });
  const { generation } = await eventsOf([call]);
  expect(generation["modelParameters"]).toEqual({ stop: "sk-****0000", reasoning_effort: "low" });
});

test("of a trace that was there, only what the call asks for is overwritten, whatever the settings say", async () => {
  const environment = { LANGFUSE_RELEASE: "r2", LANGFUSE_TRACING_ENVIRONMENT: "production" };
  const { trace, generation } = await eventsOf([saying({ existing_trace_id: "old" })], { environment });
  expect([trace, generation["environment"]]).toEqual([{ id: "old" }, "production"]);
  const said = { existing_trace_id: "old", update_trace_keys: ["trace_environment"], trace_environment: "staging" };
  expect((await eventsOf([saying(said)], { environment })).trace).toEqual({ id: "old", environment: "staging" });
});

test("what a call is without metadata", async () => {
  const cost: CallCost = {
    nanoUsd: 30_000,
    inputNanoUsd: 10_000,
    outputNanoUsd: 20_000,
    toolNanoUsd: 0,
    originalNanoUsd: 30_000,
    discountNanoUsd: 0,
    marginNanoUsd: 0,
    source: "catalog",
  };
  const call = detailedCall(
    {
      endUser: "ann",
      sessionId: "s",
      tags: ["t"],
      keyHash: "abc",
      parametersText: '{"temperature":0,"response_format":{"type":"text"},"stop":null}',
    },
    {
      cost,
      isStream: false,
      usage: { promptTokens: 10, completionTokens: 20, totalTokens: 30, cachedTokens: 4, reasoningTokens: 5 },
    },
  );
  const { trace, generation } = await eventsOf([call], {
    environment: { LANGFUSE_RELEASE: "r2", LANGFUSE_TRACING_ENVIRONMENT: "production" },
  });
  expect(trace).toEqual({
    id: "id-1",
    timestamp: "2026-11-23T12:00:00.005Z",
    name: "litellm-acompletion",
    userId: "ann",
    sessionId: "s",
    release: "r2",
    tags: ["t"],
    input: INPUT,
    output: OUTPUT,
    environment: "production",
  });
  const { metadata, ...rest } = generation;
  expect(rest).toEqual({
    id: "time-12-00-00-005_id-1-1",
    traceId: "id-1",
    name: "litellm-acompletion",
    startTime: "2026-11-23T12:00:00.005Z",
    endTime: "2026-11-23T12:00:00.017Z",
    model: "gpt-4o",
    modelParameters: { temperature: 0, response_format: '{"type":"text"}' },
    input: INPUT,
    output: OUTPUT,
    usage: { input: 10, output: 20, total: 30, unit: "TOKENS" },
    usageDetails: { input: 6, output: 15, total: 30, cache_read_input_tokens: 4, output_reasoning_tokens: 5 },
    costDetails: { input: 0.00001, output: 0.00002, total: 0.00003 },
    environment: "production",
  });
  expect(metadata).toMatchObject({
    litellm_response_cost: 0.00003,
    cache_hit: false,
    api_base: "https://api.openai.com/v1",
    user_api_key_hash: "abc",
    model_group: "gpt",
    hidden_params: { model_id: "d1", response_cost: 0.00003 },
  });
});

test("a rerank has a cost without tokens", async () => {
  const cost = { nanoUsd: 2_000_000, inputNanoUsd: 2_000_000, outputNanoUsd: 0, toolNanoUsd: 0 } as CallCost;
  const { generation } = await eventsOf([detailedCall({}, { operation: "rerank", usage: undefined, cost })]);
  expect(generation["costDetails"]).toEqual({ input: 0.002, output: 0, total: 0.002 });
  expect(generation).not.toContainAnyKeys(["usage", "usageDetails"]);
});

test("calls that share id and time are generations of their own, through either endpoint", async () => {
  const parts = [detailedCall(), detailedCall({}, { upstreamModel: "gpt-4o-mini" })];
  const { observer, requests } = await openForTest("langfuse");
  observer.observe(parts);
  await observer.close?.(1000);
  expect(String(requests[0]?.body).match(/(?<="body":\{"id":")time-[^"]+/g)).toEqual([
    "time-12-00-00-005_id-1-1",
    "time-12-00-00-005_id-1-2",
  ]);
  const otel = await openForTest("langfuse_otel");
  otel.observer.observe(parts);
  await otel.observer.close?.(1000);
  expect(new Set(String(otel.requests[0]?.body).match(/(?<="spanId":")[0-9a-f]{16}/g)).size).toBe(2);
});

test("a stream has its answer put together, and the time of its first byte", async () => {
  const chunks = [
    '{"id":"c","choices":[{"index":0,"delta":{"role":"assistant","content":"hel"}}]}',
    '{"id":"c","choices":[{"index":0,"delta":{"content":"lo"},"finish_reason":"stop"}]}',
    "[DONE]",
  ];
  const response = Buffer.from(chunks.map((chunk) => `data: ${chunk}\n\n`).join(""));
  const request = Buffer.from(JSON.stringify(INPUT));
  const call = detailedCall(
    { content: { request, response, isResponseCut: false } },
    { isStream: true, firstByteMs: 3 },
  );
  const { generation } = await eventsOf([call]);
  expect(generation["output"]).toMatchObject(OUTPUT);
  expect(generation["completionStartTime"]).toBe("2026-11-23T12:00:00.008Z");
});

test("a failure has level and message, and no answer", async () => {
  const call = failedCall({ details: detailedCall({ content: undefined }).details });
  const { trace, generation } = await eventsOf([call]);
  expect(generation).toMatchObject({ level: "ERROR", statusMessage: "too many requests" });
  expect([trace["output"], generation["output"], generation["usage"]]).toEqual([undefined, undefined, undefined]);
});

describe("hiding", () => {
  const HIDDEN = {
    input: { messages: [{ role: "user", content: MASKED }] },
    output: { role: "assistant", content: MASKED },
  };

  test("of calls that are redacted", async () => {
    const { trace, generation } = await eventsOf([detailedCall({ isRedacted: true, content: undefined })]);
    expect([pick(trace, HIDDEN), pick(generation, HIDDEN)]).toEqual([HIDDEN, HIDDEN]);
  });

  test("shows no answer of embeddings, as they show none otherwise", async () => {
    const call = detailedCall({ isRedacted: true, content: undefined }, { operation: "embedding" });
    expect((await eventsOf([call])).generation["output"]).toBeUndefined();
  });

  test("by the callback's own setting, of which nothing that was said is left", async () => {
    const config = { callback_settings: { langfuse: { turn_off_message_logging: true } } };
    const { trace, generation } = await eventsOf([detailedCall()], { config });
    expect([pick(trace, HIDDEN), pick(generation, HIDDEN)]).toEqual([HIDDEN, HIDDEN]);
    expect(JSON.stringify([trace, generation])).not.toMatch(/hello|"hi"/);
  });

  test.each([
    ["broken", '{"mask_input":true'],
    ["nested too deep", `{"mask_input":true,"a":${"[".repeat(30_000)}${"]".repeat(30_000)}}`],
    ["cut", '{"a":1,"portolan_cut":"...[2 fields cut]"}'],
  ])("of calls whose metadata is %s, as it may hold masks", async (_name, metadataText) => {
    const { trace, generation } = await eventsOf([detailedCall({ metadataText })]);
    const masked = { input: MASKED, output: MASKED };
    expect([pick(trace, masked), pick(generation, masked)]).toEqual([masked, masked]);
  });
});

describe("metadata of no meaning to Langfuse", () => {
  test("is the generation's; other trace_ keys are the trace's", async () => {
    const { trace, generation } = await eventsOf([saying({ team: { name: "a" }, n: null, trace_team: "b" })]);
    expect(generation["metadata"]).toMatchObject({ team: { name: "a" }, n: null });
    expect(trace["metadata"]).toEqual({ team: "b" });
  });

  test.each([
    ["text", { metadata: "text" }],
    [["a"], { metadata: ["a"] }],
    [null, undefined],
  ])("of the trace may be %j", async (trace_metadata, expected) => {
    expect((await eventsOf([saying({ trace_metadata })])).trace["metadata"]).toEqual(expected);
  });

  test("does not overwrite what the gateway knows", async () => {
    const { generation } = await eventsOf([saying({ litellm_response_cost: 5, hidden_params: {} })]);
    expect(generation["metadata"]).toMatchObject({ litellm_response_cost: null, hidden_params: { model_id: "d1" } });
  });

  test("holds no credential", async () => {
    const said = {
      langfuse_secret_key: "planted-1",
      langfuse_secret: "planted-2",
      langfuse_host: "http://planted-3",
      api_key: "planted-4",
      openai_api_key: "planted-5",
      Authorization: "Bearer planted-666666",
      note: "Bearer planted-77777",
      deep: { key: "sk-planted88888888" },
      debug_langfuse: true,
    };
    const events = await eventsOf([saying(said)]);
    expect(JSON.stringify(events)).not.toMatch(/planted-?\d|lanted8888888/);
  });

  test.each([
    ["a list", "[1]"],
    ["text", '"text"'],
    ["null", "null"],
    ["keys of objects", '{"__proto__":{"a":1},"constructor":"c","toString":1}'],
    [
      "values of other kinds",
      '{"trace_id":{"a":1},"tags":{"a":1},"generation_name":[1],"prompt":"x","session_id":null,"trace_metadata":3,"update_trace_keys":7,"version":true}',
    ],
    ["lone surrogates", '{"trace_id":"\\ud800","a\\udc00":"\\ud800"}'],
    ["deep nesting", `{"a":${"[".repeat(300)}${"]".repeat(300)}}`],
    ["an empty id", '{"trace_id":"","generation_id":""}'],
    ["ids of more than one line", '{"trace_id":"a\\rb","generation_id":"\\r"}'],
    ["an existing id of more than one line", '{"existing_trace_id":"a\\rb"}'],
    ["a prompt of no version", '{"prompt":{"name":"p","version":0}}'],
  ])("may be %s", async (_name, metadataText) => {
    const call = detailedCall({ metadataText });
    const { trace, generation } = await eventsOf([call]);
    expect((await batchOf([call])).flatMap(checkIngestionEvent)).toEqual([]);
    expect(generation["traceId"]).toBe(trace["id"]);
    expect(generation["input"]).toEqual(INPUT);
  });
});

test("ids of the call that Langfuse would refuse become such as it takes", async () => {
  const call = detailedCall({ traceId: `a\r${"b".repeat(1000)}` });
  expect((await batchOf([call])).flatMap(checkIngestionEvent)).toEqual([]);
  expect(String((await eventsOf([call])).trace["id"])).toMatch(/^ab+$/);
});

describe("content", () => {
  const withRequest = (request: Buffer) =>
    detailedCall({ content: { request, response: undefined, isResponseCut: false } });

  test("that is nothing is left out", async () => {
    expect((await eventsOf([withRequest(Buffer.from("{}"))])).generation["input"]).toBeUndefined();
  });

  test("that is too large is cut, with a note", async () => {
    const content = "ü".repeat(900_000);
    const { trace, generation } = await eventsOf([
      withRequest(Buffer.from(JSON.stringify({ messages: [{ content }] }))),
    ]);
    for (const { input } of [trace, generation]) {
      expect(String(input)).toMatch(/^\{"messages".{40,}cut: \d+ characters more$/);
    }
  });

  test("of several choices is a list, of text completions their text, of ranks the results", async () => {
    const answers: readonly [JsonObject, unknown][] = [
      [
        { choices: [{ message: { content: "a" } }, { message: { content: "b" } }] },
        [{ content: "a" }, { content: "b" }],
      ],
      [{ choices: [{ text: "a" }] }, "a"],
      [{ results: [{ index: 0 }] }, [{ index: 0 }]],
      [{ choices: [7] }, undefined],
    ];
    for (const [answer, output] of answers) {
      const response = Buffer.from(JSON.stringify(answer));
      const call = detailedCall({ content: { request: Buffer.from("{}"), response, isResponseCut: false } });
      expect((await eventsOf([call])).generation["output"]).toEqual(output);
    }
  });
});

test("what is named after the caller's key is left out where the settings say so", async () => {
  const litellm_settings = { redact_user_api_key_info: true, langfuse_default_tags: ["user_api_key_end_user_id"] };
  const calls = [detailedCall({ endUser: "ann", keyHash: "abc" })];
  const { trace, generation } = await eventsOf(calls, { config: { litellm_settings } });
  expect(JSON.stringify([trace, generation])).not.toContain("user_api_key");
  expect(trace["userId"]).toBe("ann");
  const shown = await eventsOf(calls);
  expect(shown.generation["metadata"]).toMatchObject({
    user_api_key_hash: "abc",
    user_api_key_end_user_id: "ann",
    user_api_key_request_route: "/v1/chat/completions",
  });
});

test("default tags are named in the settings and made of what is known", async () => {
  const config = {
    litellm_settings: {
      langfuse_default_tags: ["cache_hit", "model_group", "team", "unknown", "toString", "proxy_base_url"],
    },
  };
  const calls = [saying({ team: "blue", tags: ["a"] })];
  const known = ["a", "cache_hit:false", "model_group:gpt", "team:blue"];
  expect((await eventsOf(calls, { config })).trace["tags"]).toEqual(known);
  const environment = { PROXY_BASE_URL: "https://gateway.example" };
  const { trace } = await eventsOf(calls, { config, environment });
  expect(trace["tags"]).toEqual([...known, "proxy_base_url:https://gateway.example"]);
});

test("an environment that Langfuse would refuse is told of and left out", async () => {
  const { observer, log } = await openForTest("langfuse", { environment: { LANGFUSE_TRACING_ENVIRONMENT: "Prod EU" } });
  await observer.close?.(0);
  expect(log.join()).toContain("environment is left out");
});

describe("projects", () => {
  const model_list = [
    {
      model_name: "a",
      litellm_params: {
        model: "openai/a",
        langfuse_public_key: "pk-lf-2",
        langfuse_secret: "sk-lf-secret-2",
        langfuse_host: "https://eu.example/",
      },
      model_info: { id: "other" },
    },
  ];

  test("of deployments get the calls of those, and no other's", async () => {
    const { observer, requests } = await openForTest("langfuse", { config: { model_list } });
    observer.observe([
      detailedCall({}, { deploymentId: "other", callId: "x-other" }),
      detailedCall({}, { callId: "x-usual" }),
    ]);
    await observer.close?.(1000);
    expect(
      requests
        .map(({ url, headers, body }) => [
          url,
          atob(String(headers["authorization"]).slice(6)),
          /x-(?:other|usual)/.exec(String(body))?.[0],
        ])
        .sort(),
    ).toEqual([
      ["https://cloud.langfuse.com/api/public/ingestion", "pk-lf-1:sk-lf-secret-1", "x-usual"],
      ["https://eu.example/api/public/ingestion", "pk-lf-2:sk-lf-secret-2", "x-other"],
    ]);
  });

  test("may be at a host without a scheme", async () => {
    const { observer, requests } = await openForTest("langfuse", { environment: { LANGFUSE_HOST: "localhost:9/" } });
    observer.observe([detailedCall()]);
    await observer.close?.(1000);
    expect(requests[0]?.url).toBe("http://localhost:9/api/public/ingestion");
  });

  test("that lack a key get no calls, which count as dropped", async () => {
    const [entry] = model_list;
    const half = { ...entry?.litellm_params, langfuse_secret: undefined };
    const { observer, requests } = await openForTest("langfuse", {
      environment: { LANGFUSE_PUBLIC_KEY: "", LANGFUSE_SECRET_KEY: "" },
      config: { model_list: [...model_list, { model_name: "b", litellm_params: half, model_info: { id: "half" } }] },
    });
    observer.observe([detailedCall({}, { deploymentId: "half" }), detailedCall({}, { deploymentId: "other" })]);
    await observer.close?.(1000);
    expect([requests.length, observer.stats?.()]).toMatchObject([1, { sentCount: 1, droppedCount: 1 }]);
  });

  test("are needed", async () => {
    const environment = { LANGFUSE_PUBLIC_KEY: "", LANGFUSE_SECRET_KEY: "" };
    await expect(openForTest("langfuse", { environment })).rejects.toThrow("set LANGFUSE_PUBLIC_KEY");
    const { observer, requests } = await openForTest("langfuse", { environment, config: { model_list } });
    observer.observe([detailedCall()]);
    await observer.close?.(1000);
    expect(requests).toEqual([]);
  });
});
