import { describe, expect, test } from "bun:test";
import { cpuTimeMs } from "../../tests/support/cpu-time.ts";
import { compareSpecificity, fillWildcards, toWildcardPattern } from "./wildcard.ts";

describe("matching", () => {
  test.each([
    ["openai/*", "openai/gpt-4o", ["gpt-4o"]],
    ["openai/*", "openai/", [""]],
    ["openai/*", "xopenai/gpt", undefined],
    ["openai/gpt-*", "openai/o1", undefined],
    ["*", "anything at all", ["anything at all"]],
    ["*", "", [""]],
    ["*/gpt-*", "azure/gpt-4", ["azure", "4"]],
    ["a*b", "a/x/b", ["/x/"]],
    ["a*b", "abc", undefined],
    ["a.b/*", "axb/c", undefined],
    ["a+(b)[c]{2}$^|\\/*", "a+(b)[c]{2}$^|\\/x", ["x"]],
    ["x/*", "x/a\nb", ["a\nb"]],
    ["x/*", "x/😀", ["😀"]],
  ])("%p of %p gives %p", (pattern, name, captures) => {
    expect(toWildcardPattern(pattern).match(name) as unknown).toEqual(captures);
  });

  test("many stars and a long name do not take long", () => {
    const pattern = toWildcardPattern(`${"*a".repeat(6)}b`);
    const startedAtMs = cpuTimeMs();
    expect(pattern.match("a".repeat(512))).toBeUndefined();
    expect(cpuTimeMs() - startedAtMs).toBeLessThan(2000);
  });
});

test("the more specific pattern comes first, the bare star last", () => {
  const patterns = ["*", "openai/*", "openai/gpt-4*", "*/gpt-4*", "openai/gpt-4o-*", "o*"];
  expect([...patterns].sort(compareSpecificity)).toEqual([
    "openai/gpt-4o-*",
    "openai/gpt-4*",
    "openai/*",
    "*/gpt-4*",
    "o*",
    "*",
  ]);
});

test.each([
  ["openai/*", ["gpt-4o"], "x/gpt-4o", "openai/gpt-4o"],
  ["openai/gpt-4o", ["a"], "x/a", "openai/gpt-4o"],
  ["*/*", ["azure", "d"], "azure/d", "azure/d"],
  ["openai/*", ["a", "b"], "requested", "requested"],
  ["*", [], "requested", "requested"],
  ["openai/*", ["$1$&"], "x", "openai/$1$&"],
])("%s filled with %j is, for %s, %s", (target, captures, requested, expected) => {
  expect(fillWildcards(target, captures, requested)).toBe(expected);
});

test("captures are those of a greedy regular expression", () => {
  const alphabet = ["a", "b", "/"];
  const names = Array.from({ length: 7 }, (_, length) => length).flatMap((length) =>
    Array.from({ length: Math.min(3 ** length, 243) }, (_, number) =>
      Array.from({ length }, (_item, at) => alphabet[Math.floor(number / 3 ** at) % 3]).join(""),
    ),
  );
  for (const text of ["*", "a*", "*a", "*a*", "a*a", "*a*b", "a*/*b", "**", "*ab*a*", "ab"]) {
    const expression = new RegExp(`^${text.replaceAll("*", "(.*)")}$`, "s");
    const pattern = toWildcardPattern(text);
    for (const name of names) {
      expect([text, name, pattern.match(name)]).toEqual([text, name, expression.exec(name)?.slice(1)]);
    }
  }
});
