import type { SectionValues } from "../declared-field.ts";
import { JSON_LINES_FIELDS } from "./json-lines-fields.ts";
import { LANGFUSE_FIELDS, LANGFUSE_OTEL_FIELDS } from "./langfuse-fields.ts";
import { OTEL_FIELDS } from "./otel-fields.ts";
import { PROMETHEUS_FIELDS } from "./prometheus-fields.ts";
import { WEBHOOK_FIELDS } from "./webhook-fields.ts";

/** Settings of every callback that is built, by the name it has in `callbacks` and under `callback_settings`. */
export const CALLBACK_FIELDS = {
  generic_api: WEBHOOK_FIELDS,
  json_lines: JSON_LINES_FIELDS,
  langfuse: LANGFUSE_FIELDS,
  langfuse_otel: LANGFUSE_OTEL_FIELDS,
  otel: OTEL_FIELDS,
  prometheus: PROMETHEUS_FIELDS,
} as const;

/** A callback that is built. */
export type CallbackName = keyof typeof CALLBACK_FIELDS;

/** Settings of one callback, read and checked. */
export type CallbackSettings<Name extends CallbackName> = SectionValues<(typeof CALLBACK_FIELDS)[Name]>;

/** Which calls a callback is told of. */
export interface CallbackScope {
  readonly onSuccess: boolean;
  readonly onFailure: boolean;
}

/** A built callback that the configuration asks for. */
export type BuiltCallback = CallbackScope & {
  /** Its own name in the lists, where that is another than the built callback's. */
  readonly label?: string;
  /** What else of the configuration it is made with: where that changes, it is made anew. */
  readonly madeWith?: unknown;
} & {
    readonly [Name in CallbackName]: { readonly name: Name; readonly settings: CallbackSettings<Name> };
  }[CallbackName];

/** A module of the operator's own, named by its path. */
export interface ModuleCallback extends CallbackScope {
  /** Absolute path of the module. */
  readonly file: string;
}

/** Callbacks of LiteLLM that are not built (contract 8.2): warned of by name. */
export const NOT_BUILT_CALLBACKS: ReadonlySet<string> = new Set(
  `langsmith datadog datadog_llm_observability s3 s3_v2 gcs_bucket gcs_pubsub sqs azure_storage dynamodb sentry posthog
   helicone lunary arize arize_phoenix opik braintrust mlflow weave wandb logfire traceloop athina galileo humanloop
   promptlayer lago openmeter deepeval agentops literalai cloudzero focus dynamic_rate_limiter dynamic_rate_limiter_v3
   blocked_user_check banned_keywords hide_secrets lakera_prompt_injection detect_prompt_injection presidio
   llamaguard_moderations google_text_moderation openai_moderations slack email supabase greenscale`
    .trim()
    .split(/\s+/),
);
