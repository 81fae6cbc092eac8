import { GatewayError } from "../core/errors.ts";
import type { Call } from "./call.ts";

/**
 * The tags of a call, for tag routing (contract 4.9): `tags`, `metadata.tags`, else the header `x-litellm-tags`. Without
 * any, an empty list.
 * @throws GatewayError `invalid-request`
 */
export function readTags(call: Call): readonly string[] {
  const { body } = call;
  const own = body?.find("tags");
  if (body !== undefined && own !== undefined && own.kind !== "null") {
    return toTags(body.readValue(own), "tags");
  }
  for (const name of ["metadata", "litellm_metadata"]) {
    const field = body?.find(name);
    const metadata = field?.kind === "object" ? body?.readValue(field) : undefined;
    const tags = (metadata as { readonly tags?: unknown } | undefined)?.tags;
    if (tags !== undefined && tags !== null) {
      return toTags(tags, `${name}.tags`);
    }
  }
  const header = call.request.headers.get("x-litellm-tags") ?? "";
  return header
    .split(",")
    .map((tag) => tag.trim())
    .filter((tag) => tag !== "");
}

/** Longest text that patterns are searched with. */
const MAX_TEXT = 512;

/** What a call says of itself without tags: its client's name, as `tag_regex` is written for. */
export function readTagTexts(call: Call): readonly string[] {
  const agent = call.request.headers.get("user-agent") ?? "";
  return agent === "" ? [] : [`User-Agent: ${agent.slice(0, MAX_TEXT)}`];
}

function toTags(value: unknown, name: string): readonly string[] {
  if (!Array.isArray(value) || !value.every((tag) => typeof tag === "string")) {
    throw new GatewayError("invalid-request", `Invalid type for '${name}': expected an array of strings.`, {
      param: name,
    });
  }
  return value;
}
