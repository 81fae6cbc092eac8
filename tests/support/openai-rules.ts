import { embeddingReply } from "./openai-embeddings.ts";
import { type Body, openaiError } from "./openai-error.ts";
import { MODERATION_REPLY } from "./openai-moderation.ts";
import { chatReply, completionReply } from "./openai-texts.ts";
import type { RecordedRequest } from "./recorded-request.ts";
import type { ScriptedReply } from "./scripted-reply.ts";

/** What the default rules know. */
export interface FakeUpstreamOptions {
  /** Keys that are accepted; default `sk-upstream`. */
  readonly keys?: readonly string[];
  /** Models that exist beside the usual ones. */
  readonly models?: readonly string[];
  /** Azure deployments that exist beside `chatgpt-v-2` and `ada-002`. */
  readonly deployments?: readonly string[];
  /** Top-level body fields taken beside OpenAI's own. */
  readonly extraFields?: readonly string[];
  /** Text of every chat and text completion. */
  readonly text?: string;
  /** Into how many content chunks a streamed text is cut; default 4. */
  readonly streamChunks?: number;
}

/**
 * Body fields each operation takes; any other is refused, as OpenAI does.
 * Source: https://platform.openai.com/docs/api-reference (read 2026-11-23).
 */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  "chat/completions": [
    ..."messages model audio frequency_penalty function_call functions logit_bias logprobs".split(" "),
    ..."max_completion_tokens max_tokens metadata modalities n parallel_tool_calls prediction".split(" "),
    ..."presence_penalty prompt_cache_key prompt_cache_retention reasoning_effort response_format".split(" "),
    ..."safety_identifier seed service_tier stop store stream stream_options temperature tool_choice".split(" "),
    ..."tools top_logprobs top_p user verbosity web_search_options".split(" "),
  ],
  completions: [
    ..."model prompt best_of echo frequency_penalty logit_bias logprobs max_tokens n presence_penalty".split(" "),
    ..."seed stop stream stream_options suffix temperature top_p user".split(" "),
  ],
  embeddings: ["input", "model", "dimensions", "encoding_format", "user"],
  moderations: ["input", "model"],
};

const REQUIRED: Readonly<Record<string, string>> = {
  "chat/completions": "messages",
  completions: "prompt",
  embeddings: "input",
  moderations: "input",
};

const MODELS = [
  ..."gpt-3.5-turbo gpt-4o gpt-4o-mini gpt-3.5-turbo-instruct".split(" "),
  ..."text-embedding-ada-002 text-embedding-3-small text-moderation-stable omni-moderation-latest".split(" "),
];

const DEPLOYMENTS = ["chatgpt-v-2", "ada-002"];

interface Target {
  readonly isAzure: boolean;
  readonly operation: string;
  readonly deployment: string | undefined;
}

const readTarget = (request: RecordedRequest): Target | undefined => {
  const azure = /^\/openai\/deployments\/([^/]+)\/(.+)$/.exec(request.path);
  if (azure) return { isAzure: true, operation: azure[2] ?? "", deployment: decodeURIComponent(azure[1] ?? "") };
  const plain = /^(\/openai)?\/v1\/(.+)$/.exec(request.path);
  return plain ? { isAzure: plain[1] !== undefined, operation: plain[2] ?? "", deployment: undefined } : undefined;
};

const readBearer = (request: RecordedRequest): string | undefined =>
  /^Bearer (.+)$/.exec(request.headers.get("authorization") ?? "")?.[1];

const checkKey = (request: RecordedRequest, target: Target, keys: readonly string[]): ScriptedReply | undefined => {
  const key = readBearer(request) ?? (target.isAzure ? (request.headers.get("api-key") ?? undefined) : undefined);
  if (key !== undefined && keys.includes(key)) return undefined;
  if (target.isAzure) {
    return {
      status: 401,
      body: {
        error: {
          code: "401",
          message: "Access denied due to invalid subscription key or wrong API endpoint.",
        },
      },
    };
  }
  if (key === undefined) return openaiError(401, "You didn't provide an API key.", { code: null });
  const masked = `${key.slice(0, 4)}***${key.slice(-4)}`;
  return openaiError(401, `Incorrect API key provided: ${masked}.`, { code: "invalid_api_key" });
};

const checkMetadata = (body: Body): ScriptedReply | undefined => {
  const { metadata } = body;
  if (metadata === undefined || metadata === null) return undefined;
  if (typeof metadata !== "object" || Object.values(metadata).some((value) => typeof value !== "string")) {
    return openaiError(400, "Invalid type for 'metadata': expected a map of strings.", { param: "metadata" });
  }
  if (body["store"] === true) return undefined;
  return openaiError(400, "The 'metadata' parameter is only allowed when 'store' is enabled.", { param: "metadata" });
};

