import { expect, test } from "bun:test";
import type { CallObserver } from "../call-observer.ts";
import { answeredCall, detailedCall } from "../calls-for-tests.ts";
import { openFirst, worldOf } from "../world-for-tests.ts";

interface Opened {
  readonly observer: CallObserver;
  readonly written: readonly string[];
  readonly logged: readonly string[];
}

/** Lines to a standard output that takes each batch when `take` settles. */
const open = async (take: () => Promise<void>): Promise<Opened> => {
  const settings = "callback_settings: {json_lines: {flush_interval: 0.01}}";
  const written: string[] = [];
  const logged: string[] = [];
  const world = worldOf(`litellm_settings: {callbacks: [json_lines]}\n${settings}`, {
    log: (message, cause) => void logged.push(`${message}: ${cause}`),
    writeRecords: async (bytes) => {
      written.push(Buffer.from(bytes).toString());
      await take();
    },
  });
  const observer = await openFirst(world);
  return { observer, written, logged };
};

test("each call is a line on standard output", async () => {
  const { observer, written } = await open(() => Promise.resolve());
  observer.observe([answeredCall({ callId: "a" }), answeredCall({ callId: "b" })]);
  await observer.close?.(1000);
  const lines = written.join("").trim().split("\n");
  expect(lines.map((line) => (JSON.parse(line) as { readonly id: string }).id)).toEqual(["a", "b"]);
  expect(observer.stats?.()).toMatchObject({ sentCount: 2, droppedCount: 0 });
});

test("a reader that stands still costs memory within the bound; what it did not take counts as lost", async () => {
  const { observer, written, logged } = await open(() => new Promise(() => {}));
  const request = Buffer.from(JSON.stringify({ messages: "x".repeat(1024 * 1024) }));
  const call = detailedCall({ content: { request, response: undefined, isResponseCut: false } });
  for (let count = 0; count < 100; count++) observer.observe([call]);
  await observer.close?.(10);
  expect(written.length).toBeLessThanOrEqual(1);
  expect(observer.stats?.()).toMatchObject({ queuedCount: 0, sentCount: 0, droppedCount: 100 });
  expect(logged[0]).toBe("callback 'json_lines': 1 calls not delivered so far: its queue is full");
});

test("a reader that is gone takes nothing: its calls are lost and counted", async () => {
  const { observer, logged } = await open(() => Promise.reject(new Error("EPIPE: broken pipe")));
  observer.observe([answeredCall()]);
  await observer.close?.(10);
  expect(observer.stats?.()).toMatchObject({ sentCount: 0, droppedCount: 1 });
  expect(logged[0]).toContain("callback 'json_lines': 1 calls not delivered so far");
});
