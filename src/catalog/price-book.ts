import type { PriceSource } from "../core/call-cost.ts";
import type { CallPrice, CostAdjustment } from "./call-price.ts";
import type { ModelLimits } from "./price.ts";
import { findInCatalog } from "./price-catalog.ts";
import { readPricedModel } from "./price-entry.ts";
import type { PriceFile } from "./price-file.ts";
import { isPrice, isWhole, NOTHING_WRITTEN, overlay, type PricedModel, toPrice } from "./written-price.ts";

/** What a price is looked up by. */
export interface PriceQuery {
  /** `*_cost_*` fields and limits that the deployment's own entry has. */
  readonly own: Readonly<Record<string, unknown>>;
  /** `model_info.base_model`, with or without provider. */
  readonly baseModel: string | undefined;
  readonly provider: string;
  /** The vendor's name of the model. */
  readonly model: string;
}

/** What is known of a deployment's model; looked up once. */
export interface ModelFacts {
  /** `undefined`: nobody knows the price. */
  readonly price: CallPrice | undefined;
  readonly limits: ModelLimits;
}

/** What one place says of a model. */
interface Place extends PricedModel {
  readonly source: PriceSource;
}

/** What counts of an entry that a caller brings. */
const UNTRUSTED: Pick<PriceQuery, "own" | "baseModel"> = { own: {}, baseModel: undefined };

/** All places where prices stand, in their order (contract 9.3): the deployment, then a file, then the catalog. */
export class PriceBook {
  readonly #file: PriceFile;
  readonly #adjustments: ReadonlyMap<string, CostAdjustment>;
  readonly #now: () => number;
  readonly #trustsEntries: boolean;

  /** @param adjustments by provider; `*` for those without one of their own */
  constructor(
    file: PriceFile,
    adjustments: ReadonlyMap<string, CostAdjustment>,
    now: () => number,
    trustsEntries = true,
  ) {
    this.#file = file;
    this.#adjustments = adjustments;
    this.#now = now;
    this.#trustsEntries = trustsEntries;
  }

  /** The same for entries that callers bring: their prices and base models count for nothing, or callers would choose what they pay. */
  get forCallers(): PriceBook {
    return new PriceBook(this.#file, this.#adjustments, this.#now, false);
  }

  /** Price and limits of a model. Never throws. */
  find(query: PriceQuery): ModelFacts {
    const { provider, model } = query;
    const { own: fields, baseModel } = this.#trustsEntries ? query : UNTRUSTED;
    const own: Place = { ...readPricedModel(fields), source: "deployment" };
    const base = baseModel === undefined ? [] : this.#findBase(provider, baseModel);
    const isBaseKnown = base.some(({ price }) => isPrice(price));
    const places = [own, ...base, ...(isBaseKnown ? [] : this.#findNamed(provider, model))];
    const found = settle(places);
    const adjustment = this.#adjustments.get(provider) ?? this.#adjustments.get("*");
    return {
      price: found === undefined ? undefined : { ...found, adjustment },
      limits: places.map(({ limits }) => limits).reduce(mergeLimits),
    };
  }

  /** A base model may be that of another provider than the deployment's: `openai/gpt-4o` behind Azure. */
  #findBase(provider: string, name: string): readonly Place[] {
    const slash = name.indexOf("/");
    const named = slash < 0 ? undefined : findInCatalog(name.slice(0, slash), name.slice(slash + 1), this.#now());
    return [
      ...this.#findInFile(provider, name),
      ...toPlaces("base_model", named ?? findInCatalog(provider, name, this.#now())),
    ].map((place) => ({ ...place, source: "base_model" }));
  }

  /** The file before the catalog, which knows what the provider itself asks: others serve `vendor/model` at other prices. */
  #findNamed(provider: string, name: string): readonly Place[] {
    return [...this.#findInFile(provider, name), ...toPlaces("catalog", findInCatalog(provider, name, this.#now()))];
  }

  /** With provider, then without. */
  #findInFile(provider: string, name: string): readonly Place[] {
    return toPlaces("price_file", this.#file.find(`${provider}/${name}`), this.#file.find(name));
  }
}

const toPlaces = (source: PriceSource, ...found: readonly (PricedModel | undefined)[]): readonly Place[] =>
  found.flatMap((model) => (model === undefined ? [] : [{ ...model, source }]));

/** Each place's prices under those of the places before, down to the first that says what tokens or time cost. */
function settle(places: readonly Place[]): Pick<CallPrice, "price" | "source"> | undefined {
  let written = NOTHING_WRITTEN;
  let source: PriceSource | undefined;
  for (const place of places) {
    written = overlay(place.price, written);
    source = isPrice(place.price) ? place.source : source;
    if (isWhole(place.price)) {
      break;
    }
  }
  return source === undefined ? undefined : { price: toPrice(written), source };
}

const mergeLimits = (own: ModelLimits, known: ModelLimits): ModelLimits => ({
  maxTokens: own.maxTokens ?? known.maxTokens,
  maxInputTokens: own.maxInputTokens ?? known.maxInputTokens,
  maxOutputTokens: own.maxOutputTokens ?? known.maxOutputTokens,
});
