import { type FieldTable, MAX_TIMEOUT_SECONDS } from "../declared-field.ts";

/** `callback_settings.langfuse`. */
export const LANGFUSE_FIELDS = {
  public_key: {
    type: "text",
    isNonEmpty: true,
    environment: ["LANGFUSE_PUBLIC_KEY"],
    description: "Public key of the project, `pk-lf-...`.",
  },
  secret_key: {
    type: "text",
    isNonEmpty: true,
    isSecret: true,
    environment: ["LANGFUSE_SECRET_KEY"],
    description: "Secret key of the project, `sk-lf-...`.",
  },
  host: {
    type: "url",
    takesBareHost: true,
    default: "https://cloud.langfuse.com",
    environment: ["LANGFUSE_HOST", "LANGFUSE_BASE_URL"],
    description:
      "Where Langfuse is. A host without a scheme is asked over `https://`; this machine, and names without a dot, over `http://`.",
  },
  release: {
    type: "text",
    environment: ["LANGFUSE_RELEASE"],
    description: "Release that traces show; `trace_release` of a call wins.",
  },
  environment: {
    type: "text",
    environment: ["LANGFUSE_TRACING_ENVIRONMENT"],
    description:
      "Environment that traces stand in: letters, which become small ones, digits, `-` and `_`, not beginning with `langfuse`.",
  },
  flush_interval: {
    type: "seconds",
    above: 0,
    maximum: MAX_TIMEOUT_SECONDS,
    default: 1,
    environment: ["LANGFUSE_FLUSH_INTERVAL"],
    description: "Seconds that a call waits for its batch to fill.",
  },
  turn_off_message_logging: {
    type: "boolean",
    default: false,
    description: "Langfuse does not see what was asked and answered.",
  },
} as const satisfies FieldTable;

/** `callback_settings.langfuse_otel`. */
export const LANGFUSE_OTEL_FIELDS = {
  ...LANGFUSE_FIELDS,
  host: { ...LANGFUSE_FIELDS.host, environment: ["LANGFUSE_OTEL_HOST", "LANGFUSE_HOST", "LANGFUSE_BASE_URL"] },
} as const satisfies FieldTable;
