import type { FieldTable } from "../declared-field.ts";

/** `callback_settings.otel`. */
export const OTEL_FIELDS = {
  exporter: {
    type: "text",
    description:
      "How spans and metrics are sent: `http/protobuf` (also `otlp_http`), `http/json`, or `console` for standard output. Without it `http/protobuf` where there is an endpoint, else `console`. gRPC is not built.",
    environment: ["OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER"],
  },
  traces_protocol: {
    type: "text",
    description: "How spans are sent, in place of `exporter`.",
    environment: ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"],
  },
  metrics_protocol: {
    type: "text",
    description: "How metrics are sent, in place of `exporter`.",
    environment: ["OTEL_EXPORTER_OTLP_METRICS_PROTOCOL"],
  },
  endpoint: {
    type: "url",
    description: "The collector. `/v1/traces` and `/v1/metrics` are put behind it, unless it ends with one of them.",
    environment: ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_ENDPOINT"],
  },
  traces_endpoint: {
    type: "url",
    description: "Where spans go, as it stands; wins over `endpoint`.",
    environment: ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"],
  },
  metrics_endpoint: {
    type: "url",
    description: "Where metrics go, as it stands; wins over `endpoint`.",
    environment: ["OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"],
  },
  headers: {
    type: "json-text",
    description: "Headers for the collector: a mapping, or `name=value,name=value` with values as in URLs.",
    isSecret: true,
    environment: ["OTEL_EXPORTER_OTLP_HEADERS", "OTEL_HEADERS"],
  },
  traces_headers: {
    type: "json-text",
    description: "Headers of spans, in place of `headers`.",
    isSecret: true,
    environment: ["OTEL_EXPORTER_OTLP_TRACES_HEADERS"],
  },
  metrics_headers: {
    type: "json-text",
    description: "Headers of metrics, in place of `headers`.",
    isSecret: true,
    environment: ["OTEL_EXPORTER_OTLP_METRICS_HEADERS"],
  },
  compression: {
    type: "choice",
    choices: ["none", "gzip"],
    description: "Whether bodies are packed.",
    default: "none",
    environment: ["OTEL_EXPORTER_OTLP_COMPRESSION"],
  },
  timeout_ms: {
    type: "integer",
    description: "How long one sending may take, in milliseconds.",
    default: 10_000,
    minimum: 1,
    maximum: 600_000,
    environment: ["OTEL_EXPORTER_OTLP_TIMEOUT"],
  },
  schedule_delay_ms: {
    type: "integer",
    description: "How long a span waits for others to be sent with, in milliseconds.",
    default: 5000,
    minimum: 1,
    maximum: 600_000,
    environment: ["OTEL_BSP_SCHEDULE_DELAY"],
  },
  traces_exporter: {
    type: "text",
    description: "`none`: no spans, and vendors are not told of traces. `console`: to standard output.",
    environment: ["OTEL_TRACES_EXPORTER"],
  },
  metrics_exporter: {
    type: "text",
    description:
      "`none`: no metrics. `console`: to standard output. Without it as spans are sent, but none to the console.",
    environment: ["OTEL_METRICS_EXPORTER"],
  },
  enable_metrics: {
    type: "boolean",
    description: "`false`: no metrics, as `metrics_exporter: none`.",
    default: true,
    environment: ["LITELLM_OTEL_INTEGRATION_ENABLE_METRICS"],
  },
  metric_export_interval_ms: {
    type: "integer",
    description: "How often metrics are sent, in milliseconds.",
    default: 60_000,
    minimum: 100,
    maximum: 86_400_000,
    environment: ["OTEL_METRIC_EXPORT_INTERVAL"],
  },
  metrics_temporality: {
    type: "choice",
    choices: ["cumulative", "delta", "lowmemory"],
    description: "`delta` for servers that want differences; of histograms `lowmemory` is the same.",
    default: "cumulative",
    environment: ["OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE"],
  },
  sampler: {
    type: "choice",
    choices: [
      "always_on",
      "always_off",
      "traceidratio",
      "parentbased_always_on",
      "parentbased_always_off",
      "parentbased_traceidratio",
    ],
    description:
      "Which traces are recorded, by OpenTelemetry's names; with `parentbased_` a caller's `traceparent` decides.",
    default: "parentbased_always_on",
    environment: ["OTEL_TRACES_SAMPLER"],
  },
  sampler_arg: {
    type: "number",
    description: "The share that `traceidratio` records, 0 to 1.",
    default: 1,
    minimum: 0,
    maximum: 1,
    environment: ["OTEL_TRACES_SAMPLER_ARG"],
  },
  message_logging: {
    type: "boolean",
    description:
      "Spans hold what was asked and answered, unless `turn_off_message_logging` or the call says otherwise.",
    default: true,
  },
  attribute_value_length_limit: {
    type: "integer",
    description: "Longest text of an attribute, in characters; what is longer is cut.",
    default: 262_144,
    minimum: 64,
    maximum: 1_048_576,
    environment: ["OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT"],
  },
  service_name: {
    type: "text",
    description: "`service.name` of all that is sent; `litellm` where nothing says otherwise.",
    environment: ["OTEL_SERVICE_NAME"],
  },
  environment_name: {
    type: "text",
    description:
      "`deployment.environment` and `deployment.environment.name`; `production` where nothing says otherwise.",
    environment: ["OTEL_ENVIRONMENT_NAME"],
  },
  tracer_name: {
    type: "text",
    description: "Name of the instrumentation scope.",
    default: "litellm",
    environment: ["OTEL_TRACER_NAME"],
  },
  resource_attributes: {
    type: "json-text",
    description: "More attributes of all that is sent: a mapping, or `name=value,name=value`.",
    environment: ["OTEL_RESOURCE_ATTRIBUTES"],
  },
  disabled: {
    type: "boolean",
    description: "`true`: nothing is sent, and vendors are not told of traces.",
    default: false,
    environment: ["OTEL_SDK_DISABLED"],
  },
} as const satisfies FieldTable;
