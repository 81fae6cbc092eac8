import { describe, expect, test } from "bun:test";
import { ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import {
  decodeJson,
  decodeProtobuf,
  type ReceivedExport,
  type ReceivedSpan,
} from "../../../tests/support/otlp-decode.ts";
import { randomObjectText, seededRandom } from "../../../tests/support/random-json.ts";
import { toResourceAttributes } from "../../config/callbacks/otel-settings.ts";
import { otelSettings } from "../../config/callbacks/otel-settings-for-tests.ts";
import type { CallFinished } from "../../core/call-event.ts";
import { NO_DETAILS } from "../../core/usage.ts";
import { MAX_JSON_DEPTH } from "../../wire/json-depth.ts";
import { answeredCall, detailedCall, failedCall, givenUpCall } from "../calls-for-tests.ts";
import { type SpanOptions, toCallSpans } from "./call-spans.ts";
import { toSpanRequests } from "./otlp-export.ts";
import { toOtlpSpan } from "./otlp-span.ts";
import type { OtlpSource } from "./otlp-types.ts";
import { ATTRIBUTES } from "./span-attributes.ts";

const resource: OtlpSource["resource"] = {
  attributes: toResourceAttributes(otelSettings(), "1", "i"),
  merge: () => resource,
  getRawAttributes: () => [],
};
const SOURCE: OtlpSource = { resource, scope: { name: "litellm", version: "1" } };
const OPTIONS: SpanOptions = { showsMessages: true, maxTextLength: 10_000 };

/** Written and read by the official schema in both encodings, which must say the same. */
const send = (calls: readonly CallFinished[], options: Partial<SpanOptions> = {}): ReceivedExport => {
  const spans = calls.flatMap((call) => toCallSpans(call, { ...OPTIONS, ...options }));
  const [protobuf, json] = (["protobuf", "json"] as const).map((encoding) => {
    const requests = toSpanRequests(SOURCE, encoding);
    const sent = [spans.slice(1), spans].map((some) => {
      requests.open();
      for (const span of some) requests.add(span);
      return Buffer.concat(requests.close());
    });
    return sent[1];
  });
  const received = decodeProtobuf("traces", protobuf ?? Buffer.of());
  expect(decodeJson("traces", String(json))).toEqual(received);
  const official = ProtobufTraceSerializer.serializeRequest(spans.map((span) => toOtlpSpan(span, SOURCE)));
  expect(decodeProtobuf("traces", official ?? Buffer.of())).toEqual(received);
  return received;
};

const spansOf = (call: CallFinished, options: Partial<SpanOptions> = {}): readonly ReceivedSpan[] =>
  send([call], options).spans;

const first = (spans: readonly ReceivedSpan[]): ReceivedSpan => {
  const [span] = spans;
  if (span === undefined) throw new Error("there is no span");
  return span;
};

const TRACE = {
  traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
  spanId: "1111111111111111",
  parentSpanId: "00f067aa0ba902b7",
  isSampled: true,
  tracestate: "rojo=1",
};

const COST = {
  nanoUsd: 1_500_000,
  inputNanoUsd: 500_000,
  outputNanoUsd: 1_000_000,
  toolNanoUsd: 0,
  originalNanoUsd: 1_500_000,
  discountNanoUsd: 0,
  marginNanoUsd: 0,
  source: "catalog",
} as const;

const attempt = { deploymentId: "d1", provider: "openai", upstreamModel: "gpt-4o", startedAtMs: 1001, durationMs: 3 };

/** A stream that came at the second try, and says all that a call can say. */
const FULL = detailedCall(
  {
    metadataText: '{"generation_name":"g","nested":{"a":[1]},"flag":true,"count":2,"none":null}',
    spendLogsMetadataText: '{"team":"a"}',
    parametersText:
      '{"temperature":0.5,"max_tokens":7,"top_p":1,"top_k":3,"frequency_penalty":0.1,"presence_penalty":0.2,"seed":-5,"n":2,"stop":["x","y"],"encoding_format":"float","dimensions":256,"response_format":{"type":"json_object"}}',
    content: {
      request: Buffer.from('{"messages":[{"role":"user","content":"hi"}],"tools":[{"type":"function"}]}'),
      response: Buffer.from(
        'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","model":"gpt-4o-2024","choices":[{"index":0,"delta":{"role":"assistant","content":"hel"}}]}\n\ndata: {"id":"chatcmpl-1","model":"gpt-4o-2024","choices":[{"index":0,"delta":{"content":"lo"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n',
      ),
      isResponseCut: false,
    },
    endUser: "u",
    tags: ["a", "b"],
    sessionId: "s",
    userAgent: "sdk/1",
    clientAddress: "10.0.0.1",
    keyHash: "ab12",
  },
  {
    trace: TRACE,
    usage: {
      promptTokens: 1,
      completionTokens: 2,
      totalTokens: 3,
      cachedTokens: 0,
      reasoningTokens: 0,
      details: { ...NO_DETAILS, cacheWriteTokens: 1 },
      isEstimated: true,
    },
    isStream: true,
    firstByteMs: 8,
    upstreamMs: 5,
    cost: COST,
    dropped: ["messages[0].name"],
    retries: 1,
    attempts: [
      {
        ...attempt,
        spanId: "2222222222222222",
        failure: "upstream-rate-limited",
        status: 429,
        apiBase: "https://api.openai.com/v1",
      },
      { ...attempt, startedAtMs: 1005, spanId: "3333333333333333", status: 200, apiBase: "http://localhost:8080/v1" },
    ],
  },
);

const MS = 1_000_000n;

describe("a call", () => {
  const spans = spansOf(FULL);
  const [server, failed, answered] = spans;

  test("is a span of its caller's trace, above one of each attempt", () => {
    expect(spans.map(({ name, kind }) => [name, kind])).toEqual([
      ["chat gpt", "SERVER"],
      ["chat gpt-4o", "CLIENT"],
      ["chat gpt-4o", "CLIENT"],
    ]);
    expect(spans.map(({ traceId, spanId, parentSpanId }) => [traceId, spanId, parentSpanId])).toEqual([
      [TRACE.traceId, TRACE.spanId, TRACE.parentSpanId],
      [TRACE.traceId, "2222222222222222", TRACE.spanId],
      [TRACE.traceId, "3333333333333333", TRACE.spanId],
    ]);
    expect(spans.map(({ traceState, flags }) => [traceState, flags])).toEqual([
      ["rojo=1", 0x301], // The parent is remote.
      ["rojo=1", 0x101],
      ["rojo=1", 0x101],
    ]);
  });

  test("has the times of its parts", () => {
    const start = BigInt(FULL.startedAt) * MS;
    const near = (nano: bigint | undefined): number => Math.round(Number((nano ?? 0n) - start) / 1e3) / 1e3;
    expect([near(server?.startNano), near(server?.endNano)]).toEqual([0, 12.346]);
    expect([near(failed?.startNano), near(failed?.endNano)]).toEqual([1, 4]);
    expect([near(answered?.startNano), near(answered?.endNano)]).toEqual([5, 12.346]);
    expect(server?.events.map(({ name, atNano }) => [name, near(atNano)])).toEqual([["gen_ai.first_chunk", 8]]);
  });

  test("says all of itself", () => {
    expect(server?.attributes).toMatchObject({
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.system": "openai",
      "gen_ai.request.model": "gpt-4o",
      "gen_ai.request.stream": true,
      "gen_ai.request.max_tokens": 7,
      "gen_ai.request.temperature": 0.5,
      "gen_ai.request.seed": -5,
      "gen_ai.request.choice.count": 2,
      "gen_ai.request.stop_sequences": ["x", "y"],
      "gen_ai.embeddings.dimension.count": 256,
      "gen_ai.output.type": "json",
      "gen_ai.conversation.id": "s",
      "gen_ai.response.id": "chatcmpl-1",
      "gen_ai.response.model": "gpt-4o-2024",
      "gen_ai.response.finish_reasons": ["stop"],
      "gen_ai.response.time_to_first_chunk": 0.008,
      "gen_ai.usage.input_tokens": 1,
      "gen_ai.usage.output_tokens": 2,
      "gen_ai.usage.total_tokens": 3,
      "gen_ai.usage.cache_creation.input_tokens": 1,
      "gen_ai.cost.total_cost": 0.0015,
      "gen_ai.cost.input_cost": 0.0005,
      "gen_ai.cost.output_cost": 0.001,
      "llm.request.type": "acompletion",
      "llm.is_streaming": "True",
      "llm.user": "u",
      "metadata.generation_name": "g",
      "metadata.nested": '{"a":[1]}',
      "metadata.flag": true,
      "metadata.count": 2,
      "metadata.tags": ["a", "b"],
      "metadata.user_api_key_hash": "ab12",
      "server.address": "api.openai.com",
      "server.port": 443,
      "http.response.status_code": 200,
      "portolan.overhead_ms": 3,
      "portolan.retries": 1,
    });
    expect(server?.attributes["metadata.none"]).toBeUndefined();
    expect(JSON.parse(String(server?.attributes["gen_ai.input.messages"]))).toEqual([
      { role: "user", parts: [{ type: "text", content: "hi" }] },
    ]);
    expect(JSON.parse(String(server?.attributes["gen_ai.output.messages"]))).toEqual([
      { role: "assistant", parts: [{ type: "text", content: "hello" }], finish_reason: "stop" },
    ]);
    expect(JSON.parse(String(server?.attributes["hidden_params"]))).toMatchObject({
      model_id: "d1",
      response_cost: 0.0015,
    });
  });

  test("says of each attempt where it went and what became of it", () => {
    expect(failed?.attributes).toEqual({
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.system": "openai",
      "gen_ai.request.model": "gpt-4o",
      "portolan.deployment.id": "d1",
      "http.request.method": "POST",
      "http.response.status_code": 429,
      "error.type": "upstream-rate-limited",
      "server.address": "api.openai.com",
      "server.port": 443,
    });
    expect(failed?.status).toEqual({ code: "ERROR", message: "upstream-rate-limited" });
    expect(answered?.attributes).toMatchObject({
      "http.request.resend_count": 1,
      "server.address": "localhost",
      "server.port": 8080,
    });
    expect(answered?.status.code).toBe("UNSET");
  });

  test("does not count tokens twice: attempts have none", () => {
    expect(Object.keys(answered?.attributes ?? {}).filter((name) => name.startsWith("gen_ai.usage"))).toEqual([]);
  });
});

test.each(["protobuf", "json"] as const)(
  "numbers that may have fractions are doubles when they are whole too, in %s",
  (encoding) => {
    const requests = toSpanRequests(SOURCE, encoding);
    requests.open();
    const parametersText = '{"temperature":1,"top_p":0,"frequency_penalty":-2,"seed":1}';
    for (const span of toCallSpans(
      detailedCall({ parametersText }, { trace: TRACE, cost: { ...COST, nanoUsd: 1e9 } }),
      OPTIONS,
    )) {
      requests.add(span);
    }
    const sent = Buffer.concat(requests.close());
    const typeOf = (name: string): string | undefined => {
      const behind = sent.indexOf(name) + name.length;
      const isDouble =
        encoding === "protobuf"
          ? sent[behind + 2] === 0x21
          : sent.toString("utf8", behind).startsWith('","value":{"double');
      return sent.includes(name) ? (isDouble ? "double" : "other") : undefined;
    };
    const doubles = ["request.temperature", "request.top_p", "request.frequency_penalty", "cost.total_cost"];
    expect([...doubles, "request.seed"].map((name) => typeOf(`gen_ai.${name}`))).toEqual([
      ...doubles.map(() => "double"),
      "other",
    ]);
  },
);

test("every attribute of the table is written by some call, and no other", () => {
  const failure = failedCall({ trace: TRACE });
  const { resource: sent, spans } = send([FULL, failure]);
  const written = new Set([...Object.keys(sent), ...spans.flatMap(({ attributes }) => Object.keys(attributes))]);
  const own = [...written].filter((name) => !/^metadata\.(?:generation_name|nested|flag|count)$/.test(name));
  expect(own.sort()).toEqual(Object.keys(ATTRIBUTES).sort());
});

describe("a failure", () => {
  test("is an error with its kind and its message, and no key", () => {
    const call = failedCall({ trace: TRACE, errorMessage: "bad key sk-abcdefghij1234 \u0000\ud800" });
    const span = first(spansOf(call));
    expect(span.status).toEqual({ code: "ERROR", message: "bad key sk-****1234 \u0000\ufffd" });
    expect(span.attributes).toMatchObject({
      "error.type": "upstream-rate-limited",
      "error.code": "429",
      "error.message": "bad key sk-****1234 \u0000\ufffd",
    });
    expect(span.events.map(({ name, attributes }) => [name, attributes])).toEqual([
      ["exception", { "exception.type": "RateLimitError", "exception.message": "bad key sk-****1234 \u0000\ufffd" }],
    ]);
  });

  test("of a stream that broke off is one of its attempt too; a client that left is nobody's", () => {
    const endedBy = (failure: "upstream-unreachable" | "client-closed") =>
      FULL.attempts.map((one, index) => (index === 0 ? one : { ...one, failure }));
    const broken = spansOf({
      ...FULL,
      errorKind: "upstream-unreachable",
      errorMessage: "lost",
      attempts: endedBy("upstream-unreachable"),
    });
    expect(broken[0]?.attributes["error.code"]).toBe("500");
    expect(broken.map(({ status }) => status.code)).toEqual(["ERROR", "ERROR", "ERROR"]);
    expect(broken[2]?.attributes["error.type"]).toBe("upstream-unreachable");
    const left = spansOf({
      ...FULL,
      status: 499,
      errorKind: "client-closed",
      errorMessage: "left",
      attempts: endedBy("client-closed"),
    });
    expect(left.map(({ status }) => status.code)).toEqual(["UNSET", "ERROR", "UNSET"]);
    expect(left[0]?.attributes["error.type"]).toBe("client-closed");
    const lost = spansOf(givenUpCall({ trace: FULL.trace }));
    expect(lost.map(({ status }) => status.code)).toEqual(["UNSET", "UNSET"]);
    expect(lost.map(({ attributes }) => attributes["error.type"])).toEqual(["given-up", "given-up"]);
  });

  test("before any vendor was asked has one span", () => {
    const nowhere = failedCall({
      errorKind: "unauthenticated",
      attempts: [],
      provider: undefined,
      upstreamModel: undefined,
      deploymentId: undefined,
      modelGroup: undefined,
      requestedModel: undefined,
      apiBase: undefined,
      requestBytes: 0,
      responseBytes: 0,
      trace: TRACE,
    });
    expect(spansOf(nowhere).map(({ name }) => name)).toEqual(["chat"]);
    expect(JSON.stringify(first(spansOf(nowhere)).attributes)).not.toContain("body.size"); // Neither is known.
  });
});

describe("what may not be shown is not there", () => {
  const hidden = (call: CallFinished, options: Partial<SpanOptions> = {}): void => {
    const text = JSON.stringify(spansOf(call, options), (_, value: unknown) =>
      typeof value === "bigint" ? String(value) : value,
    );
    for (const secret of ["input.messages", "output.messages", "tool.definitions", "hello"]) {
      expect(text).not.toContain(secret);
    }
  };

  test("by the callback's setting", () => {
    hidden(FULL, { showsMessages: false });
    expect(first(spansOf(FULL, { showsMessages: false })).attributes["gen_ai.response.id"]).toBe("chatcmpl-1");
  });

  test("by the call's", () => {
    hidden({ ...FULL, details: FULL.details && { ...FULL.details, isRedacted: true } });
    hidden({ ...FULL, details: FULL.details && { ...FULL.details, isRedacted: true, content: undefined } });
  });
});

test("a call that began before tracing was asked for has a trace of its own", () => {
  const spans = spansOf(answeredCall());
  expect(spans.length).toBe(2);
  expect(spans[0]?.traceId).toMatch(/^[0-9a-f]{32}$/);
  expect(spans[1]?.parentSpanId).toBe(spans[0]?.spanId ?? "");
  expect(spans[0]?.parentSpanId).toBe("");
});

describe("what strangers sent does no harm", () => {
  const deep = "[".repeat(MAX_JSON_DEPTH * 400) + "]".repeat(MAX_JSON_DEPTH * 400);
  test.each([
    ["null", "null"],
    ["a list", "[1]"],
    ["text", '"x"'],
    ["no JSON", "{"],
    ["depth", `{"messages":${deep}}`],
    ["depth inside", `{"messages":[{"role":"user","content":[{"type":"x","y":${"[".repeat(90)}${"]".repeat(90)}}]}]}`],
    ["other types", '{"messages":[1,null,{"role":5,"content":{"a":1},"tool_calls":[{"function":7},3]}],"tools":7}'],
    ["prototypes", '{"__proto__":{"a":1},"messages":[{"__proto__":1,"constructor":2}]}'],
    ["halves of characters", '{"messages":[{"role":"\\ud800","content":"\\udc00"}]}'],
  ])("%s", (_name, text) => {
    const content = { request: Buffer.from(text), response: Buffer.from(text), isResponseCut: false };
    const call = detailedCall({ metadataText: text, parametersText: text, content });
    expect(spansOf(call).length).toBe(2);
  });

  test("any JSON whatever", () => {
    const random = seededRandom(7);
    const calls = Array.from({ length: 400 }, () => {
      const [request, response, metadataText, parametersText] = [0, 1, 2, 3].map(() => randomObjectText(random));
      const content = {
        request: Buffer.from(`{"messages":[${request}],"tools":${response}}`),
        response: Buffer.from(`{"choices":[{"message":${response},"finish_reason":${request}}]}`),
        isResponseCut: false,
      };
      return detailedCall({ metadataText, parametersText: parametersText ?? "", content });
    });
    expect(send(calls).spans.length).toBe(800);
  });

  test("parameters show nothing of what was asked where that is hidden", () => {
    const parametersText =
      '{"stop":["planted"],"n":2,"response_format":{"type":"json_schema","json_schema":"planted"}}';
    const hidden = [
      spansOf(detailedCall({ parametersText, isRedacted: true })),
      spansOf(detailedCall({ parametersText }), { showsMessages: false }),
    ];
    for (const { attributes } of hidden.map(first)) {
      expect(attributes).toMatchObject({ "gen_ai.request.choice.count": 2, "gen_ai.output.type": "json" });
      expect(attributes["gen_ai.request.stop_sequences"]).toBeUndefined();
    }
  });

  test("what x-litellm-spend-logs-metadata says stands without credentials", () => {
    const call = detailedCall({ spendLogsMetadataText: '{"team":"a","api_key":"planted"}' });
    expect(first(spansOf(call)).attributes["metadata.spend_logs_metadata"]).toBe('{"team":"a","api_key":"****"}');
    const none = detailedCall({ spendLogsMetadataText: "Bearer planted-planted" });
    expect(first(spansOf(none)).attributes["metadata.spend_logs_metadata"]).toBeUndefined();
  });

  test("names and values of metadata are bounded, and are not taken for the gateway's own", () => {
    const metadata = {
      user_api_key_hash: "forged",
      user_api_key_alias: "forged",
      tags: "forged",
      ["k".repeat(1000)]: "x".repeat(50_000),
      ...Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`k${index}`, index])),
    };
    const call = detailedCall({ metadataText: JSON.stringify(metadata), keyHash: "true", tags: ["mine"] });
    const { attributes } = first(spansOf(call));
    expect(JSON.stringify(attributes)).not.toContain("forged");
    expect(Object.keys(attributes).filter((name) => name.startsWith("metadata.")).length).toBeLessThan(80);
    expect(Math.max(...Object.values(attributes).map((value) => String(value).length))).toBeLessThanOrEqual(10_000);
    expect(Math.max(...Object.keys(attributes).map((name) => name.length))).toBeLessThan(200);
  });

  test("a long name of a model makes no long name of a span", () => {
    expect(first(spansOf(answeredCall({ requestedModel: "m".repeat(100_000) }))).name.length).toBe(256);
  });
});
