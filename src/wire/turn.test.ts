import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  readInTurn,
  requestBegins,
  requestEnds,
  settleReads,
  type TurnReader,
  type TurnWriter,
  writeInTurn,
} from "./turn.ts";

const turnsEnd = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

const REQUESTS = 100;

beforeEach(() => {
  for (let count = 0; count < REQUESTS; count++) requestBegins();
});

afterEach(() => {
  for (let count = 0; count < REQUESTS; count++) requestEnds();
});

/** Records what happens, by the reader's name. */
function reader(name: string, events: string[], onData?: () => void): TurnReader {
  return {
    onData: (bytes) => {
      events.push(`${name} reads ${bytes.toString()}`);
      onData?.();
    },
    onFault: (cause) => {
      events.push(`${name} fails: ${cause instanceof Error ? cause.message : ""}`);
    },
  };
}

function writer(events: string[], text: string): TurnWriter {
  return {
    writeNow: () => {
      if (text === "broken") throw new Error("no");
      events.push(text);
    },
    onWriteFault: () => {
      events.push("write failed");
    },
  };
}

test("all reads come first, in their order, then the writes that they and their promises gave rise to", async () => {
  const events: string[] = [];
  const write = (text: string) => () => writeInTurn(writer(events, text));
  const a = reader("a", events, write("a writes"));
  const b = reader("b", events, () => void Promise.resolve().then(write("b writes")));
  readInTurn(b, Buffer.from("1"));
  readInTurn(a, Buffer.from("2"));
  readInTurn(b, Buffer.from("3"));
  expect(events).toEqual([]);
  await turnsEnd();
  expect(events).toEqual(["b reads 1", "a reads 2", "b reads 3", "a writes", "b writes", "b writes"]);
});

test("reads can be settled before the turn's end", () => {
  const events: string[] = [];
  readInTurn(reader("a", events), Buffer.from("1"));
  settleReads();
  expect(events).toEqual(["a reads 1"]);
});

test("a fault stays with its reader", async () => {
  const events: string[] = [];
  const broken = reader("broken", events, () => {
    throw new Error("no");
  });
  readInTurn(broken, Buffer.from("1"));
  readInTurn(reader("sound", events), Buffer.from("2"));
  await turnsEnd();
  expect(events).toEqual(["broken reads 1", "broken fails: no", "sound reads 2"]);
});

test("outside a turn a write is not put off", async () => {
  await turnsEnd();
  const events: string[] = [];
  writeInTurn(writer(events, "written"));
  expect(events).toEqual(["written"]);
});

test("with little to do a read is not put off either", () => {
  for (let count = 0; count < REQUESTS; count++) requestEnds();
  const events: string[] = [];
  readInTurn(reader("a", events), Buffer.from("1"));
  for (let count = 0; count < REQUESTS; count++) requestBegins();
  expect(events).toEqual(["a reads 1"]);
});

test("a write outside a turn that fails is told of as any other", () => {
  const events: string[] = [];
  writeInTurn(writer(events, "broken"));
  expect(events).toEqual(["write failed"]);
});

test("a write that fails keeps no other from being written", async () => {
  const events: string[] = [];
  readInTurn(
    reader("a", events, () => {
      writeInTurn(writer(events, "broken"));
      writeInTurn(writer(events, "sound"));
    }),
    Buffer.from("1"),
  );
  await turnsEnd();
  expect(events).toEqual(["a reads 1", "write failed", "sound"]);
});
