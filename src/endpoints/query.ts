import { GatewayError } from "../core/errors.ts";
import { type RequestTarget, readQuery } from "../http/request-target.ts";

const TRUE = /^(?:1|true|t|yes|y|on)$/i;
const FALSE = /^(?:0|false|f|no|n|off|)$/i;

/** A flag of the query; absent counts as false. @throws GatewayError `invalid-request` for what is neither. */
export function readFlag(target: RequestTarget, name: string): boolean {
  const text = readQuery(target, name) ?? "";
  if (TRUE.test(text) || FALSE.test(text)) {
    return TRUE.test(text);
  }
  throw new GatewayError("invalid-request", `Invalid value for '${name}': expected true or false.`, { param: name });
}

/** A whole number of the query from 1 up to a maximum. @throws GatewayError `invalid-request` for anything else. */
export function readCount(
  target: RequestTarget,
  name: string,
  { preset, maximum }: { readonly preset: number; readonly maximum: number },
): number {
  const text = readQuery(target, name);
  const count = text === undefined ? preset : Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= maximum) {
    return count;
  }
  throw new GatewayError(
    "invalid-request",
    `Invalid value for '${name}': expected a whole number from 1 to ${maximum}.`,
    {
      param: name,
    },
  );
}

/** One of a few words of the query. @throws GatewayError `invalid-request` for any other. */
export function readChoice(target: RequestTarget, name: string, choices: readonly string[]): string | undefined {
  const text = readQuery(target, name);
  if (text === undefined || choices.includes(text)) {
    return text;
  }
  throw new GatewayError("invalid-request", `Invalid ${name}. Must be one of: ${choices.join(", ")}.`, { param: name });
}
