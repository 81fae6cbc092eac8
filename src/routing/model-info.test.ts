import { expect, test } from "bun:test";
import { PriceBook } from "../catalog/price-book.ts";
import { NO_PRICE_FILE } from "../catalog/price-file.ts";
import { configOf, loadYaml } from "../config/load-yaml-for-tests.ts";
import { PROVIDERS } from "../providers/all.ts";
import { NO_IDENTITIES } from "../providers/identities-for-tests.ts";
import { StatsTable } from "./deployment-stats.ts";
import { listModelGroups } from "./model-group-info.ts";
import { toModelInfo } from "./model-info.ts";
import { ModelTable } from "./model-table.ts";

type Mapping = Readonly<Record<string, unknown>>;

const tableOf = (model: string, params: Mapping, info: Mapping): ModelTable => {
  const entry = { model_name: "m", litellm_params: { model, ...params }, model_info: info };
  return new ModelTable(configOf(loadYaml(JSON.stringify({ model_list: [entry] }))), {
    providers: new Map(PROVIDERS.map((provider) => [provider.name, provider])),
    environment: { OPENAI_API_KEY: "k" },
    identities: NO_IDENTITIES,
    stats: new StatsTable(),
    prices: new PriceBook(NO_PRICE_FILE, new Map(), () => 0),
  });
};

/** What `/model/info` says of a model's price. */
const shownOf = (model: string, params: Mapping, info: Mapping = {}): Mapping => {
  const [listed] = tableOf(model, params, info).listed;
  const shown = listed === undefined ? {} : toModelInfo(listed).model_info;
  return Object.fromEntries(Object.entries(shown).filter(([key]) => /cost|tiered/.test(key)));
};

test("the price shown is the one that calls are charged by", () => {
  const params = { input_cost_per_token: 1e-6 };
  const info = { input_cost_per_token: 9e-6, output_cost_per_token: "2e-6" };
  const charged = { input_cost_per_token: 1e-6, output_cost_per_token: 2e-6 };
  expect(shownOf("openai/gpt-4o", params, info)).toMatchObject(charged);
  expect(listModelGroups(tableOf("openai/gpt-4o", params, info))).toMatchObject([charged]);
});

test("prices that were written as text are shown", () => {
  const info = { input_cost_per_token: "2e-6", input_cost_per_token_batches: "1e-6", max_tokens: "64000" };
  expect(shownOf("openai/x", {}, info)).toMatchObject({ input_cost_per_token: 2e-6 });
  expect(shownOf("openai/*", {}, info)).toMatchObject({
    input_cost_per_token: 2e-6,
    input_cost_per_token_batches: "1e-6",
  });
});

test.each<readonly [string, Mapping, Mapping]>([
  ["time", { input_cost_per_second: 0.001 }, { input_cost_per_second: 0.001 }],
  ["calls", { input_cost_per_request: 0.01 }, { input_cost_per_request: 0.01 }],
  ["searches", { input_cost_per_query: 0.002 }, { input_cost_per_query: 0.002 }],
])("tokens are not shown as free where what is paid is %s", (_name, params, prices) => {
  expect(shownOf("openai/x", params)).toEqual({
    input_cost_per_token: null,
    output_cost_per_token: null,
    ...prices,
  });
  expect(listModelGroups(tableOf("openai/x", params, {}))).toMatchObject([{ input_cost_per_token: null }]);
});

test("tokens that are free are shown as free", () => {
  const free = { input_cost_per_token: 0, output_cost_per_token: 0 };
  expect(shownOf("openai/x", free)).toMatchObject(free);
});

test("prices of images, long prompts and service tiers are shown", () => {
  const prices = {
    input_cost_per_token: 1e-6,
    output_cost_per_token: 2e-6,
    output_cost_per_image_token: 3e-5,
    input_cost_per_token_above_200k_tokens: 4e-6,
    input_cost_per_token_flex: 5e-7,
    input_cost_per_token_priority: 6e-6,
  };
  expect(shownOf("openai/x", prices)).toMatchObject(prices);
});
