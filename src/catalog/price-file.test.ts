import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PriceBook } from "./price-book.ts";
import { readPriceFile } from "./price-file.ts";

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

test("callers' own entries set no price", () => {
  const book = new PriceBook(readPriceFile(write("{}")), new Map(), () => 0).forCallers;
  const own = { input_cost_per_token: 0, output_cost_per_token: 0 };
  const { price } = book.find({ own, baseModel: undefined, provider: "openai", model: "gpt-4o" });
  expect(price?.source).toBe("catalog");
});

test.each([
  ["no JSON", "{", [{ path: "", message: "is no JSON" }]],
  ["no object", "[]", [{ path: "", message: "is no object" }]],
  ["an entry that is none", '{"a":7}', [{ path: "a", message: "is no object" }]],
])("%s is a fault", (_name, text, faults) => {
  expect(readPriceFile(write(text)).faults).toEqual(faults);
});

test.each(["-1", '"cheap"', '"1e999999"', "true", '""', "1e4", '"1e999"'])(
  "a price of %s is a fault of its entry",
  (value) => {
    const file = readPriceFile(write(`{"a":{"input_cost_per_token":${value}},"b":{"input_cost_per_token":1}}`));
    expect(file.faults.map(({ path }) => path)).toEqual(["a.input_cost_per_token"]);
    expect(file.find("b")).toBeDefined();
  },
);

test("a file that is not there is a fault", () => {
  expect(readPriceFile(join(directory, "nowhere.json")).faults).toEqual([{ path: "", message: "cannot be read" }]);
});
