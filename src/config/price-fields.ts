import { isPriceKey } from "../catalog/price-entry.ts";
import type { DeclaredField, FieldFamily } from "./declared-field.ts";

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
type ServiceTier = "flex" | "priority";

const SERVICE_TIERS: readonly ServiceTier[] = ["flex", "priority"];

/** Names of prices that are numbers, but for those of {@link PRICE_FAMILY}. */
export type PriceName = TokenPrice | keyof typeof OTHER_PRICES | `${TokenPrice}_${ServiceTier}`;

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

/** Prices of tokens by the length of the prompt and by service tier: too many to name. */
export const PRICE_FAMILY: FieldFamily = {
  name: "<price of a token>_above_<N>k_tokens",
  field: {
    type: "number",
    minimum: 0,
    maximum: 1000,
    description:
      "That price in a call whose prompt has more than N thousand tokens. Any price of a token may end in `_flex` or `_priority`, for these service tiers.",
  },
  isMember: isPriceKey,
};
