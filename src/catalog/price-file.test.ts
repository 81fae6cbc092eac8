import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PriceBook, type PriceQuery } from "./price-book.ts";
import { NO_PRICE_FILE, readPriceFile } from "./price-file.ts";

const directory = mkdtempSync(join(tmpdir(), "portolan-price-file-"));
afterAll(() => rmSync(directory, { recursive: true }));

const write = (text: string): string => {
  const path = join(directory, `${Bun.hash(text)}.json`);
  writeFileSync(path, text);
  return path;
};

test("an entry of the file wins over the catalog, by its name with provider before the one without", () => {
  const path = write(
    JSON.stringify({
      sample_spec: { input_cost_per_token: 1 },
      "gpt-4o": { input_cost_per_token: 1e-6, mode: "chat" },
      "openai/gpt-4o": { input_cost_per_token: "2e-06", output_cost_per_token: null, max_input_tokens: 99 },
    }),
  );
  const file = readPriceFile(path);
  expect([file.faults, file.find("sample_spec")]).toEqual([[], undefined]);
  const book = new PriceBook(file, new Map(), () => 0);
  const { price, limits } = book.find({ own: {}, baseModel: undefined, provider: "openai", model: "gpt-4o" });
  expect([price?.source, price?.price.standard.base.input, limits.maxInputTokens]).toEqual(["price_file", 2e9, 99]);
  const other = book.find({ own: {}, baseModel: undefined, provider: "groq", model: "gpt-4o" });
  expect(other.price?.price.standard.base.input).toBe(1e9);
});

test.each<readonly [string, Partial<PriceQuery>]>([
  ["prices", { own: { input_cost_per_token: 0, output_cost_per_token: 0 } }],
  ["a base model", { baseModel: "openai/text-embedding-3-small" }],
])("callers' own entries set no price: %s", (_name, written) => {
  const book = new PriceBook(NO_PRICE_FILE, new Map(), () => 0).forCallers;
  const { price } = book.find({ own: {}, baseModel: undefined, provider: "openai", model: "gpt-4o", ...written });
  expect([price?.source, price?.price.standard.base.input]).toEqual(["catalog", 2.5e9]);
});

test.each([
  ["no JSON", "{", [{ path: "", message: "is no JSON" }]],
  ["no object", "[]", [{ path: "", message: "is no object" }]],
  ["an entry that is none", '{"a":7}', [{ path: "a", message: "is no object" }]],
])("%s is a fault", (_name, text, faults) => {
  expect(readPriceFile(write(text)).faults).toEqual(faults);
});

test.each(["-1", '"cheap"', '"1e999999"', "true", '""', "1e4", '"1e999"', "{}", "[]"])(
  "a price of %s is a fault of its entry",
  (value) => {
    const file = readPriceFile(write(`{"a":{"input_cost_per_token":${value}},"b":{"input_cost_per_token":1}}`));
    expect(file.faults.map(({ path }) => path)).toEqual(["a.input_cost_per_token"]);
    expect(file.find("b")).toBeDefined();
  },
);

test("sizes are an object, tiers a list", () => {
  const entry = { search_context_cost_per_query: 0.01, tiered_pricing: {} };
  const { faults } = readPriceFile(write(JSON.stringify({ a: entry })));
  expect(faults.map(({ path }) => path)).toEqual(["a.search_context_cost_per_query", "a.tiered_pricing"]);
});

describe("an entry of the file", () => {
  const bookOf = (entries: object): PriceBook =>
    new PriceBook(readPriceFile(write(JSON.stringify(entries))), new Map(), () => 0);
  const gpt = { own: {}, baseModel: undefined, provider: "openai", model: "gpt-4o" };

  test.each([{ max_input_tokens: 9 }, { max_input_tokens: 9, input_cost_per_token: null }])(
    "that has limits alone leaves the price to the catalog: %j",
    (entry) => {
      const { price, limits } = bookOf({ "openai/gpt-4o": entry }).find(gpt);
      expect([price?.source, price?.price.standard.base.input]).toEqual(["catalog", 2.5e9]);
      expect(limits.maxInputTokens).toBe(9);
    },
  );

  test("that has limits alone leaves the price to the one without a provider", () => {
    const { price } = bookOf({ "openai/gpt-4o": { max_tokens: 9 }, "gpt-4o": { input_cost_per_token: 1e-6 } }).find(
      gpt,
    );
    expect([price?.source, price?.price.standard.base.input]).toEqual(["price_file", 1e9]);
  });

  test("that has single prices replaces these", () => {
    const { price } = bookOf({ "openai/gpt-4o": { cache_read_input_token_cost: 1e-9 } }).find(gpt);
    expect(price?.source).toBe("catalog");
    expect(price?.price.standard.base).toMatchObject({ input: 2.5e9, cacheRead: 1e6 });
  });

  test("that has single prices is no price of a model that nobody else knows", () => {
    const book = bookOf({ "openai/nobody": { cache_read_input_token_cost: 1e-9 } });
    expect(book.find({ ...gpt, model: "nobody" }).price).toBeUndefined();
  });

  test("of a base model without a price leaves it to the model's own name", () => {
    const book = bookOf({ "azure/base": { max_tokens: 9 } });
    const { price, limits } = book.find({ ...gpt, baseModel: "azure/base" });
    expect([price?.source, limits.maxTokens]).toEqual(["catalog", 9]);
  });
});

test("a file that is not there is a fault", () => {
  expect(readPriceFile(join(directory, "nowhere.json")).faults).toEqual([{ path: "", message: "cannot be read" }]);
});
