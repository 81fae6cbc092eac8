/** What becomes of one key of a call's metadata. */
interface MetadataKey {
  /** One line for the guide's table. */
  readonly meaning: string;
}

/**
 * Keys of `metadata` that mean something to Langfuse (contract 8.1), also as `langfuse_<key>` headers. Every other key
 * becomes metadata of the generation.
 */
export const METADATA_KEYS = {
  trace_id: { meaning: "The trace's id. Default: `litellm_trace_id` of the body, else the call's id." },
  existing_trace_id: {
    meaning: "The id of a trace that is there: the generation joins it, nothing of it is overwritten.",
  },
  update_trace_keys: {
    meaning:
      "With `existing_trace_id`: what is overwritten all the same, a list of `input`, `output`, `trace_name`, ...",
  },
  trace_name: { meaning: "The trace's name. Default: `litellm-` and the kind of call, `litellm-acompletion`." },
  trace_user_id: { meaning: "The trace's user. Default: the end user of the call, such as `user` of the body." },
  session_id: { meaning: "The trace's session. Default: `litellm_session_id` of the body." },
  trace_session_id: { meaning: "The same; wins." },
  tags: {
    meaning: "Tags of the trace, a list. Those of the request, the deployment and the settings stand beside them.",
  },
  trace_tags: { meaning: "Further tags of the trace." },
  trace_metadata: { meaning: "Metadata of the trace, an object; anything else stands in it under `metadata`." },
  trace_version: { meaning: "The trace's version. Default: `version`." },
  trace_release: { meaning: "The trace's release. Default: that of the settings." },
  trace_environment: { meaning: "The environment of trace and generation. Default: that of the settings." },
  trace_public: { meaning: "`true` or 1: whoever has the link may see the trace." },
  trace_input: { meaning: "The trace's input, instead of the call's." },
  trace_output: { meaning: "The trace's output, instead of the call's." },
  generation_id: { meaning: "The generation's id. Default: made of the time, the call's id and a number." },
  generation_name: { meaning: "The generation's name. Default: as `trace_name`." },
  parent_observation_id: { meaning: "The observation that the generation stands under." },
  version: { meaning: "The generation's version." },
  prompt: { meaning: "The prompt of Langfuse that was used: an object with `name` and `version`." },
  mask_input: { meaning: "`true`, and all else but `false`, 0 and nothing: a note stands in place of what was asked." },
  mask_output: { meaning: "`true`, as above: a note stands in place of what was answered." },
  debug_langfuse: {
    meaning: "`true` or 1: the trace's metadata shows all that was sent, under `metadata_passed_to_litellm`.",
  },
} as const satisfies Readonly<Record<string, MetadataKey>>;

/** A key of {@link METADATA_KEYS}. */
export type LangfuseKey = keyof typeof METADATA_KEYS;

/** All other keys that begin so are metadata of the trace, without the prefix. */
export const TRACE_PREFIX = "trace_";
