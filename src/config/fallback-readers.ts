import type { DeclaredField, WrittenFallback, WrittenTarget } from "./declared-field.ts";
import { isMapping } from "./environment-references.ts";
import { describeValue, type FieldPlace, type FieldReader, refuse, refuseValue } from "./field-place.ts";
import { readText } from "./value-readers.ts";

const MODEL_FIELD: DeclaredField = { type: "text", isNonEmpty: true, description: "" };
const LIST_FIELD: DeclaredField = { type: "fallback-list", description: "" };

const refuseTarget = (value: unknown, place: FieldPlace): undefined =>
  refuse(place, `found ${describeValue(value, place.isShown)}`, "a model name, or {model, ...request fields}");

const readTarget = (value: unknown, place: FieldPlace): WrittenTarget | undefined => {
  const at: FieldPlace = { ...place, field: MODEL_FIELD };
  if (!isMapping(value)) {
    const model = typeof value === "string" ? readText(value, at) : refuseTarget(value, place);
    return model === undefined ? undefined : { path: place.path, model, overrides: {} };
  }
  const { model: written, ...overrides } = value;
  const model = readText(written, { ...at, path: `${place.path}.model` });
  return model === undefined ? undefined : { path: place.path, model, overrides };
};

/** The models that calls fall back to, in order. */
export const readFallbackList: FieldReader<readonly WrittenTarget[]> = (value, place) => {
  if (!Array.isArray(value)) return refuseValue(place, value);
  return value.flatMap((item: unknown, index) => readTarget(item, { ...place, path: `${place.path}[${index}]` }) ?? []);
};

const readGroup = (group: string, targets: unknown, place: FieldPlace): readonly WrittenFallback[] => {
  const path = `${place.path}.${group}`;
  const read = readFallbackList(targets, { ...place, path, field: LIST_FIELD });
  return read === undefined ? [] : [{ path, group, targets: read }];
};

const readItem = (item: unknown, place: FieldPlace): readonly WrittenFallback[] => {
  const allowed = "a mapping from one model group to a list of models";
  const entries = isMapping(item) ? Object.entries(item) : undefined;
  const [first, second] = entries ?? [];
  if (entries === undefined || first === undefined) {
    refuse(place, `found ${entries === undefined ? describeValue(item, place.isShown) : "an empty mapping"}`, allowed);
    return [];
  }
  if (second !== undefined) {
    refuse(place, `names ${entries.length} groups`, allowed);
    return [];
  }
  return readGroup(first[0], first[1], place);
};

/** The first entry of a group is the one that LiteLLM finds. */
const withoutRepeats = (written: readonly WrittenFallback[], { findings }: FieldPlace): readonly WrittenFallback[] => {
  const groups = new Set<string>();
  return written.filter(({ path, group }) => {
    if (groups.has(group)) findings.warnings.push({ path, message: "stands twice: the first one wins" });
    const isFirst = !groups.has(group);
    groups.add(group);
    return isFirst;
  });
};

/** Fallbacks by group: LiteLLM's list of mappings with one key each, or one mapping of them all. */
export const readFallbackMap: FieldReader<readonly WrittenFallback[]> = (value, place) => {
  if (isMapping(value)) return Object.entries(value).flatMap(([group, targets]) => readGroup(group, targets, place));
  if (!Array.isArray(value)) return refuseValue(place, value);
  const written = value.flatMap((item: unknown, index) =>
    readItem(item, { ...place, path: `${place.path}[${index}]` }),
  );
  return withoutRepeats(written, place);
};
