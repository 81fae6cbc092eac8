import { expect, test } from "bun:test";
import { HeaderBlock } from "./header-block.ts";

const START = "GET / HTTP/1.1";
const read = (...lines: readonly string[]): HeaderBlock => {
  const head = [START, ...lines].join("\r\n");
  // A body's bytes behind the head are no part of it.
  return HeaderBlock.read(Buffer.from(`${head}\r\n\r\nx-body: 1`, "latin1"), head, START.length);
};

test("a value is found whatever the case of its name, white space around it gone", () => {
  const block = read("Host: a", "X-Tab:\t b \t", "x-none:");
  expect([block.get("host"), block.get("x-tab"), block.get("x-none"), block.get("x-absent")]).toEqual([
    "a",
    "b",
    "",
    null,
  ]);
});

test("names that begin with a letter are there, or surely not", () => {
  const block = read("Host: a", "X-LiteLLM-Tags: b", "y-z: c");
  expect(["h", "l", "y", "x", "z", "t"].map((letter) => block.mayHaveNames(letter))).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
});

test("names of one hash are told apart", () => {
  // 31 * 97 + 114 and 31 * 99 + 52 are the same.
  const block = read("ar: 1", "C4: 2");
  const names: string[] = [];
  block.forEachLine((name) => names.push(name));
  expect([block.get("ar"), block.get("c4"), block.count("ar"), ...names]).toEqual(["1", "2", 1, "ar", "c4"]);
});

test("more lines than usual are kept", () => {
  const lines = Array.from({ length: 1000 }, (_, at) => `x-${at}: ${at}`);
  const block = read(...lines);
  expect(["x-0", "x-255", "x-256", "x-999", "x-1000"].map((name) => block.get(name))).toEqual([
    "0",
    "255",
    "256",
    "999",
    null,
  ]);
});

test("a name is not found within another name, a value or the start line", () => {
  const block = read("x-host: a", "y: host: b");
  expect(block.get("host")).toBeNull();
  expect(block.get("get / http/1.1")).toBeNull();
});

test("repeated lines are joined and counted", () => {
  const block = read("a: 1", "b: 2", "A: 3");
  expect([block.get("a"), block.count("a"), block.count("b"), block.count("c")]).toEqual(["1, 3", 2, 1, 0]);
});

test("lines and names are visited in order", () => {
  const lines: string[] = [];
  const names: string[] = [];
  const block = read("B: 1", "a: x:y", "b:2");
  block.forEachLine((name, value) => lines.push(`${name}=${value}`));
  block.forEach((value, name) => {
    names.push(`${name}=${value}`);
  });
  expect([lines, names]).toEqual([
    ["b=1", "a=x:y", "b=2"],
    ["b=1, 2", "a=x:y"],
  ]);
});

test("a head without headers is fine, and letters beyond ASCII keep their places", () => {
  expect(read().get("host")).toBeNull();
  expect(read("x: \u00c0\u00df\u00ff", "y: 1").get("y")).toBe("1");
});

test.each([
  ["no colon", "nonsense"],
  ["an empty name", ": a"],
  ["a space before the colon", "host : a"],
  ["a folded line", " folded"],
  ["a NUL", "a: b\0c"],
  ["a bare CR", "a: b\rc"],
  ["a bare LF", "a: b\nc: d"],
  ["an empty line", ""],
])("%s is refused", (_what, line) => {
  expect(() => read("ok: 1", line)).toThrow(/bad header line|control character/);
});

test("a long run of name characters takes no longer than other text", () => {
  expect(() => read(`${"a".repeat(1_000_000)} x`)).toThrow("bad header line");
});
