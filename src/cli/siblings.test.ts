import { expect, test } from "bun:test";
import { SiblingExchange, type WorkerChannel } from "./sibling-exchange.ts";
import type { SiblingMessage } from "./sibling-messages.ts";
import { WorkerSiblings } from "./worker-siblings.ts";

/** Workers whose messages cross as copies, as between processes. */
const connect = (names: readonly string[]) => {
  const exchange = new SiblingExchange();
  const copy = (message: SiblingMessage): SiblingMessage => structuredClone(message);
  return names.map((name) => {
    const worker: { siblings?: WorkerSiblings } = {};
    const channel: WorkerChannel = {
      send: (message) => queueMicrotask(() => worker.siblings?.onMessage(copy(message))),
    };
    exchange.add(channel);
    const siblings = new WorkerSiblings((message) => queueMicrotask(() => exchange.onMessage(channel, copy(message))));
    siblings.answer("name", (request) => `${name} heard ${request}`);
    worker.siblings = siblings;
    return { siblings, channel, exchange };
  });
};

test("all answer, the one that asks first", async () => {
  const [, second] = connect(["a", "b", "c"]);
  expect(await second?.siblings.ask("name", "x")).toEqual(["b heard x", "a heard x", "c heard x"]);
});

test("questions under way at once do not mix", async () => {
  const [first, second] = connect(["a", "b"]);
  const answers = await Promise.all([
    first?.siblings.ask("name", 1),
    second?.siblings.ask("name", 2),
    first?.siblings.ask("name", 3),
  ]);
  expect(answers).toEqual([
    ["a heard 1", "b heard 1"],
    ["b heard 2", "a heard 2"],
    ["a heard 3", "b heard 3"],
  ]);
});

test("a worker that has ended, or cannot be reached, is left out", async () => {
  const [first, second] = connect(["a", "b"]);
  const broken: WorkerChannel = {
    send: () => {
      throw new Error("gone");
    },
  };
  first?.exchange.add(broken);
  expect(await first?.siblings.ask("name", 1)).toEqual(["a heard 1", "b heard 1"]);
  if (second !== undefined) first?.exchange.remove(second.channel);
  expect(await first?.siblings.ask("name", 2)).toEqual(["a heard 2"]);
});

test("one that does not answer is not waited for", async () => {
  const [first] = connect(["a", "b"]);
  first?.exchange.add({ send: () => undefined });
  expect(await first?.siblings.ask("name", 1)).toEqual(["a heard 1", "b heard 1"]);
});

test("without the starting process a worker answers for itself", async () => {
  const alone = new WorkerSiblings(() => {
    throw new Error("gone");
  });
  alone.answer("name", () => "me");
  expect(await alone.ask("name", 1)).toEqual(["me"]);
  expect(await alone.ask("unknown", 1)).toEqual([]);
});

test("what nobody answers, and an answerer that throws, are no answer of the others", async () => {
  const [first, second] = connect(["a", "b"]);
  first?.siblings.answer("odd", () => "fine");
  second?.siblings.answer("odd", () => {
    throw new Error("x");
  });
  expect(await first?.siblings.ask("odd", 1)).toEqual(["fine", undefined]);
});
