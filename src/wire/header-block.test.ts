import { expect, test } from "bun:test";
import { HeaderBlock } from "./header-block.ts";

const START = "GET / HTTP/1.1";
const read = (...lines: readonly string[]): HeaderBlock =>
  HeaderBlock.read([START, ...lines].join("\r\n"), START.length);

test("a value is found whatever the case of its name, white space around it gone", () => {
  const block = read("Host: a", "X-Tab:\t b \t", "x-none:");
  expect([block.get("host"), block.get("x-tab"), block.get("x-none"), block.get("x-absent")]).toEqual([
    "a",
    "b",
    "",
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
