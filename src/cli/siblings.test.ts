import { describe, expect, test } from "bun:test";
import { METRICS_TOPIC, type MetricFamily } from "../core/metrics.ts";
import { mergeMetrics } from "../core/metrics-text.ts";
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

describe("a topic whose answers are kept", () => {
  const metricsOf = (value: number): readonly MetricFamily[] => [
    { name: "a", type: "counter", help: "", merge: "sum", samples: [{ suffix: "_total", labels: {}, value }] },
    { name: "b", type: "gauge", help: "", merge: "max", samples: [{ suffix: "", labels: {}, value }] },
  ];
  const sumOf = (answers: readonly unknown[] | undefined): readonly unknown[] =>
    mergeMetrics(answers as (readonly MetricFamily[])[]).map(({ samples }) => samples[0]?.value);

  test("those that ended leave their counters, whoever asked last; gauges go with them", async () => {
    const [first, second, third] = connect(["a", "b", "c"]);
    first?.siblings.answer(METRICS_TOPIC, () => metricsOf(1));
    second?.siblings.answer(METRICS_TOPIC, () => metricsOf(20));
    third?.siblings.answer(METRICS_TOPIC, () => metricsOf(300));
    expect(sumOf(await second?.siblings.ask(METRICS_TOPIC, undefined))).toEqual([321, 300]);
    if (second !== undefined) first?.exchange.remove(second.channel);
    if (third !== undefined) first?.exchange.remove(third.channel);
    expect(sumOf(await first?.siblings.ask(METRICS_TOPIC, undefined))).toEqual([321, 1]);
  });

  test("one that is held up is stood for by its last answer", async () => {
    const [first, second] = connect(["a", "b"]);
    first?.siblings.answer(METRICS_TOPIC, () => metricsOf(1));
    second?.siblings.answer(METRICS_TOPIC, () => metricsOf(20));
    await first?.siblings.ask(METRICS_TOPIC, undefined);
    second?.siblings.answer(METRICS_TOPIC, () => new Promise(() => undefined));
    expect(sumOf(await first?.siblings.ask(METRICS_TOPIC, undefined))).toEqual([21, 20]);
  });

  test("one that ends while it is asked is not waited for", async () => {
    const [first, second] = connect(["a", "b"]);
    first?.siblings.answer("slow", () => "fine");
    second?.siblings.answer("slow", () => {
      first?.exchange.remove(second.channel);
      return new Promise(() => undefined);
    });
    expect(await first?.siblings.ask("slow", undefined)).toEqual(["fine"]);
  });
});
