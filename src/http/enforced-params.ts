import { GatewayError } from "../core/errors.ts";
import { isObject } from "../core/json-values.ts";
import type { ScannedObject } from "../wire/scanned-object.ts";
import type { Call } from "./call.ts";

/**
 * Checks what the configuration demands of every call: fields that must be there, and no tags of the caller's own
 * (contract 2.6).
 * @throws GatewayError `invalid-request`
 */
export function checkEnforcedParams(call: Call, body: ScannedObject): void {
  const { enforcedParams, rejectClientTags } = call.state.config.general;
  for (const path of enforcedParams) {
    if (!isThere(body, path)) {
      throw new GatewayError(
        "invalid-request",
        `BadRequest please pass param=${path} in request body. This is a required param`,
        { param: path },
      );
    }
  }
  if (rejectClientTags) {
    refuseTags(call, body);
  }
}

/** Whether a path of the body leads to something; dots lead into objects. */
function isThere(body: ScannedObject, path: string): boolean {
  const [name = "", ...rest] = path.split(".");
  const field = body.find(name);
  if (field === undefined || field.kind === "null") {
    return false;
  }
  if (rest.length === 0) {
    return true;
  }
  let value: unknown = field.kind === "object" ? body.readValue(field) : undefined;
  for (const part of rest) {
    value = isObject(value) && Object.hasOwn(value, part) ? value[part] : undefined;
  }
  return value !== undefined && value !== null;
}

function refuseTags({ request }: Call, body: ScannedObject): void {
  const place = ["tags", "metadata.tags", "litellm_metadata.tags"].find((path) => isThere(body, path));
  const param = place ?? (request.headers.get("x-litellm-tags") === null ? undefined : "x-litellm-tags");
  if (param !== undefined) {
    const message = `Tags of callers are not taken here (general_settings.reject_clientside_metadata_tags): leave out '${param}'.`;
    throw new GatewayError("invalid-request", message, { param });
  }
}
