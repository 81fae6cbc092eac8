import type { PriceSource } from "../core/call-cost.ts";
import type { CallPrice, CostAdjustment } from "./call-price.ts";
import { type ModelLimits, NO_LIMITS, type PricedModel } from "./price.ts";
import { findInCatalog } from "./price-catalog.ts";
import { readLimits, readPrice } from "./price-entry.ts";
import type { PriceFile } from "./price-file.ts";

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

interface Found extends PricedModel {
  readonly source: PriceSource;
}

const NOTHING: PriceQuery["own"] = {};

/** Fields that make a price of their own: beside them nothing is taken from elsewhere. */
const DECISIVE = ["input_cost_per_token", "output_cost_per_token"];

/** All places where prices stand, in their order (contract 9.3): the deployment, then a file, then the catalog. */
export class PriceBook {
  readonly #file: PriceFile;
  readonly #adjustments: ReadonlyMap<string, CostAdjustment>;
  readonly #now: () => number;
  readonly #trustsOwn: boolean;

  /** @param adjustments by provider; `*` for those without one of their own */
  constructor(file: PriceFile, adjustments: ReadonlyMap<string, CostAdjustment>, now: () => number, trustsOwn = true) {
    this.#file = file;
    this.#adjustments = adjustments;
    this.#now = now;
    this.#trustsOwn = trustsOwn;
  }

  /** The same for entries that callers bring: what these say of prices counts for nothing. */
  get forCallers(): PriceBook {
    return new PriceBook(this.#file, this.#adjustments, this.#now, false);
  }

  /** Price and limits of a model. Never throws. */
  find(query: PriceQuery): ModelFacts {
    const { provider } = query;
    const own = this.#trustsOwn ? query.own : NOTHING;
    const known = this.#findPublished(query);
    const price = readPrice(own);
    const isWhole = price !== undefined && DECISIVE.some((key) => own[key] !== undefined && own[key] !== null);
    const used =
      price === undefined || (!isWhole && known?.price !== undefined)
        ? known?.price && { price: price === undefined ? known.price : overlay(known.price, own), source: known.source }
        : { price, source: "deployment" as const };
    const adjustment = this.#adjustments.get(provider) ?? this.#adjustments.get("*");
    return {
      price: used === undefined ? undefined : { ...used, adjustment },
      limits: mergeLimits(readLimits(own), known?.limits ?? NO_LIMITS),
    };
  }

  #findPublished({ baseModel, provider, model }: PriceQuery): Found | undefined {
    const base = baseModel === undefined ? undefined : this.#findBase(provider, baseModel);
    return base === undefined ? this.#findNamed(provider, model) : { ...base, source: "base_model" };
  }

  /** A base model may be that of another provider than the deployment's: `openai/gpt-4o` behind Azure. */
  #findBase(provider: string, name: string): PricedModel | undefined {
    const slash = name.indexOf("/");
    const named = slash < 0 ? undefined : findInCatalog(name.slice(0, slash), name.slice(slash + 1), this.#now());
    return this.#findInFile(provider, name) ?? named ?? findInCatalog(provider, name, this.#now());
  }

  /** The file before the catalog, which knows what the provider itself asks: others serve `vendor/model` at other prices. */
  #findNamed(provider: string, name: string): Found | undefined {
    const inFile = this.#findInFile(provider, name);
    if (inFile !== undefined) {
      return { ...inFile, source: "price_file" };
    }
    const found = findInCatalog(provider, name, this.#now());
    return found === undefined ? undefined : { ...found, source: "catalog" };
  }

  /** With provider, then without. */
  #findInFile(provider: string, name: string): PricedModel | undefined {
    return this.#file.find(`${provider}/${name}`) ?? this.#file.find(name);
  }
}

/** A published price with single rates of the entry's own, such as that of a cached token. */
function overlay(published: CallPrice["price"], own: PriceQuery["own"]): CallPrice["price"] {
  const price = readPrice(own);
  if (price === undefined) {
    return published;
  }
  const set = new Set(Object.keys(own).filter((key) => own[key] !== undefined && own[key] !== null));
  const pick = <Key extends keyof typeof OVERLAID>(key: Key): boolean => OVERLAID[key].some((name) => set.has(name));
  const { base } = published.standard;
  const mine = price.standard.base;
  const rates = {
    ...base,
    ...(pick("cacheRead") ? { cacheRead: mine.cacheRead } : {}),
    ...(pick("cacheWrite") ? { cacheWrite: mine.cacheWrite, cacheWriteHour: mine.cacheWriteHour } : {}),
    ...(pick("audioInput") ? { audioInput: mine.audioInput } : {}),
    ...(pick("audioOutput") ? { audioOutput: mine.audioOutput } : {}),
    ...(pick("imageInput") ? { imageInput: mine.imageInput } : {}),
    ...(pick("imageOutput") ? { imageOutput: mine.imageOutput } : {}),
    ...(pick("reasoning") ? { reasoning: mine.reasoning } : {}),
  };
  return {
    ...published,
    standard: { ...published.standard, base: rates },
    perSearchUnit: pick("perSearchUnit") ? price.perSearchUnit : published.perSearchUnit,
    perWebSearch: pick("perWebSearch") ? price.perWebSearch : published.perWebSearch,
    perCall: pick("perCall") ? price.perCall : published.perCall,
    perSecond: pick("perSecond") ? price.perSecond : published.perSecond,
  };
}

const OVERLAID = {
  cacheRead: ["cache_read_input_token_cost"],
  cacheWrite: ["cache_creation_input_token_cost"],
  audioInput: ["input_cost_per_audio_token"],
  audioOutput: ["output_cost_per_audio_token"],
  imageInput: ["input_cost_per_image_token"],
  imageOutput: ["output_cost_per_image_token"],
  reasoning: ["output_cost_per_reasoning_token"],
  perSearchUnit: ["input_cost_per_query"],
  perWebSearch: ["search_context_cost_per_query"],
  perCall: ["input_cost_per_request"],
  perSecond: ["input_cost_per_second", "output_cost_per_second"],
} as const;

const mergeLimits = (own: ModelLimits, known: ModelLimits): ModelLimits => ({
  maxTokens: own.maxTokens ?? known.maxTokens,
  maxInputTokens: own.maxInputTokens ?? known.maxInputTokens,
  maxOutputTokens: own.maxOutputTokens ?? known.maxOutputTokens,
});
