import type { DeclaredField } from "./declared-field.ts";

const TOKEN_PRICES = {
  input_cost_per_token: "a prompt token",
  output_cost_per_token: "a completion token",
  cache_read_input_token_cost: "a prompt token read from a cache",
  cache_creation_input_token_cost: "a prompt token written to a cache",
} as const;

const OTHER_PRICES = {
  cache_creation_input_token_cost_above_1hr: "a prompt token written to a cache for an hour",
  input_cost_per_audio_token: "a prompt token that is audio",
  output_cost_per_audio_token: "a completion token that is audio",
  input_cost_per_image_token: "a prompt token that is an image",
  output_cost_per_image_token: "a completion token that is an image",
  output_cost_per_reasoning_token: "a completion token that is reasoning",
  input_cost_per_query: "a search unit of a rerank",
  input_cost_per_request: "every call",
  input_cost_per_second: "each second that the vendor takes",
  output_cost_per_second: "each second that the vendor takes, beside input_cost_per_second",
} as const;

type TokenPrice = keyof typeof TOKEN_PRICES;
type Threshold = 128 | 200 | 256 | 272;
type ServiceTier = "flex" | "priority";

const THRESHOLDS: readonly Threshold[] = [128, 200, 256, 272];
const SERVICE_TIERS: readonly ServiceTier[] = ["flex", "priority"];

/** Names of prices that are numbers. */
export type PriceName =
  | TokenPrice
  | keyof typeof OTHER_PRICES
  | `${TokenPrice}_above_${Threshold}k_tokens`
  | `${TokenPrice}_${ServiceTier}`;

/** A price in a field table. */
interface PriceField extends DeclaredField {
  readonly type: "number";
}

const price = (name: string, of: string): readonly [string, PriceField] => [
  name,
  { type: "number", minimum: 0, maximum: 1000, description: `Price of ${of}, in USD; \`"3e-7"\` is a number too.` },
];

const TOKEN_FIELDS = Object.entries(TOKEN_PRICES).flatMap(([name, of]) => [
  price(name, of),
  ...THRESHOLDS.map((above) =>
    price(`${name}_above_${above}k_tokens`, `${of} in a call whose prompt has more than ${above},000 tokens`),
  ),
  ...SERVICE_TIERS.map((tier) => price(`${name}_${tier}`, `${of} in the service tier \`${tier}\``)),
]);

const NUMBERS = Object.fromEntries([
  ...TOKEN_FIELDS,
  ...Object.entries(OTHER_PRICES).map(([name, of]) => price(name, of)),
]) as Readonly<Record<PriceName, PriceField>>;

/** Prices that may stand in `litellm_params` and `model_info` (contract 9.1), in LiteLLM's names. */
export const PRICE_FIELDS = {
  ...NUMBERS,
  search_context_cost_per_query: {
    type: "mapping",
    description: "Price of a web search, in USD, by `search_context_size_medium`; vendors do not tell the size.",
  },
  tiered_pricing: {
    type: "anything",
    description: "Prices by length of the prompt: `[{range: [0, 32000], input_cost_per_token: ...}, ...]`.",
  },
} as const satisfies Readonly<Record<string, DeclaredField>>;

/** Every name in {@link PRICE_FIELDS}. */
export const PRICE_NAMES: readonly string[] = Object.keys(PRICE_FIELDS);
