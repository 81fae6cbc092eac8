import { describe, expect, test } from "bun:test";
import { readChoice, readCount, readFlag } from "./query.ts";

const target = (query: string) => ({ path: "/", query, pathModel: undefined });

describe("query parameters", () => {
  test.each([
    ["", false],
    ["a=true", true],
    ["a=True", true],
    ["a=1", true],
    ["a=yes", true],
    ["a=false", false],
    ["a=0", false],
    ["a=", false],
  ] as const)("flag of '%s' is %p", (query, value) => {
    expect(readFlag(target(query), "a")).toBe(value);
  });

  test("a flag that is neither is refused by name", () => {
    expect(() => readFlag(target("a=maybe"), "a")).toThrow("'a'");
  });

  test("counts have a preset and bounds", () => {
    const bounds = { preset: 5, maximum: 10 };
    expect(readCount(target(""), "a", bounds)).toBe(5);
    expect(readCount(target("a=10"), "a", bounds)).toBe(10);
    for (const text of ["0", "11", "1.5", "x", "", "-1", "Infinity"]) {
      expect(() => readCount(target(`a=${text}`), "a", bounds)).toThrow("from 1 to 10");
    }
  });

  test("choices are listed when another is made", () => {
    expect(readChoice(target("a=x"), "a", ["x", "y"])).toBe("x");
    expect(readChoice(target(""), "a", ["x", "y"])).toBeUndefined();
    expect(() => readChoice(target("a=z"), "a", ["x", "y"])).toThrow("Must be one of: x, y.");
  });
});
