import { isObject } from "../core/json-values.ts";
import type { JsonObject } from "../core/translation.ts";

/** Items of a list that may have pieces: a vendor writes their indices. */
const MAX_INDEXED = 128;

/** What is put together from pieces. */
export type Mapping = Record<string, unknown>;

/** Without a prototype: vendors write the names. */
export const newMapping = (): Mapping => Object.create(null) as Mapping;

/** Names whose texts are not pieces of a longer one. */
const WHOLE_TEXTS: ReadonlySet<string> = new Set(["id", "type"]);

/** A value with the next piece of it, as OpenAI's clients put them together. May change the former, which is nobody else's. */
export function mergePiece(before: unknown, piece: unknown): unknown {
  if (before === undefined || before === null || piece === undefined || piece === null) {
    return piece ?? before;
  }
  if (typeof before === "string" && typeof piece === "string") {
    return before + piece;
  }
  if (Array.isArray(before) && Array.isArray(piece)) {
    for (const item of piece) {
      mergeItem(before, item);
    }
    return before;
  }
  return isObject(before) && isObject(piece) ? mergeFields(before, piece) : piece;
}

function mergeFields(before: JsonObject, piece: JsonObject): JsonObject {
  const merged: Mapping = Object.assign(newMapping(), before);
  for (const [name, value] of Object.entries(piece)) {
    merged[name] = WHOLE_TEXTS.has(name) ? (value ?? merged[name]) : mergePiece(merged[name], value);
  }
  return merged;
}

/** Items with an index are pieces of the one that has it, all others are items of their own. */
function mergeItem(items: unknown[], item: unknown): void {
  const index = isObject(item) ? item["index"] : undefined;
  const isPiece = typeof index === "number" && items.length <= MAX_INDEXED;
  const at = isPiece ? items.findIndex((one) => isObject(one) && one["index"] === index) : -1;
  if (at >= 0 && isObject(item)) {
    items[at] = { ...(mergePiece(items[at], item) as JsonObject), index };
  } else {
    items.push(item);
  }
}
