import { expect, test } from "bun:test";
import { within } from "../../tests/support/within.ts";
import type { UncountedCall } from "../core/call-details.ts";
import type { CallFinished } from "../core/call-event.ts";
import { NO_DETAILS } from "../core/usage.ts";
import { answeredCall } from "./calls-for-tests.ts";
import { UsageEstimator } from "./estimate-usage.ts";

const uncounted = (fields: Partial<UncountedCall> = {}): CallFinished =>
  answeredCall({
    usage: undefined,
    uncounted: {
      request: Buffer.from('{"messages":[{"role":"user","content":"hi"}]}'),
      response: Buffer.from('data: {"choices":[{"index":0,"delta":{"content":"hello"}}]}\n\n'),
      responseShare: 1,
      toCost: () => undefined,
      ...fields,
    },
  });

/** Too long to be counted between calls: the thread counts it. */
const long = uncounted({
  request: Buffer.from(JSON.stringify({ messages: [{ role: "user", content: "word ".repeat(10_000) }] })),
});

const estimator = (
  program?: URL,
): {
  readonly first: Promise<CallFinished>;
  readonly it: UsageEstimator;
  readonly all: CallFinished[];
} => {
  const first = Promise.withResolvers<CallFinished>();
  const all: CallFinished[] = [];
  const it = new UsageEstimator(
    (event) => {
      all.push(event);
      first.resolve(event);
    },
    () => undefined,
    program,
  );
  return { first: first.promise, it, all };
};

test("a call is handed on with usage that is marked, and nothing left to count", async () => {
  const { first, it } = estimator();
  it.complete(uncounted());
  const event = await within(first, "the estimate", 20_000);
  expect(event.usage).toMatchObject({ promptTokens: 8, completionTokens: 1, totalTokens: 9, isEstimated: true });
  expect(event.uncounted).toBeUndefined();
  expect(it.stats).toEqual({ estimatedCount: 1, givenUpCount: 0, pendingCount: 0 });
  await it.stop();
}, 30_000);

test("a long one is counted in a thread of its own", async () => {
  const { first, it } = estimator();
  it.complete(long);
  expect((await within(first, "the estimate", 20_000)).usage).toMatchObject({
    promptTokens: 10_008,
    completionTokens: 1,
  });
  await it.stop();
}, 30_000);

test("an answer of which a part is known is counted as long as it was", async () => {
  const { first, it } = estimator();
  it.complete(uncounted({ responseShare: 0.25 }));
  expect((await within(first, "the estimate", 20_000)).usage).toMatchObject({ promptTokens: 8, completionTokens: 4 });
  await it.stop();
}, 30_000);

test("what the vendor told of the prompt stands", async () => {
  const { first, it } = estimator();
  const details = { ...NO_DETAILS, cacheWriteTokens: 20 };
  const told = { promptTokens: 500, totalTokens: 500, cachedTokens: 400, completionTokens: 0, reasoningTokens: 0 };
  it.complete({ ...uncounted(), usage: { ...told, details, isOfPromptAlone: true } });
  expect((await within(first, "the estimate", 20_000)).usage).toEqual({
    ...told,
    completionTokens: 1,
    totalTokens: 501,
    details,
    isEstimated: true,
  });
  await it.stop();
}, 30_000);

test("too many go on without; stopping waits for the others and loses none", async () => {
  const { it, all } = estimator();
  for (let count = 0; count < 600; count++) it.complete(uncounted());
  expect([all.length, it.stats.pendingCount]).toEqual([88, 512]);
  await it.stop();
  expect([all.length, it.stats.pendingCount]).toEqual([600, 0]);
  it.complete(uncounted());
  expect(all.length).toBe(601);
}, 30_000);

test("bytes are bounded too", async () => {
  const { it, all } = estimator();
  it.complete(uncounted({ request: Buffer.alloc(33 * 1024 * 1024) }));
  expect([all.length, it.stats.givenUpCount]).toEqual([1, 1]);
  await it.stop();
});

const programOf = (text: string): URL => new URL(`data:text/javascript,${encodeURIComponent(text)}`);

test.each([
  ["ends at once", "process.exit(0)"],
  ["throws", "throw new Error('broken')"],
  ["throws at a call", "require('node:worker_threads').parentPort.on('message', () => { throw new Error('broken') })"],
])("a thread that %s costs the estimate, not the call", async (_name, program) => {
  const { first, it } = estimator(programOf(program));
  it.complete(long);
  const event = await within(first, "the call");
  expect([event.usage, event.uncounted]).toEqual([undefined, undefined]);
  await it.stop();
});

test("a thread that says nothing holds no call up for long when the gateway stops", async () => {
  const { first, it } = estimator(
    programOf("require('node:worker_threads').parentPort.on('message', () => undefined)"),
  );
  it.complete(long);
  await within(it.stop(), "the end", 5000);
  expect((await first).usage).toBeUndefined();
});
