import { describe, expect, test } from "bun:test";
import { PriceBook } from "../catalog/price-book.ts";
import { NO_PRICE_FILE } from "../catalog/price-file.ts";
import { configOf, loadYaml } from "../config/load-yaml-for-tests.ts";
import { PROVIDERS } from "../providers/all.ts";
import { NO_IDENTITIES } from "../providers/identities-for-tests.ts";
import type { DeploymentContext } from "./deployment.ts";
import { StatsTable } from "./deployment-stats.ts";
import { ModelTable } from "./model-table.ts";

const CONTEXT: DeploymentContext = {
  providers: new Map(PROVIDERS.map((provider) => [provider.name, provider])),
  environment: { OPENAI_API_KEY: "k", GROQ_API_KEY: "k" },
  identities: NO_IDENTITIES,
  stats: new StatsTable(),
  prices: new PriceBook(NO_PRICE_FILE, new Map(), () => 0),
};

const tableOf = (yaml: string, context = CONTEXT): ModelTable => new ModelTable(configOf(loadYaml(yaml)), context);

/** `provider/upstream model` of every deployment that may answer the name; `undefined` for an unknown one. */
const resolve = (table: ModelTable, name: string): readonly string[] | undefined =>
  table.resolve(name)?.deployments.map(({ provider, upstreamModel }) => `${provider.name}/${upstreamModel}`);

describe("what a name means, the first that fits", () => {
  const table = tableOf(`
model_list:
  - { model_name: gpt, litellm_params: { model: openai/gpt-4o }, model_info: { id: first } }
  - { model_name: gpt, litellm_params: { model: groq/llama }, model_info: { id: 7 } }
  - { model_name: named-like-id, litellm_params: { model: openai/o1 }, model_info: { id: gpt-x } }
  - { model_name: gpt-x, litellm_params: { model: openai/o3 } }
  - { model_name: hidden-target, litellm_params: { model: openai/target } }
  - { model_name: "openai/*", litellm_params: { model: "openai/*" } }
  - { model_name: "openai/gpt-4*", litellm_params: { model: "groq/*" } }
  - { model_name: "team/*/model-*", litellm_params: { model: "openai/*-*" } }
  - { model_name: "fixed/*", litellm_params: { model: openai/fixed } }
router_settings:
  model_group_alias:
    best: gpt
    secret: { model: hidden-target, hidden: true }
    to-wildcard: openai/o1
    gpt-shadow: nobody
    loop: loop
`);

  test.each<[string, string, readonly string[] | undefined]>([
    ["a deployment id, that one alone", "first", ["openai/gpt-4o"]],
    ["an id that was a number", "7", ["groq/llama"]],
    ["an id before a model_name", "gpt-x", ["openai/o1"]],
    ["a model_name, all of its deployments", "gpt", ["openai/gpt-4o", "groq/llama"]],
    ["an alias", "best", ["openai/gpt-4o", "groq/llama"]],
    ["a hidden alias", "secret", ["openai/target"]],
    ["an alias of a name that a pattern fits", "to-wildcard", ["openai/o1"]],
    ["an alias of nothing", "gpt-shadow", undefined],
    ["an alias of itself", "loop", undefined],
    ["a pattern", "openai/o1-mini", ["openai/o1-mini"]],
    ["the more specific pattern", "openai/gpt-4-turbo", ["groq/-turbo"]],
    ["a pattern of several stars", "team/a/model-b", ["openai/a-b"]],
    ["a pattern with a fixed model", "fixed/anything", ["openai/fixed"]],
    ["a well-known name, as its provider's pattern", "o3-mini", ["openai/o3-mini"]],
    ["the model that an entry speaks of", "groq/llama", ["groq/llama"]],
    ["nothing", "unknown", undefined],
    ["nothing, by case", "GPT", undefined],
    ["nothing, by white space", "gpt ", undefined],
    ["nothing, empty", "", undefined],
  ])("%s", (_what, name, expected) => {
    expect(resolve(table, name)).toEqual(expected as never);
    expect(resolve(table, name)).toEqual(expected as never); // From memory the same.
  });

  test.each(["__proto__", "constructor", "toString", "hasOwnProperty"])("%s is an ordinary name", (name) => {
    expect(resolve(table, name)).toBeUndefined();
    const named = tableOf(`model_list: [{ model_name: ${name}, litellm_params: { model: openai/x } }]`);
    expect(resolve(named, name)).toEqual(["openai/x"]);
  });

  test("a group asked for by an alias knows it; the same each time", () => {
    for (const [alias, name] of [
      ["best", "gpt"],
      ["to-wildcard", "openai/o1"],
    ] as const) {
      expect(table.resolve(alias)).toMatchObject({ name, alias });
      expect(table.resolve(alias)).toBe(table.resolve(alias) as never);
      expect(table.resolve(name)).not.toHaveProperty("alias");
    }
  });

  test("lists have names once, and no hidden aliases", () => {
    expect(table.groupNames).toEqual(["gpt", "named-like-id", "gpt-x", "hidden-target"]);
    expect(table.visibleAliases).not.toContain("secret");
    expect(table.findGroup("gpt")?.deployments.length).toBe(2);
    expect(table.findGroup("best")).toBeUndefined();
    expect(table.findDeployment("7")?.provider.name).toBe("groq");
  });
});

