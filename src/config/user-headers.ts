import { isHeaderName } from "../wire/header-line.ts";
import { isMapping } from "./environment-references.ts";
import { describeValue, type FieldReader, refuse, refuseValue } from "./field-place.ts";

/** The role of an end user; the other one, `internal_user`, owns keys. */
const END_USER_ROLE = "customer";

const ALLOWED = "{header_name: <name>, litellm_user_role: customer or internal_user}";

/** Headers of `user_header_mappings` that name the end user, lower case; items at fault are left out. */
export const readUserHeaders: FieldReader<readonly string[]> = (value, place) => {
  // LiteLLM takes one mapping for a list of it.
  const items: unknown = isMapping(value) ? [value] : value;
  if (!Array.isArray(items)) return refuseValue(place, value);
  return items.flatMap((item: unknown, index) => {
    const at = { ...place, path: `${place.path}[${index}]` };
    const name = isMapping(item) ? item["header_name"] : undefined;
    if (!isMapping(item) || typeof name !== "string" || !isHeaderName(name)) {
      return refuse(at, `found ${describeValue(item, place.isShown)}`, ALLOWED) ?? [];
    }
    return item["litellm_user_role"] === END_USER_ROLE ? [name.toLowerCase()] : [];
  });
};
