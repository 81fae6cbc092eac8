import { type FieldTable, MAX_TIMEOUT_SECONDS } from "./declared-field.ts";

/** `general_settings` (contract 5.5). */
export const GENERAL_SETTINGS_FIELDS = {
  master_key: {
    type: "text",
    isNonEmpty: true,
    isSecret: true,
    environment: ["LITELLM_MASTER_KEY", "MASTER_KEY"],
    description: "Key that callers must present; without it anyone may call.",
  },
  completion_model: { type: "text", isNonEmpty: true, description: "Model that every call is sent to." },
  moderation_model: { type: "text", isNonEmpty: true, description: "Model of moderations that name none." },
  litellm_key_header_name: {
    type: "header-name",
    description: "The one header that a caller's key is read from, instead of the usual ones.",
  },
  public_routes: { type: "text-list", default: [], description: "Paths answered without a key." },
  max_request_size_mb: {
    type: "megabytes",
    above: 0,
    // Bodies are held in one buffer, whose length must stay below 2 GiB.
    maximum: 2047,
    default: 100,
    description: "Largest request body; a larger one gets 413.",
  },
  always_include_stream_usage: {
    type: "boolean",
    default: false,
    description: "Streams end with a usage chunk though the caller asked for none.",
  },
  meter_stream_usage: {
    type: "boolean",
    default: true,
    description: "Ask vendors for usage on every chat stream; a client that did not ask does not see it.",
  },
  forward_client_headers_to_llm_api: {
    type: "boolean",
    default: false,
    description: "Send callers' `x-` headers on to the vendor.",
  },
  forward_openai_org_id: {
    type: "boolean",
    default: false,
    description: "Send callers' `OpenAI-Organization`, or `organization` of their bodies, on to the vendor.",
  },
  health_check_timeout: {
    type: "seconds",
    above: 0,
    maximum: MAX_TIMEOUT_SECONDS,
    default: 60,
    environment: ["HEALTH_CHECK_TIMEOUT_SECONDS"],
    description: "Seconds that /health waits for each deployment.",
  },
  health_check_details: {
    type: "boolean",
    default: true,
    description: "/health shows each deployment's parameters, not its model alone.",
  },
  dangerously_allow_mock_testing_request_params: {
    type: "boolean",
    default: false,
    description:
      "Callers may send `mock_response` and the other `mock_` parameters, which are answered without a vendor; otherwise they get 400.",
  },
  allow_client_side_credentials: {
    type: "boolean",
    description:
      "Callers may send `api_base` and `user_config`: absent, with hosts of known providers only; `true`, with any public host; `false`, never.",
  },
  client_side_allowed_hosts: {
    type: "text-list",
    default: [],
    description: "Hosts that callers may name although they are not public: names, addresses, networks (`10.0.0.0/8`).",
  },
  pre_call_timeout: {
    type: "seconds",
    above: 0,
    maximum: MAX_TIMEOUT_SECONDS,
    default: 5,
    description: "Seconds that `preCall` of a callback module may take.",
  },
  pre_call_fail_open: {
    type: "boolean",
    default: false,
    description: "Calls pass where a `preCall` breaks or takes too long; otherwise they get 503.",
  },
  alerting: {
    type: "text-or-list",
    default: [],
    description: "Where alerts go: `slack` (`$SLACK_WEBHOOK_URL`), `webhook` (`$WEBHOOK_URL`).",
  },
  alerting_threshold: {
    type: "seconds",
    above: 0,
    maximum: MAX_TIMEOUT_SECONDS,
    default: 300,
    environment: ["DEFAULT_SLACK_ALERTING_THRESHOLD"],
    description: "A call is slow, or hangs, beyond so many seconds.",
  },
  alert_types: { type: "text-or-list", description: "Which alerts are sent; absent, all that are built." },
  alerting_args: { type: "section", description: "When alerts are sent." },
  alert_to_webhook_url: {
    type: "mapping",
    isSecret: true,
    description: "Slack webhooks by alert type: one URL or a list each; other types go to `$SLACK_WEBHOOK_URL`.",
  },
  user_header_name: {
    type: "header-name",
    description: "Header that names the end user, before `user` of the body; `user_header_mappings` goes first.",
  },
  user_header_mappings: {
    type: "user-headers",
    default: [],
    description:
      "Headers that name users: items `{header_name, litellm_user_role}`. Those of the role `customer` name the end user; other roles have no effect yet.",
  },
  enforce_user_param: { type: "boolean", default: false, description: "A call without `user` gets 400." },
  enforced_params: {
    type: "text-list",
    default: [],
    description: "Fields without which a call gets 400; dots lead into objects (`metadata.generation_name`).",
  },
  reject_clientside_metadata_tags: {
    type: "boolean",
    default: false,
    description: "Calls that bring tags of their own get 400.",
  },
  max_batch_models: {
    type: "integer",
    minimum: 1,
    default: 20,
    description: "Most models in one comma list.",
  },
} as const satisfies FieldTable;
