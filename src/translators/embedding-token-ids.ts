import { loadTokenEncoding } from "../catalog/token-encoding.ts";
import { GatewayError } from "../core/errors.ts";
import type { ScannedObject } from "../wire/scanned-object.ts";

/**
 * An embedding `input` of token ids as text, for vendors that take text only. Clients that do not know a model's
 * tokenizer use cl100k_base (LangChain), so the ids are decoded with it; bytes that are no valid UTF-8 become U+FFFD.
 * @returns the new `input` as JSON text, or `undefined` when the input is text already
 * @throws GatewayError `invalid-request` for items that are neither text nor token ids
 */
export function decodeTokenInput(body: ScannedObject): string | undefined {
  const field = body.find("input");
  if (field?.kind !== "array") {
    return undefined;
  }
  const input: unknown = body.readValue(field);
  if (!Array.isArray(input) || input.length === 0 || typeof input[0] === "string") {
    return undefined;
  }
  const encoding = loadTokenEncoding("cl100k_base");
  const toText = (ids: unknown): string => {
    if (!Array.isArray(ids) || !ids.every((id) => Number.isInteger(id) && id >= 0)) {
      throw new GatewayError("invalid-request", "'input' must be text, token ids, or a list of either.", {
        param: "input",
      });
    }
    const text = encoding.decode(ids);
    if (text === undefined) {
      throw new GatewayError("invalid-request", "'input' has a token id that cl100k_base does not know.", {
        param: "input",
      });
    }
    return text;
  };
  return typeof input[0] === "number" ? JSON.stringify(toText(input)) : JSON.stringify(input.map(toText));
}
