import { describe, expect, test } from "bun:test";
import { bareParams } from "../../src/config/bare-params.ts";
import { PROVIDERS } from "../../src/providers/all.ts";
import { prepareRoute, resolveApiBase } from "../../src/providers/prepared-route.ts";
import { findWay } from "../../src/routing/way.ts";
import { MODEL } from "./canonical-calls.ts";
import { operationsOf, TESTED } from "./conformance-gateway.ts";
import { SKIPPED, skipReason } from "./skipped-scenarios.ts";

describe.each(TESTED)("%s", (name, provider) => {
  const params = bareParams(`${name}/${MODEL}`);
  const named = [...(provider.baseUrl ?? "").matchAll(/\$\{(\w+)\}/g)].map(([, variable = ""]) => variable);
  const environment = Object.fromEntries(named.map((variable) => [variable, "dummy/value"]));

  test("its own address, with what the environment fills in, serves every operation", () => {
    const base = provider.baseUrl ?? "https://own.example/v1";
    for (const operation of operationsOf(provider)) {
      const way = findWay(provider, operation, "some-model");
      if (way === undefined) throw new Error(`${operation} has no way`);
      const route = prepareRoute({
        provider,
        operation,
        way,
        model: MODEL,
        params: provider.baseUrl === undefined ? { ...params, apiBase: base } : params,
        credential: { sign: () => "", secrets: () => [] },
        environment,
      });
      const [, target] = /^POST (\S+) HTTP\/1\.1\r\n/.exec(route.head(undefined, false).text) ?? [];
      expect(target).toStartWith("/");
      expect(target?.split("?")[0]).toEndWith(provider.routes[operation]?.path ?? "");
      expect(target).not.toContain("$");
      expect(route.head(undefined, false).text).toContain(`host: ${new URL(base.replaceAll("$", "")).host}\r\n`);
      for (const variable of named)
        expect([variable, target]).toEqual([variable, expect.stringContaining("dummy%2Fvalue")]);
    }
  });

  test("an address in the environment wins over it, one in the configuration over both", () => {
    const [variable] = provider.baseUrlEnv ?? [];
    const set = variable === undefined ? environment : { ...environment, [variable]: "https://env.example/v9/" };
    if (variable !== undefined) expect(resolveApiBase(provider, params, set)).toBe("https://env.example/v9");
    const own = { ...params, apiBase: "https://own.example/v8" };
    expect(resolveApiBase(provider, own, set)).toBe("https://own.example/v8");
  });

  test("an address that is missing, in whole or in part, is a fault that names what to set", () => {
    if (provider.baseUrl !== undefined && named.length === 0) return;
    const missing = provider.baseUrl === undefined ? "api_base" : (named[0] ?? "");
    expect(() => resolveApiBase(provider, params, {})).toThrow(missing);
  });
});

test("a scenario is left out for a reason only, and every reason is still needed", () => {
  for (const provider of PROVIDERS) {
    const { chat, completion } = provider.routes;
    const isExcused = skipReason(provider, "all") !== undefined;
    expect([provider.name, isExcused]).toEqual([provider.name, provider.answer !== undefined]);
    if (isExcused) continue;
    expect([provider.name, skipReason(provider, "chat") !== undefined]).toEqual([provider.name, chat === undefined]);
    const hasStream = chat !== undefined || completion !== undefined;
    expect([provider.name, skipReason(provider, "stream") !== undefined]).toEqual([provider.name, !hasStream]);
  }
  const names = PROVIDERS.map(({ name }) => name);
  expect(Object.keys(SKIPPED).filter((name) => !names.includes(name))).toEqual([]);
});
