import { isObject } from "../../core/json-values.ts";
import { isHeaderName, isHeaderValue } from "../../wire/header-line.ts";

/**
 * Headers of an environment variable: `Name=value,Other=value` as LiteLLM has it, or a JSON object.
 * @throws Error that shows no value
 */
export function readHeaderText(text: string): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const [name, value] of text.trim().startsWith("{") ? readJson(text) : readPairs(text)) {
    if (!isHeaderName(name) || !isHeaderValue(value)) {
      throw new Error("GENERIC_LOGGER_HEADERS is neither 'Name=value,Name=value' nor a JSON object of texts");
    }
    headers[name] = value;
  }
  return headers;
}

function readJson(text: string): readonly (readonly [string, string])[] {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? Object.entries(value).map(([name, one]) => [name, String(one)] as const) : BAD;
  } catch {
    return BAD;
  }
}

const BAD: readonly (readonly [string, string])[] = [["", ""]];

const readPairs = (text: string): readonly (readonly [string, string])[] =>
  text
    .split(",")
    .filter((pair) => pair.trim() !== "")
    .map((pair) => {
      const at = pair.indexOf("=");
      return [pair.slice(0, Math.max(0, at)).trim(), pair.slice(at + 1).trim()] as const;
    });
