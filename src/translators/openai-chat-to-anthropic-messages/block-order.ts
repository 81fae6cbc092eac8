import { listOf, objectOf } from "../../core/json-values.ts";
import type { JsonObject } from "../../core/translation.ts";

/**
 * Where the blocks of an answer stood: `thinking` and `tool_use` for one of them each, a number for a text of so many
 * UTF-16 units. OpenAI's message has all thoughts, then all text, then all calls; Anthropic wants thoughts back where they
 * were.
 */
export type BlockOrder = readonly (string | number)[];

const THINKING = "thinking";
const CALL = "tool_use";

/** The entry of a block; `undefined` for blocks that do not go back. */
export function toOrderEntry(type: unknown, text: string): string | number | undefined {
  switch (type) {
    case "thinking":
    case "redacted_thinking":
      return THINKING;
    case "tool_use":
      return CALL;
    case "text":
      return text.length;
    default:
      return undefined;
  }
}

/** The order as a field for `provider_specific_fields`, where OpenAI's form would lose it. */
export function orderField(order: BlockOrder): JsonObject {
  const firstOther = order.findIndex((entry) => entry !== THINKING);
  const isLost = firstOther >= 0 && order.includes(THINKING, firstOther);
  return isLost ? { block_order: order } : {};
}

/** The blocks of an answer that comes back, in the order that they had; `undefined` when it was changed since. */
export function restoreOrder(
  raw: JsonObject,
  thoughts: readonly JsonObject[],
  calls: readonly JsonObject[],
): readonly JsonObject[] | undefined {
  const order = listOf(objectOf(raw["provider_specific_fields"])["block_order"]);
  const text = raw["content"] ?? "";
  const count = (entry: string): number => order.filter((found) => found === entry).length;
  const lengths = order.filter((entry) => typeof entry === "number");
  const isSame =
    order.length > 0 &&
    typeof text === "string" &&
    order.length === count(THINKING) + count(CALL) + lengths.length &&
    count(THINKING) === thoughts.length &&
    count(CALL) === calls.length &&
    lengths.every((length) => Number.isInteger(length) && length >= 0) &&
    lengths.reduce((sum, length) => sum + length, 0) === text.length;
  if (!isSame) {
    return undefined;
  }
  const waiting = { thoughts: thoughts.values(), calls: calls.values() };
  let at = 0;
  return order.flatMap((entry) => {
    if (typeof entry !== "number") {
      const { value: block } = (entry === THINKING ? waiting.thoughts : waiting.calls).next();
      return block === undefined ? [] : [block];
    }
    const piece = text.slice(at, at + entry);
    at += entry;
    return piece.trim() === "" ? [] : [{ type: "text", text: piece }];
  });
}
