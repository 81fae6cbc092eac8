import { describe, expect, test } from "bun:test";
import { CALLER_DIALECT } from "../core/operation.ts";
import { PROVIDERS } from "./all.ts";
import type { BodyEdits, Provider } from "./provider.ts";

/** Every set of edits a provider declares, of its routes and of single models. */
const allEdits = (provider: Provider): BodyEdits[] => [
  ...Object.values(provider.routes).flatMap((route) => route.edits ?? []),
  ...(provider.modelEdits ?? []).map(({ edits }) => edits),
];

test("provider names are unique", () => {
  const names = PROVIDERS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

describe.each(PROVIDERS.map((provider) => [provider.name, provider] as const))("provider %s", (name, provider) => {
  test("can be a model prefix", () => {
    expect(name).toMatch(/^[a-z0-9]+(?:[_-][a-z0-9]+)*$/);
  });

  test("says where and when its facts were read, unless it is built in", () => {
    expect(provider.source).toMatch(/^(?:https:\/\/\S+ .*\(read \d{4}-\d{2}-\d{2}\)$|built in)/);
  });

  test("has a base URL that paths can be appended to, encrypted unless local", () => {
    if (provider.baseUrl === undefined) return;
    expect(provider.baseUrl).not.toEndWith("/");
    expect(provider.baseUrl).toMatch(/^(?:https:\/\/|http:\/\/(?:localhost|127\.0\.0\.1):\d+)/);
  });

  test("names environment variables as the environment spells them", () => {
    const variables = [...provider.authorization.env, ...(provider.baseUrlEnv ?? [])];
    for (const variable of variables) expect(variable).toMatch(/^[A-Z][A-Z0-9_]*$/);
    expect(new Set(variables).size).toBe(variables.length);
    if (!provider.authorization.optional) expect(provider.authorization.env).not.toBeEmpty();
  });

  test("signs with one header that carries the key", () => {
    const [header, value] = provider.authorization.header("sk-test");
    expect(header).toMatch(/^[a-z0-9-]+$/);
    expect(value).toContain("sk-test");
  });

  test("answers at least one operation, each in a dialect of its own kind", () => {
    expect(Object.keys(provider.routes)).not.toBeEmpty();
    for (const [operation, route] of Object.entries(provider.routes)) {
      expect(route.path).toMatch(/^\/.*[^/]$/);
      const isCallers = Object.values<string>(CALLER_DIALECT).includes(route.dialect);
      if (isCallers) expect(route.dialect).toEndWith(`-${operation}`);
      if (operation !== "embedding") expect([route.textInputOnly, route.floatsOnly]).toEqual([undefined, undefined]);
    }
  });

  test("never refuses, drops and renames the same field", () => {
    for (const { unsupported = [], drop = [], rename = {}, defaults = {} } of allEdits(provider)) {
      const refused = [...unsupported, ...drop];
      expect(new Set(refused).size).toBe(refused.length);
      const kept = [...Object.keys(rename), ...Object.values(rename), ...Object.keys(defaults)];
      expect(kept.filter((field) => refused.includes(field))).toEqual([]);
    }
  });

  test("edits models by stateless patterns, for operations it answers", () => {
    for (const { match, operation } of provider.modelEdits ?? []) {
      expect(match.flags).not.toMatch(/[gy]/);
      expect(provider.routes[operation]).toBeDefined();
    }
  });

  test("tells the reference what an address that depends on the deployment is made of", () => {
    expect(provider.needs?.address !== undefined).toBe(provider.baseUrlOf !== undefined);
  });

  test("builds a URL on its base", () => {
    const parts = { base: "https://host.example", path: "/v1/chat", model: "some-model", apiVersion: undefined };
    expect(provider.url?.(parts) ?? `${parts.base}${parts.path}`).toStartWith("https://host.example/");
  });
});
