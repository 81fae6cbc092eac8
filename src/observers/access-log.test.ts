import { describe, expect, test } from "bun:test";
import type { CallFinished } from "../core/call-event.ts";
import { type AccessLogFormat, accessLog } from "./access-log.ts";
import { answeredCall } from "./calls-for-tests.ts";

const EVENT = answeredCall();

const write = async (format: AccessLogFormat, ...events: readonly CallFinished[]): Promise<string> => {
  let text = "";
  await accessLog(format, (piece) => {
    text += String(piece);
  }).observe(events);
  return text;
};

test("a batch is one write of one line per call", async () => {
  let writes = 0;
  await accessLog("json", () => void writes++).observe([EVENT, EVENT, EVENT]);
  expect(writes).toBe(1);
  expect((await write("text", EVENT, EVENT)).split("\n").length).toBe(3);
});

test("a line for machines has numbers and names", async () => {
  expect(JSON.parse(await write("json", EVENT))).toEqual({
    time: "2026-11-23T12:00:00.005Z",
    call_id: "id-1",
    path: "/v1/chat/completions",
    status: 200,
    duration_ms: 12.35,
    upstream_ms: 10,
    model: "gpt",
    model_group: "gpt",
    deployment: "d1",
    provider: "openai",
    upstream_model: "gpt-4o",
    stream: false,
    prompt_tokens: 1,
    completion_tokens: 2,
    total_tokens: 3,
    cached_tokens: 0,
    reasoning_tokens: 0,
    request_bytes: 10,
    response_bytes: 20,
    attempts: 1,
  });
});

test("lines of one deployment's calls each say what was asked for", async () => {
  const others = [
    { isStream: true },
    { requestedModel: "alias" },
    { modelGroup: "group" },
    { provider: "azure" },
    { upstreamModel: "gpt-5" },
    { requestedModel: "long".repeat(100) },
    { deploymentId: undefined, requestedModel: undefined },
    { deploymentId: undefined },
    { deploymentId: "" },
    { path: `/${"p".repeat(300)}` },
    {},
  ];
  const events = others.map((fields) => ({ ...EVENT, ...fields }));
  const lines = (await write("json", ...events, ...events)).trim().split("\n");
  for (const [index, event] of [...events, ...events].entries()) {
    expect(JSON.parse(lines[index] ?? "")).toMatchObject({
      stream: event.isStream,
      path: event.path.slice(0, 200),
      provider: event.provider,
      upstream_model: event.upstreamModel,
      model_group: event.modelGroup,
      ...(event.requestedModel === undefined ? {} : { model: event.requestedModel.slice(0, 200) }),
    });
    expect(lines[index]?.includes('"deployment"')).toBe(event.deploymentId !== undefined);
  }
});

test("a line for eyes says who, where and how long", async () => {
  const stream = { ...EVENT, isStream: true };
  expect(await write("text", stream)).toBe(
    "12:00:00.005 200 chat stream gpt -> openai/gpt-4o 12.35 ms (vendor 10) 1+2 tokens id id-1\n",
  );
});

test("a line for eyes says how many attempts it took, where there were several", async () => {
  const attempts = [...EVENT.attempts, ...EVENT.attempts];
  expect(await write("text", { ...EVENT, attempts })).toEndWith(" 1+2 tokens 2 attempts id id-1\n");
});

test("what a call cost, and whether its tokens are an estimate", async () => {
  const cost = {
    nanoUsd: 123_000,
    inputNanoUsd: 100_000,
    outputNanoUsd: 23_000,
    toolNanoUsd: 0,
    originalNanoUsd: 123_000,
    discountNanoUsd: 0,
    marginNanoUsd: 0,
    source: "catalog",
  } as const;
  const usage = {
    ...EVENT.usage,
    promptTokens: 1,
    completionTokens: 2,
    totalTokens: 3,
    cachedTokens: 0,
    reasoningTokens: 0,
  };
  const event = { ...EVENT, cost, usage: { ...usage, isEstimated: true as const } };
  expect(JSON.parse(await write("json", event))).toMatchObject({ cost_usd: 0.000123, usage_estimated: true });
  expect(await write("text", event)).toEndWith(" about 1+2 tokens $0.000123 id id-1\n");
});

test("a failure says why", async () => {
  const { usage: _usage, ...rest } = EVENT;
  const failed = { ...rest, usage: undefined, status: 500, errorKind: "internal", errorMessage: "it broke" } as const;
  expect(await write("text", failed)).toEndWith(" id id-1 internal: it broke\n");
  expect(JSON.parse(await write("json", failed))).toMatchObject({ error: "internal", error_message: "it broke" });
});

describe.each(["text", "json"] as const)("in %s", (format) => {
  const hostile = 'x\u001b[31m\r\n{"forged":1}\u0085\u0000\u202e\u2028';

  test("what callers choose cannot forge lines or colour a terminal", async () => {
    const text = await write(format, {
      ...EVENT,
      requestedModel: hostile,
      errorKind: "internal",
      errorMessage: hostile,
    });
    expect(text.split("\n").length).toBe(2);
    for (const character of ["\u001b", "\u0000", "\u0085", "\r", "\u202e", "\u2028"])
      expect(text).not.toContain(character);
  });

  test("it cannot make a line long", async () => {
    const long = "x".repeat(1_000_000);
    const text = await write(format, {
      ...EVENT,
      requestedModel: long,
      path: `/${long}`,
      errorKind: "internal",
      errorMessage: long,
    });
    expect(text.length).toBeLessThan(2000);
  });

  test("a key in a message is scrubbed", async () => {
    const text = await write(format, { ...EVENT, errorKind: "internal", errorMessage: "bad sk-abcdefghij1234" });
    expect(text).toContain("sk-****1234");
  });

  test("a call that never got anywhere has a line too", async () => {
    const nothing = {
      ...EVENT,
      requestedModel: undefined,
      modelGroup: undefined,
      deploymentId: undefined,
      provider: undefined,
      upstreamModel: undefined,
      usage: undefined,
      attempts: [],
    };
    expect((await write(format, nothing)).length).toBeGreaterThan(20);
  });
});
