import { readFileSync } from "node:fs";
import { isPriceKey, readPricedModel } from "./price-entry.ts";
import { readRate } from "./rate.ts";
import type { PricedModel } from "./written-price.ts";

/** Something wrong in a price file. */
export interface PriceFault {
  /** The entry and its field: `gpt-4o.input_cost_per_token`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
}

/** Prices of a file in the format of LiteLLM's `model_prices_and_context_window.json`. */
export interface PriceFile {
  readonly faults: readonly PriceFault[];
  /** `undefined` when the file has no entry of that name. */
  find(name: string): PricedModel | undefined;
}

/** The entry that only describes the format (contract 9.1). */
const SAMPLE = "sample_spec";

/** Faults that are told; a file of another format would have thousands. */
const MAX_FAULTS = 20;

const LIMIT_KEYS: ReadonlySet<string> = new Set(["max_tokens", "max_input_tokens", "max_output_tokens"]);

type Entry = Readonly<Record<string, unknown>>;

/** Without a file: knows nothing. */
export const NO_PRICE_FILE: PriceFile = { faults: [], find: () => undefined };

/** Reads and checks a file. Never throws: what is wrong is among its faults, and such entries are left out. */
export function readPriceFile(path: string): PriceFile {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    const isBroken = error instanceof SyntaxError;
    return { ...NO_PRICE_FILE, faults: [{ path: "", message: isBroken ? "is no JSON" : "cannot be read" }] };
  }
  return isEntry(content)
    ? toPriceFile(content)
    : { ...NO_PRICE_FILE, faults: [{ path: "", message: "is no object" }] };
}

/** Entries wait as short text: a whole table of objects would be megabytes that nobody looks at. */
function toPriceFile(content: Entry): PriceFile {
  const faults: PriceFault[] = [];
  const entries = new Map<string, string>();
  for (const [name, entry] of Object.entries(content)) {
    if (name !== SAMPLE) {
      const found = findFaults(name, entry);
      faults.push(...found.slice(0, MAX_FAULTS - faults.length));
      if (found.length === 0) {
        entries.set(name, JSON.stringify(keepKnown(entry as Entry)));
      }
    }
  }
  return {
    faults,
    find: (name) => {
      const text = entries.get(name);
      return text === undefined ? undefined : readPricedModel(JSON.parse(text) as Entry);
    },
  };
}

function findFaults(name: string, entry: unknown): readonly PriceFault[] {
  if (!isEntry(entry)) {
    return [{ path: name, message: "is no object" }];
  }
  return Object.entries(entry).flatMap(([key, value]) => {
    const message = isPriceKey(key) && value !== null ? findFault(key, value) : undefined;
    return message === undefined ? [] : [{ path: `${name}.${key}`, message }];
  });
}

/** What is wrong with a price. What in an object or a list is no price says nothing. */
function findFault(key: string, value: unknown): string | undefined {
  switch (key) {
    case "search_context_cost_per_query":
      return isEntry(value) ? undefined : "is no object of prices by size";
    case "tiered_pricing":
      return Array.isArray(value) ? undefined : "is no list of tiers";
    default:
      return readRate(value) === undefined ? "is no price: expected a number from 0, or its decimal text" : undefined;
  }
}

const keepKnown = (entry: Entry): Entry =>
  Object.fromEntries(Object.entries(entry).filter(([key]) => isPriceKey(key) || LIMIT_KEYS.has(key)));

const isEntry = (value: unknown): value is Entry =>
  typeof value === "object" && value !== null && !Array.isArray(value);
