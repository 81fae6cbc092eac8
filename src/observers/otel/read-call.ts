import type { CallFinished } from "../../core/call-event.ts";
import { isObject } from "../../core/json-values.ts";
import type { JsonObject } from "../../core/translation.ts";

/** A call's JSON parts, parsed; what is not there, or cannot be read, is empty. */
export interface CallReading {
  readonly metadata: JsonObject;
  readonly parameters: JsonObject;
  readonly request: JsonObject;
  readonly response: JsonObject;
}

/** Parses what a call said of itself. Never throws. */
export function readCall({ details }: CallFinished): CallReading {
  const content = details?.content;
  return {
    metadata: parse(details?.metadataText),
    parameters: parse(details?.parametersText),
    request: parse(toText(content?.request)),
    response: parse(toText(content?.response)),
  };
}

const toText = (bytes: Uint8Array | undefined): string | undefined => bytes && Buffer.from(bytes).toString("utf8");

function parse(text: string | undefined): JsonObject {
  try {
    const value: unknown = text === undefined ? {} : JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
