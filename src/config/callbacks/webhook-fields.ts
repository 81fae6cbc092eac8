import type { FieldTable } from "../declared-field.ts";

/** `callback_settings.generic_api`, and of every name with `callback_type: generic_api`. */
export const WEBHOOK_FIELDS = {
  callback_type: {
    type: "choice",
    choices: ["generic_api"],
    default: "generic_api",
    description: "Makes a name of your own such a callback.",
  },
  endpoint: {
    type: "url",
    isSecret: true,
    environment: ["GENERIC_LOGGER_ENDPOINT"],
    description: "Where calls are posted.",
  },
  headers: {
    type: "header-map",
    isSecret: true,
    default: {},
    description: "Headers of each request; `$GENERIC_LOGGER_HEADERS` (`Name=value,...` or a JSON object) where absent.",
  },
  secret: {
    type: "text",
    isSecret: true,
    isNonEmpty: true,
    environment: ["GENERIC_LOGGER_SECRET"],
    description: "Signs each request as Standard Webhooks say: `whsec_` and base64, or any text.",
  },
  event_types: {
    type: "text-or-list",
    default: ["llm_api_success", "llm_api_failure"],
    description: "Which calls are sent: `llm_api_success`, `llm_api_failure`.",
  },
  log_format: {
    type: "choice",
    choices: ["json_array", "ndjson", "single"],
    default: "json_array",
    description: "A batch as a JSON array, as lines, or each call as a request of its own.",
  },
  batch_size: { type: "integer", minimum: 1, maximum: 10_000, default: 100, description: "Calls of a batch at most." },
  flush_interval: {
    type: "seconds",
    above: 0,
    maximum: 3600,
    default: 5,
    description: "Seconds that a call waits for its batch to fill.",
  },
  timeout: { type: "seconds", above: 0, maximum: 600, default: 10, description: "Seconds for one request." },
  max_retries: {
    type: "integer",
    minimum: 0,
    maximum: 100,
    default: 5,
    description: "Further tries of a batch after no answer, 408, 425, 429 or 5xx; the waits double.",
  },
  message_logging: {
    type: "boolean",
    default: true,
    description: "`false`: nothing of what was asked and answered is sent.",
  },
} as const satisfies FieldTable;
