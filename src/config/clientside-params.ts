import type { DeclaredField } from "./declared-field.ts";
import { isMapping } from "./environment-references.ts";
import { type FieldPlace, type FieldReader, refuse, refuseValue } from "./field-place.ts";
import { didYouMean } from "./nearest-name.ts";
import { readText } from "./value-readers.ts";

const MAX_PATTERN_LENGTH = 500;
const TEXT_ITEM: DeclaredField = { type: "text", isNonEmpty: true, description: "" };
const PATTERN_ALLOWED = `a regular expression of at most ${MAX_PATTERN_LENGTH} characters`;

/** What a caller may be allowed to set, by the name that the gateway uses. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ["api_base", "api_base"],
  ["base_url", "api_base"],
  ["api_key", "api_key"],
  ["api_version", "api_version"],
  ["organization", "organization"],
]);

type Entry = readonly [name: string, pattern: RegExp | undefined];

const readName = (name: string, place: FieldPlace): string | undefined => {
  const known = NAMES.get(name);
  if (known !== undefined) return known;
  const message = `${JSON.stringify(name)} is nothing that callers may set: ignored${didYouMean(name, NAMES.keys())}`;
  place.findings.warnings.push({ path: place.path, message });
  return undefined;
};

/** A pattern is only put between anchors once it compiles alone: `a)|(b` would leave them otherwise. */
const compile = (source: string): RegExp | undefined => {
  try {
    return new RegExp(`^(?:${new RegExp(source).source})$`);
  } catch {
    return undefined;
  }
};

interface Pattern {
  readonly text: string;
  readonly anchored: RegExp;
}

const readPattern = (value: unknown, place: FieldPlace): Pattern | undefined => {
  const text = readText(value, { ...place, field: TEXT_ITEM });
  if (text === undefined) return undefined;
  if (text.length > MAX_PATTERN_LENGTH) return refuse(place, `has ${text.length} characters`, PATTERN_ALLOWED);
  const anchored = compile(text);
  return anchored === undefined ? refuse(place, "is no regular expression", PATTERN_ALLOWED) : { text, anchored };
};

const readItem = (item: unknown, place: FieldPlace): readonly Entry[] => {
  if (!isMapping(item)) {
    const text = readText(item, { ...place, field: TEXT_ITEM });
    const name = text === undefined ? undefined : readName(text, place);
    return name === undefined ? [] : [[name, undefined]];
  }
  return Object.entries(item).flatMap(([key, value]): readonly Entry[] => {
    const at = { ...place, path: `${place.path}.${key}` };
    const name = readName(key, at);
    const pattern = readPattern(value, at);
    return name === undefined || pattern === undefined ? [] : [[name, pattern.anchored]];
  });
};

/** A list of regular expressions, which are not anchored; items at fault are left out. */
export const readPatternList: FieldReader<readonly string[]> = (value, place) =>
  Array.isArray(value)
    ? value.flatMap(
        (item: unknown, index) => readPattern(item, { ...place, path: `${place.path}[${index}]` })?.text ?? [],
      )
    : refuseValue(place, value);

/** `configurable_clientside_auth_params`: `["api_base"]`, or `[{api_base: "<pattern>"}]` whose pattern must match the whole value. */
export const readClientsideParams: FieldReader<ReadonlyMap<string, RegExp | undefined>> = (value, place) => {
  if (!Array.isArray(value)) return refuseValue(place, value);
  return new Map(
    value.flatMap((item: unknown, index) => readItem(item, { ...place, path: `${place.path}[${index}]` })),
  );
};