const checkBody = (body: Body, operation: string, extraFields: readonly string[]): ScriptedReply | undefined => {
  const known = [...(FIELDS[operation] ?? []), ...extraFields];
  const unknown = Object.keys(body).filter((field) => !known.includes(field));
  if (unknown.length > 0) {
    const plural = unknown.length > 1 ? "s" : "";
    return openaiError(400, `Unrecognized request argument${plural} supplied: ${unknown.join(", ")}`);
  }
  const required = REQUIRED[operation];
  if (required !== undefined && body[required] === undefined) {
    return openaiError(400, `Missing required parameter: '${required}'.`, {
      param: required,
      code: "missing_required_parameter",
    });
  }
  if (body["stream_options"] !== undefined && body["stream"] !== true) {
    return openaiError(400, "The 'stream_options' parameter is only allowed when 'stream' is enabled.", {
      param: "stream_options",
    });
  }
  return checkMetadata(body);
};

const checkModel = (body: Body, target: Target, options: FakeUpstreamOptions): ScriptedReply | undefined => {
  if (target.deployment !== undefined) {
    if ([...DEPLOYMENTS, ...(options.deployments ?? [])].includes(target.deployment)) return undefined;
    const message = "The API deployment for this resource does not exist.";
    return { status: 404, body: { error: { code: "DeploymentNotFound", message } } };
  }
  const { model } = body;
  if (model === undefined && target.operation === "moderations") return undefined;
  if (typeof model !== "string") return openaiError(400, "you must provide a model parameter");
  if (modelsOf(options).includes(model)) return undefined;
  const message = `The model \`${model}\` does not exist or you do not have access to it.`;
  return openaiError(404, message, { code: "model_not_found" });
};

const modelsOf = (options: FakeUpstreamOptions): readonly string[] => [...MODELS, ...(options.models ?? [])];

const modelList = (options: FakeUpstreamOptions): ScriptedReply => ({
  body: {
    object: "list",
    data: modelsOf(options).map((id) => ({ id, object: "model", created: 1_687_882_411, owned_by: "openai" })),
  },
});

const isBody = (value: unknown): value is Body => typeof value === "object" && value !== null && !Array.isArray(value);

const answerOperation = (body: Body, target: Target, options: FakeUpstreamOptions): ScriptedReply => {
  const shape = {
    body,
    isAzure: target.deployment !== undefined,
    text: options.text ?? "Hello from the upstream, whole and unharmed.",
    streamChunks: options.streamChunks ?? 4,
  };
  switch (target.operation) {
    case "chat/completions":
      return chatReply(shape);
    case "completions":
      return completionReply(shape);
    case "embeddings":
      return embeddingReply(body);
    default:
      return { body: MODERATION_REPLY };
  }
};

const vendorHeaders = (request: RecordedRequest): readonly (readonly [string, string])[] => [
  ["x-request-id", `req_${request.connectionId}`],
  ["openai-processing-ms", "12"],
  ["openai-version", "2020-10-01"],
  ["x-ratelimit-limit-requests", "10000"],
  ["x-ratelimit-remaining-requests", "9999"],
  ["x-ratelimit-limit-tokens", "2000000"],
  ["x-ratelimit-remaining-tokens", "1999990"],
  ["set-cookie", "__cf_bm=upstream-session; path=/; HttpOnly"],
];

const notFound = (request: RecordedRequest, target: Target | undefined): ScriptedReply =>
  target?.isAzure
    ? { status: 404, body: { error: { code: "404", message: "Resource not found" } } }
    : openaiError(404, `Invalid URL (${request.method} ${request.path})`);

const isServed = (request: RecordedRequest, target: Target): boolean =>
  FIELDS[target.operation] !== undefined &&
  request.method === "POST" &&
  (target.deployment === undefined || request.query.get("api-version") !== null);

const decide = (request: RecordedRequest, options: FakeUpstreamOptions): ScriptedReply => {
  const target = readTarget(request);
  if (target === undefined) return notFound(request, target);
  const badKey = checkKey(request, target, options.keys ?? ["sk-upstream"]);
  if (badKey !== undefined) return badKey;
  if (request.method === "GET" && target.operation === "models") return modelList(options);
  if (!isServed(request, target)) return notFound(request, target);
  const { json } = request;
  if (!isBody(json)) return openaiError(400, "We could not parse the JSON body of your request.");
  return (
    checkBody(json, target.operation, options.extraFields ?? []) ??
    checkModel(json, target, options) ??
    answerOperation(json, target, options)
  );
};

/** What OpenAI, or Azure OpenAI on its paths, would answer; refuses whatever they refuse. */
export const openaiReply = (request: RecordedRequest, options: FakeUpstreamOptions): ScriptedReply => {
  const reply = decide(request, options);
  return { ...reply, headers: vendorHeaders(request) };
};
