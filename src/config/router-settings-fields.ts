import { type FieldTable, MAX_TIMEOUT_SECONDS } from "./declared-field.ts";

/** `router_settings` (contract 2.8). */
export const ROUTER_SETTINGS_FIELDS = {
  model_group_alias: {
    type: "alias-map",
    default: {},
    description: "Other names of model groups; `{model, hidden: true}` keeps one out of /v1/models.",
  },
  timeout: {
    type: "seconds",
    above: 0,
    maximum: MAX_TIMEOUT_SECONDS,
    description: "Seconds for a whole reply that is not streamed; wins over litellm_settings.request_timeout.",
  },
  stream_timeout: {
    type: "seconds",
    above: 0,
    maximum: MAX_TIMEOUT_SECONDS,
    description: "Seconds for a stream's first chunk and between chunks.",
  },
} as const satisfies FieldTable;
