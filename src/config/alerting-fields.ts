import type { FieldTable } from "./declared-field.ts";

/** `general_settings.alerting_args`. LiteLLM's defaults. */
export const ALERTING_ARGS_FIELDS = {
  outage_alert_ttl: {
    type: "seconds",
    above: 0,
    maximum: 86_400,
    default: 60,
    description: "Failures of so many last seconds make an outage of a deployment.",
  },
  region_outage_alert_ttl: {
    type: "seconds",
    above: 0,
    maximum: 86_400,
    default: 60,
    description: "As `outage_alert_ttl`, of a provider.",
  },
  minor_outage_alert_threshold: {
    type: "integer",
    minimum: 1,
    maximum: 1_000,
    default: 5,
    description: "So many failures within that time are a minor outage.",
  },
  major_outage_alert_threshold: {
    type: "integer",
    minimum: 1,
    maximum: 1_000,
    default: 10,
    description: "So many are a major one.",
  },
  repeat_after: {
    type: "seconds",
    above: 0,
    maximum: 604_800,
    default: 600,
    description: "The same alert of the same deployment comes again after so many seconds at the earliest.",
  },
  log_to_console: { type: "boolean", default: false, description: "Alerts are written to the log too." },
} as const satisfies FieldTable;
