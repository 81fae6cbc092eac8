import { expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { detailedCall, failedCall } from "../calls-for-tests.ts";
import { spanOf } from "./observing-for-tests.ts";
import { toHexId } from "./write-span.ts";

const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");

test("ids of OpenTelemetry stay, others are replaced by the beginning of their hash", () => {
  expect(toHexId("0af7651916cd43dd8448eb211c80319c", 32)).toBe("0af7651916cd43dd8448eb211c80319c");
  expect(toHexId("B7AD6B7169203331", 16)).toBe("b7ad6b7169203331");
  expect(toHexId("trace-id22", 32)).toBe(hashOf("trace-id22").slice(0, 32));
  expect(toHexId("0".repeat(32), 32)).toBe(hashOf("0".repeat(32)).slice(0, 32));
});

test("a call is a span that says what the other endpoint is told", async () => {
  const metadata = {
    trace_id: "trace-id22",
    generation_id: "gen-id22",
    generation_name: "test",
    trace_name: "a trace",
    trace_user_id: "user-id2",
    session_id: "s1",
    tags: ["a", "b"],
    parent_observation_id: "p1",
    version: "v1",
    trace_release: "r1",
    trace_public: true,
    trace_metadata: { team: "blue", n: { a: 1 } },
    prompt: { name: "poem", version: 3 },
    other: 7,
  };
  const call = detailedCall({ metadataText: JSON.stringify(metadata) }, { isStream: false });
  const { span, attributes } = await spanOf(call);
  expect(span).toMatchObject({
    traceId: hashOf("trace-id22").slice(0, 32),
    spanId: hashOf("gen-id22").slice(0, 16),
    parentSpanId: hashOf("p1").slice(0, 16),
    name: "test",
    startTimeUnixNano: "1795435200005000000",
    endTimeUnixNano: "1795435200017346000",
  });
  expect(attributes).toMatchObject({
    "langfuse.trace.id": "trace-id22",
    "langfuse.generation.id": "gen-id22",
    "langfuse.generation.parent_observation_id": "p1",
    "langfuse.trace.name": "a trace",
    "user.id": "user-id2",
    "session.id": "s1",
    "langfuse.trace.tags": { values: [{ stringValue: "a" }, { stringValue: "b" }] },
    "langfuse.trace.metadata.team": "blue",
    "langfuse.trace.metadata.n": '{"a":1}',
    "langfuse.trace.public": true,
    "langfuse.release": "r1",
    "langfuse.version": "v1",
    "langfuse.observation.type": "generation",
    "langfuse.observation.model.name": "gpt-4o",
    "langfuse.observation.model.parameters": '{"temperature":0}',
    "langfuse.observation.input": '{"messages":[{"role":"user","content":"hi"}]}',
    "langfuse.observation.output": '{"role":"assistant","content":"hello"}',
    "langfuse.observation.usage_details": '{"input":1,"output":2,"total":3}',
    "langfuse.observation.prompt.name": "poem",
    "langfuse.observation.prompt.version": 3,
    "langfuse.observation.metadata.other": "7",
  });
});

test("a failure has level, message and status", async () => {
  const { span, attributes } = await spanOf(failedCall({ details: detailedCall({ content: undefined }).details }));
  expect(span["status"]).toEqual({ code: 2, message: "too many requests" });
  expect(attributes).toMatchObject({
    "langfuse.observation.level": "ERROR",
    "langfuse.observation.status_message": "too many requests",
  });
});

test("the trace's version goes before the generation's, as there is room for one", async () => {
  const versionOf = async (metadata: object) =>
    (await spanOf(detailedCall({ metadataText: JSON.stringify(metadata) }))).attributes["langfuse.version"];
  const versions = { trace_version: "v1", version: "v2" };
  expect(await versionOf(versions)).toBe("v1");
  expect(await versionOf({ ...versions, existing_trace_id: "old" })).toBe("v2");
});

test("a trace that was there before is not overwritten", async () => {
  const call = detailedCall({ metadataText: '{"existing_trace_id":"old","trace_name":"no"}' });
  const { span, attributes } = await spanOf(call);
  expect(span["parentSpanId"]).toMatch(/^[0-9a-f]{16}$/);
  expect(attributes["langfuse.trace.id"]).toBe("old");
  expect(attributes["langfuse.trace.name"]).toBeUndefined();
  expect(attributes["langfuse.trace.input"]).toBeUndefined();
});
