import type { SectionValues } from "./declared-field.ts";
import type { RedisSettings } from "./gateway-config.ts";
import type { REDIS_FIELDS } from "./router-settings-fields.ts";

/** The Redis that `redis_url` names, else the one that host, port and password name; neither: none. */
export const toRedisSettings = (values: SectionValues<typeof REDIS_FIELDS>): RedisSettings | undefined => {
  if (values.redis_url !== undefined) return { url: values.redis_url };
  if (values.redis_host === undefined) return undefined;
  const host = values.redis_host.includes(":") ? `[${values.redis_host}]` : values.redis_host;
  const password = values.redis_password ?? "";
  const user = password === "" ? "" : `:${encodeURIComponent(password)}@`;
  return { url: `redis://${user}${host}:${values.redis_port}` };
};
