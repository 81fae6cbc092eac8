import { isReference } from "./environment-references.ts";
import type { ConfigFault } from "./findings.ts";
import { MAX_STRICT_FAULTS } from "./undeclared-keys.ts";

/** Mappings and lists inside one another. */
const MAX_DEPTH = 32;
/** Values and keys altogether: 100 deployments with 100 settings each. */
const MAX_VALUES = 10_000;
const MAX_KEY_LENGTH = 256;

/** What a caller's value holds that it must not. */
export interface ForeignValues {
  /** References to the environment. */
  readonly references: readonly ConfigFault[];
  /** More than is worth reading: the value is to be left alone. */
  readonly excess: readonly ConfigFault[];
}

interface Place {
  readonly path: string;
  readonly value: unknown;
  readonly depth: number;
}

const findReference = ({ path, value }: Place): ConfigFault | undefined =>
  isReference(value)
    ? { path, message: "the environment is not looked up for callers", allowed: "the value itself" }
    : undefined;

const findDepth = ({ path, depth }: Place): ConfigFault | undefined =>
  depth > MAX_DEPTH ? { path, message: "is nested too deep", allowed: `${MAX_DEPTH} levels` } : undefined;

const toChildren = ({ path, value, depth }: Place): readonly Place[] => {
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) => ({ path: `${path}[${index}]`, value: item, depth: depth + 1 }));
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).map(([key, item]) => ({ path: `${path}.${key}`, value: item, depth: depth + 1 }));
};

const findLongKey = ({ path, value }: Place): ConfigFault | undefined => {
  const isLong =
    typeof value === "object" && value !== null && Object.keys(value).some((key) => key.length > MAX_KEY_LENGTH);
  return isLong
    ? { path, message: "holds a key that is too long", allowed: `keys of at most ${MAX_KEY_LENGTH} characters` }
    : undefined;
};

const countChildren = (value: unknown): number =>
  typeof value === "object" && value !== null ? Object.keys(value).length : 0;

/**
 * What a caller's value must not hold wherever it stands, known key or not: references to the environment, and more than
 * is worth reading. Walks without recursion, since the depth is the caller's choice.
 */
export const findForeignValues = (root: unknown, path: string): ForeignValues => {
  const references: ConfigFault[] = [];
  const excess: ConfigFault[] = [];
  const places: Place[] = [{ path, value: root, depth: 0 }];
  for (const place of places) {
    if (places.length + countChildren(place.value) > MAX_VALUES) {
      return { references, excess: [{ path, message: "holds too much", allowed: `at most ${MAX_VALUES} values` }] };
    }
    const reference = findReference(place);
    const tooMuch = findDepth(place) ?? findLongKey(place);
    if (reference !== undefined) references.push(reference);
    else if (tooMuch !== undefined) excess.push(tooMuch);
    else places.push(...toChildren(place));
    if (references.length + excess.length === MAX_STRICT_FAULTS) break;
  }
  return { references, excess };
};
