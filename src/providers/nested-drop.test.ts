import { describe, expect, test } from "bun:test";
import { scanObject } from "../wire/json-scan.ts";
import { spliceObject } from "../wire/json-splice.ts";
import { dropNestedPaths, splitDropPaths } from "./nested-drop.ts";

/** The body after these entries were dropped from it. */
const drop = (text: string, entries: readonly string[]): string => {
  const body = scanObject(Buffer.from(text));
  const edits = dropNestedPaths(body, splitDropPaths(entries).nested);
  return Buffer.concat(spliceObject(body, edits).pieces).toString();
};

test("entries are whole fields or paths", () => {
  expect(splitDropPaths(["a", "b.c", "d[*].e", "f[0]", "g[0][1].h", "", ".", "[]"])).toEqual({
    fields: ["a"],
    nested: [
      ["b", "c"],
      ["d", "*", "e"],
      ["f", "0"],
      ["g", "0", "1", "h"],
    ],
  });
});

describe("only what is named goes", () => {
  test.each([
    ['{"a":{"b":1,"c":2}}', ["a.b"], '{"a":{"c":2}}'],
    ['{"t":[{"f":{"s":1,"n":"x"}},{"f":{"s":2}}]}', ["t[*].f.s"], '{"t":[{"f":{"n":"x"}},{"f":{}}]}'],
    ['{"t":[{"a":1},{"a":2}]}', ["t[1].a"], '{"t":[{"a":1},{}]}'],
    ['{"t":[1,2,3]}', ["t[1]"], '{"t":[1,3]}'],
    ['{"a":{"x":{"s":1},"y":{"s":2}}}', ["a.*.s"], '{"a":{"x":{},"y":{}}}'],
    ['{"a":{"b":{"c":1,"d":2}}}', ["a.b.c", "a.b.d"], '{"a":{"b":{}}}'],
  ])("%s without %j is %s", (text, entries, expected) => {
    expect(drop(text, entries)).toBe(expected);
  });

  test.each([
    ['{"a":{"b":1.0 } , "x":1e3}', ["a.c", "b.a", "a.b.c"]],
    ['{"a":"text"}', ["a.length", "a[0]"]],
    ['{"a":[1]}', ["a.length", "a[5]", "a.map"]],
    ['{"a":{}}', ["a.__proto__", "a.constructor", "a.toString"]],
    ['{"a":null}', ["a.b"]],
  ])("%s stays byte for byte without %j", (text, entries) => {
    expect(drop(text, entries)).toBe(text);
  });
});
