import { describe, expect, test } from "bun:test";
import type { FallbackMap } from "../config/gateway-config.ts";
import { type ErrorKind, GatewayError } from "../core/errors.ts";
import { type FallbackLists, fallbacksFor } from "./fallbacks.ts";
import type { ModelGroup } from "./model-table.ts";

const mapOf = (entries: Readonly<Record<string, readonly string[]>>): FallbackMap =>
  new Map(
    Object.entries(entries).map(([name, models]) => [name, models.map((model) => ({ model, overrides: {} }))] as const),
  );

const listsOf = (lists: Partial<FallbackLists> = {}): FallbackLists => ({
  fallbacks: mapOf({ gpt: ["claude", "gemini"], "*": ["any"] }),
  contextWindowFallbacks: undefined,
  contentPolicyFallbacks: undefined,
  ...lists,
});

const groupOf = (name: string): ModelGroup => ({ name, deployments: [] });

const namesFor = (kind: ErrorKind, group: string | ModelGroup, lists = listsOf()): readonly string[] =>
  fallbacksFor(new GatewayError(kind, "said no"), typeof group === "string" ? groupOf(group) : group, lists).map(
    ({ model }) => model,
  );

describe("the entry", () => {
  test.each([
    ["of the group", "gpt", ["claude", "gemini"]],
    ["of the name without its provider", "openai/gpt", ["claude", "gemini"]],
    ["for any", "llama", ["any"]],
    ["for any, itself left out", "any", []],
  ])("%s", (_what, group, expected) => {
    expect(namesFor("upstream-failed", group)).toEqual(expected);
  });

  test("the full name goes first", () => {
    const lists = listsOf({ fallbacks: mapOf({ gpt: ["a"], "openai/gpt": ["b"] }) });
    expect(namesFor("upstream-failed", "openai/gpt", lists)).toEqual(["b"]);
  });

  test("of the alias that was asked for goes before the group's", () => {
    const group = { ...groupOf("openai/gpt"), alias: "best" };
    const namesOf = (entries: Readonly<Record<string, readonly string[]>>): readonly string[] =>
      namesFor("upstream-failed", group, listsOf({ fallbacks: mapOf(entries) }));
    expect(namesOf({ best: ["a"], "openai/gpt": ["b"], gpt: ["c"] })).toEqual(["a"]);
    expect(namesOf({ "openai/gpt": ["b"], gpt: ["c"] })).toEqual(["b"]);
    expect(namesOf({ gpt: ["c"], "*": ["best", "openai/gpt"] })).toEqual(["c"]);
    expect(namesOf({ "*": ["best", "openai/gpt", "d"] })).toEqual(["d"]);
  });

  test("the group itself with other fields is another try", () => {
    const target = { model: "gpt", overrides: { temperature: 0 } };
    const lists = listsOf({ fallbacks: new Map([["gpt", [{ model: "gpt", overrides: {} }, target]]]) });
    expect(fallbacksFor(new GatewayError("upstream-failed", ""), groupOf("gpt"), lists)).toEqual([target]);
  });

  test("is nobody's without lists", () => {
    expect(namesFor("upstream-failed", "gpt", listsOf({ fallbacks: new Map() }))).toEqual([]);
  });
});

describe("the list", () => {
  const special = listsOf({
    contextWindowFallbacks: mapOf({ gpt: ["long"] }),
    contentPolicyFallbacks: mapOf({ gpt: ["lenient"] }),
  });

  test.each<[ErrorKind, string, FallbackLists, readonly string[]]>([
    ["context-window-exceeded", "gpt", special, ["long"]],
    ["context-window-exceeded", "llama", special, []],
    ["context-window-exceeded", "gpt", listsOf(), ["claude", "gemini"]],
    ["content-policy-violation", "gpt", special, ["lenient"]],
    ["content-policy-violation", "llama", special, []],
    ["content-policy-violation", "gpt", listsOf(), ["claude", "gemini"]],
    ["upstream-invalid-request", "gpt", special, ["claude", "gemini"]],
    ["upstream-unauthenticated", "gpt", special, ["claude", "gemini"]],
    ["unsupported-params", "gpt", special, ["claude", "gemini"]],
    ["no-deployment-available", "gpt", special, ["claude", "gemini"]],
    ["unauthenticated", "gpt", special, []],
    ["rate-limited", "gpt", special, []],
    ["budget-exceeded", "gpt", special, []],
    ["client-closed", "gpt", special, []],
    ["internal", "gpt", special, []],
  ])("of %s for %s", (kind, group, lists, expected) => {
    expect(namesFor(kind, group, lists)).toEqual(expected);
  });
});
