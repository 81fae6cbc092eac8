import { type DeclaredField, MAX_TIMEOUT_SECONDS } from "./declared-field.ts";

/** Port when neither flag nor environment names one. */
export const DEFAULT_PORT = 4000;

/** Headings of `--help`, in its order. */
export const FLAG_GROUPS = ["Models", "Server", "Every call", "Logging", "Try and inspect"] as const;

/** One flag: a setting with its place in `--help`. Flags of type `boolean` take no value. */
export interface CommandLineFlag extends DeclaredField {
  readonly group: (typeof FLAG_GROUPS)[number];
  readonly short?: string;
  /** What stands for its value in `--help`. */
  readonly valueName?: string;
  /** Its value may be left out. */
  readonly hasOptionalValue?: true;
}

/** Flags that exist (contract 5.6). Hyphens may stand for underscores. */
export const COMMAND_LINE_FLAGS = {
  config: {
    group: "Models",
    short: "c",
    type: "text",
    isNonEmpty: true,
    valueName: "FILE",
    environment: ["CONFIG_FILE_PATH"],
    description: "Read models and settings from this YAML file; again when it changes and on SIGHUP.",
  },
  model: {
    group: "Models",
    short: "m",
    type: "text",
    isNonEmpty: true,
    valueName: "NAME",
    description: "Send every call to this model, whatever the caller asks for.",
  },
  alias: {
    group: "Models",
    type: "text",
    isNonEmpty: true,
    valueName: "NAME",
    description: "Name under which --model is listed.",
  },
  api_base: { group: "Models", type: "url", valueName: "URL", description: "Base URL of --model's server." },
  api_version: { group: "Models", type: "text", valueName: "DATE", description: "Azure API version of --model." },
  host: {
    group: "Server",
    type: "text",
    isNonEmpty: true,
    valueName: "ADDRESS",
    environment: ["HOST"],
    description: "Address to listen on; 0.0.0.0 with a master key, 127.0.0.1 without.",
  },
  port: {
    group: "Server",
    type: "integer",
    minimum: 0,
    maximum: 65_535,
    valueName: "NUMBER",
    environment: ["PORT"],
    description: `Port to listen on; ${DEFAULT_PORT} when not given, 0 for any free one.`,
  },
  num_workers: {
    group: "Server",
    type: "integer",
    minimum: 1,
    maximum: 1024,
    default: 1,
    valueName: "NUMBER",
    environment: ["NUM_WORKERS", "DEFAULT_NUM_WORKERS_LITELLM_PROXY"],
    description: "Processes that share the port.",
  },
  drop_params: {
    group: "Every call",
    type: "boolean",
    default: false,
    description: "Drop parameters that a vendor refuses instead of answering 400.",
  },
  temperature: {
    group: "Every call",
    type: "number",
    minimum: 0,
    valueName: "NUMBER",
    description: "Force this temperature.",
  },
  max_tokens: {
    group: "Every call",
    type: "integer",
    minimum: 1,
    valueName: "NUMBER",
    description: "Force this max_tokens.",
  },
  request_timeout: {
    group: "Every call",
    type: "seconds",
    above: 0,
    maximum: MAX_TIMEOUT_SECONDS,
    valueName: "SECONDS",
    description: "Force this time limit.",
  },
  debug: {
    group: "Logging",
    type: "boolean",
    default: false,
    environment: ["DEBUG"],
    description: "Log each request to a vendor and the head of its reply, secrets masked.",
  },
  detailed_debug: {
    group: "Logging",
    type: "boolean",
    default: false,
    environment: ["DETAILED_DEBUG"],
    description: "The same with the bodies of requests, unless message logging is off.",
  },
  test: {
    group: "Try and inspect",
    type: "url",
    valueName: "URL",
    hasOptionalValue: true,
    description: "Send a chat and a streamed chat to a running gateway (default: this machine's), print, exit.",
  },
  health: {
    group: "Try and inspect",
    type: "boolean",
    default: false,
    description: "Print /health of the gateway running at --host and --port, exit.",
  },
  version: { group: "Try and inspect", short: "v", type: "boolean", default: false, description: "Print the version." },
  help: { group: "Try and inspect", short: "h", type: "boolean", default: false, description: "Print this text." },
} as const satisfies Readonly<Record<string, CommandLineFlag>>;

/** LiteLLM's flags that are accepted with a warning and have no effect yet, and whether a value follows. */
export const NOT_BUILT_FLAGS: Readonly<Record<string, { readonly takesValue: boolean }>> = {
  max_budget: { takesValue: true },
  headers: { takesValue: true },
  add_function_to_prompt: { takesValue: false },
  add_key: { takesValue: true },
  save: { takesValue: false },
  use_queue: { takesValue: false },
  local: { takesValue: false },
  log_config: { takesValue: true },
  telemetry: { takesValue: true },
  test_async: { takesValue: false },
  num_requests: { takesValue: true },
  run_gunicorn: { takesValue: false },
  run_hypercorn: { takesValue: false },
  ssl_keyfile_path: { takesValue: true },
  ssl_certfile_path: { takesValue: true },
  ciphers: { takesValue: true },
  keepalive_timeout: { takesValue: true },
  max_requests_before_restart: { takesValue: true },
  iam_token_db_auth: { takesValue: false },
  use_prisma_db_push: { takesValue: false },
  skip_server_startup: { takesValue: false },
};