test("aliases of nothing and of aliases are not listed: they mean nothing", () => {
  const table = tableOf(`
model_list: [{ model_name: gpt, litellm_params: { model: openai/gpt-4o } }]
router_settings: { model_group_alias: { best: gpt, ghost: nowhere, twice: best, to-upstream: openai/gpt-4o } }
`);
  expect(table.visibleAliases).toEqual(["best", "to-upstream"]);
  expect(["ghost", "twice"].map((name) => table.resolve(name))).toEqual([undefined, undefined]);
});

describe("the star alone", () => {
  const table = tableOf(`
model_list:
  - { model_name: "*", litellm_params: { model: "*" } }
  - { model_name: gpt, litellm_params: { model: openai/gpt-4o } }
`);

  test.each([
    ["groq/llama", ["groq/llama"]],
    ["gpt-4.1", ["openai/gpt-4.1"]],
    ["gpt", ["openai/gpt-4o"]],
    ["openai/gpt-4o", ["openai/gpt-4o"]],
  ])("takes %s as %j", (name, expected) => {
    expect(resolve(table, name)).toEqual(expected);
  });

  test("is no model where the name tells no provider, or one without a key", () => {
    for (const name of ["something", "anthropic/claude", "mistral/small", ""])
      expect(resolve(table, name)).toBeUndefined();
  });

  test("may go to one provider", () => {
    const one = tableOf('model_list: [{ model_name: "*", litellm_params: { model: "openai/*" } }]');
    expect(resolve(one, "anything")).toEqual(["openai/anything"]);
  });
});

test("names that fill wildcards push no listed deployment's state out", () => {
  const stats = new StatsTable(1);
  const table = tableOf(
    `
model_list:
  - { model_name: gpt, litellm_params: { model: openai/gpt-4o } }
  - { model_name: gpt, litellm_params: { model: groq/llama } }
  - { model_name: "any/*", litellm_params: { model: "openai/*" } }
`,
    { ...CONTEXT, stats },
  );
  for (const name of ["any/a", "any/b", "any/c"]) table.resolve(name);
  for (const { id, stats: own } of table.deployments) expect(stats.find(id)).toBe(own);
  expect(table.deployments.length).toBe(2);
});

test("a name that no request can be made of is no model", () => {
  const table = tableOf(`
model_list:
  - { model_name: "azure/*", litellm_params: { model: "azure/*", api_base: "https://x", api_key: k } }
`);
  expect(resolve(table, "azure/d")).toEqual(["azure/d"]);
  for (const name of ["azure/..", "azure/", "azure/a/../b"]) expect(resolve(table, name)).toBeUndefined();
});

test("entries that cannot work are faults with their place, the others still serve", () => {
  const table = tableOf(`
model_list:
  - { model_name: a, litellm_params: { model: nobody/x } }
  - { model_name: b, litellm_params: { model: mistral/x } }
  - { model_name: c, litellm_params: { model: azure/x, api_key: k } }
  - { model_name: "d/*", litellm_params: { model: "mistral/*" } }
  - { model_name: e, litellm_params: { model: openai/x } }
`);
  expect(table.faults.map(({ path }) => path)).toEqual(
    [0, 1, 2, 3].map((index) => `model_list[${index}].litellm_params`),
  );
  expect(table.faults.map(({ message }) => message).join("\n")).toMatch(
    /LLM Provider NOT provided(.|\n)*MISTRAL_API_KEY(.|\n)*api_base/,
  );
  expect(resolve(table, "e")).toEqual(["openai/x"]);
});

test.each([
  ["openia/gpt", "did you mean 'openai/gpt'?"],
  ["nobodyhere/a/b", "for example 'openai/nobodyhere/a/b'"],
  ["something", "for example 'openai/something'"],
])("%s names no provider: %s", (model, hint) => {
  const table = tableOf(`model_list: [{ model_name: a, litellm_params: { model: "${model}" } }]`);
  expect(table.faults.map(({ message }) => message)).toEqual([
    `LLM Provider NOT provided: '${model}' names no provider. Write it as 'provider/model'; ${hint}`,
  ]);
});

test("a custom_llm_provider that is misspelt is told the name that was meant", () => {
  const [fault] = tableOf(
    "model_list: [{ model_name: a, litellm_params: { model: gpt, custom_llm_provider: openia } }]",
  ).faults;
  expect(fault?.message).toStartWith("provider 'openia' is not built; did you mean openai?; known are ");
});

test("an id is the same for the same entry, and another for another", () => {
  const idOf = (fields: string): string =>
    tableOf(`model_list: [{ model_name: a, litellm_params: { ${fields} } }]`).deployments[0]?.id ?? "";
  expect(idOf("model: openai/x")).toBe(idOf("model: openai/x"));
  expect(idOf("model: openai/x")).not.toBe(idOf("model: openai/x, rpm: 1"));
  expect(idOf("model: openai/x, api_key: sk-secret")).toMatch(/^[0-9a-f]{64}$/);
});

test("names of groups and aliases are told by their bytes", () => {
  const table = tableOf(`
model_list:
  - { model_name: small, litellm_params: { model: openai/x, api_key: k } }
  - { model_name: "any/*", litellm_params: { model: "openai/*", api_key: k } }
router_settings: { model_group_alias: { tiny: small } }`);
  const find = (text: string): string | undefined => {
    const bytes = Buffer.from(`"${text}"`);
    return table.findName(bytes, 1, bytes.length - 1);
  };
  expect(["small", "tiny", "smell", "any/x", "", "sm\\u0061ll"].map(find)).toEqual([
    "small",
    "tiny",
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
