import { afterAll, afterEach, expect, test } from "bun:test";
import { Langfuse } from "langfuse";
import { PROJECT, startFakeLangfuse } from "./fake-langfuse.ts";
import { readOtlpSpans } from "./otlp-schema.ts";

const server = startFakeLangfuse();
afterEach(() => server.reset());
afterAll(() => server.close());

const send = (body: unknown, { publicKey, secretKey } = PROJECT): Promise<Response> =>
  fetch(`${server.url}/api/public/ingestion`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Basic ${btoa(`${publicKey}:${secretKey}`)}` },
    body: JSON.stringify(body),
  });

const NOW = "2026-11-28T04:00:00.000Z";
const event = (type: string, body: object): object => ({ batch: [{ id: "event-1", type, timestamp: NOW, body }] });
const GENERATION = { id: "g", traceId: "t" };

test("Langfuse's own client is understood", async () => {
  const client = new Langfuse({ ...PROJECT, baseUrl: server.url, flushAt: 100, release: "r1" });
  const trace = client.trace({
    id: "t",
    name: "name",
    userId: "u",
    sessionId: "s",
    tags: ["a"],
    input: [1],
    version: "v",
  });
  const generation = trace.generation({
    id: "g",
    name: "made",
    model: "gpt-4o",
    modelParameters: { temperature: 0, stop: ["a"] },
    input: [{ role: "user", content: "hi" }],
    usage: { input: 1, output: 2, total: 3, unit: "TOKENS" },
    usageDetails: { input: 1 },
    costDetails: { total: 0.1 },
    completionStartTime: new Date(NOW),
    metadata: { a: { b: 1 } },
  });
  generation.end({ output: "hello", level: "ERROR", statusMessage: "it broke" });
  await client.shutdownAsync();
  expect(server.faults).toEqual([]);
  expect(server.traces.get("t")).toMatchObject({ name: "name", userId: "u", sessionId: "s", tags: ["a"] });
  expect(server.observations.get("g")).toMatchObject({ name: "made", traceId: "t", output: "hello", level: "ERROR" });
});

test("a wrong key is refused", async () => {
  expect((await send({ batch: [] }, { publicKey: PROJECT.publicKey, secretKey: "sk-lf-wrong" })).status).toBe(401);
});

test.each<[string, object]>([
  ["an unknown type", event("generation-made", GENERATION)],
  ["an unknown field", event("generation-create", { ...GENERATION, trace_id: "t" })],
  ["no trace", event("generation-create", { id: "g" })],
  ["no id", event("trace-create", { name: "a" })],
  ["an id that is too long", event("trace-create", { id: "a".repeat(801) })],
  ["a user that is no text", event("trace-create", { id: "t", userId: 7 })],
  ["tags that are none", event("trace-create", { id: "t", tags: [1] })],
  ["a time that is none", event("generation-create", { ...GENERATION, startTime: "now" })],
  ["a parameter of depth", event("generation-create", { ...GENERATION, modelParameters: { a: { b: { c: 1 } } } })],
  ["a fraction of a token", event("generation-create", { ...GENERATION, usageDetails: { input: 0.5 } })],
  ["a prompt without version", event("generation-create", { ...GENERATION, promptName: "p" })],
  ["an environment of Langfuse's own", event("trace-create", { id: "t", environment: "langfuse-x" })],
  ["no time of its own", { batch: [{ id: "e", type: "trace-create", body: { id: "t" } }] }],
])("%s is refused for that event", async (_name, batch) => {
  const reply = await send(batch);
  expect([reply.status, await reply.json()]).toMatchObject([207, { successes: [], errors: [{ status: 400 }] }]);
  expect(server.faults).toHaveLength(1);
});

test("an event that comes twice counts once", async () => {
  for (const name of ["first", "second"]) await send(event("trace-create", { id: "t", name }));
  expect(server.traces.get("t")).toMatchObject({ name: "first" });
});

const SPAN = {
  traceId: "a".repeat(32),
  spanId: "b".repeat(16),
  name: "n",
  startTimeUnixNano: "1",
  endTimeUnixNano: "2",
};
const spans = (...list: readonly object[]): object => ({ resourceSpans: [{ scopeSpans: [{ spans: list }] }] });

test("spans are read", () => {
  const attributes = [{ key: "a", value: { arrayValue: { values: [{ stringValue: "x" }, { intValue: "7" }] } } }];
  expect(readOtlpSpans(spans({ ...SPAN, attributes }))).toMatchObject([{ name: "n", attributes: { a: ["x", 7] } }]);
});

test.each<[string, object]>([
  ["an unknown field", { ...SPAN, trace_id: "a" }],
  ["an id of the wrong length", { ...SPAN, traceId: "trace-id22" }],
  ["times that are numbers", { ...SPAN, startTimeUnixNano: 1.5 }],
  ["an end before the start", { ...SPAN, endTimeUnixNano: "0" }],
  ["a bare value", { ...SPAN, attributes: [{ key: "a", value: "x" }] }],
  ["an attribute twice", { ...SPAN, attributes: [1, 2].map(() => ({ key: "a", value: { stringValue: "x" } })) }],
])("of a span, %s is refused", (_name, span) => {
  expect(() => readOtlpSpans(spans(span))).toThrow();
});
