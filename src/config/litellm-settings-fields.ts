import { type FieldTable, MAX_TIMEOUT_SECONDS } from "./declared-field.ts";

/** `litellm_settings` (contract 5.4). */
export const LITELLM_SETTINGS_FIELDS = {
  drop_params: {
    type: "boolean",
    default: false,
    description: "Drop parameters that a vendor refuses instead of answering 400.",
  },
  request_timeout: {
    type: "seconds",
    above: 0,
    maximum: MAX_TIMEOUT_SECONDS,
    default: 6000,
    environment: ["REQUEST_TIMEOUT"],
    description: "Seconds for a whole call; router_settings.timeout wins.",
  },
  model_alias_map: { type: "text-map", default: {}, description: "Names replaced by other names, one look-up." },
  json_logs: {
    type: "boolean",
    default: false,
    environment: ["JSON_LOGS"],
    description: "Log lines as JSON objects.",
  },
} as const satisfies FieldTable;
