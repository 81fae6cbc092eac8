import type { CallFinished } from "../core/call-event.ts";
import { ERROR_POLICY } from "../core/error-policy.ts";
import { isObject, listOf } from "../core/json-values.ts";
import type { Operation } from "../core/operation.ts";
import type { JsonObject } from "../core/translation.ts";
import { readDetails, readParameters } from "./read-details.ts";
import { toUsageObject } from "./usage-object.ts";

/** What stands in place of content that may not be shown (contract 8.4). */
export const REDACTED = "redacted-by-litellm";

/** Dividing is exact where multiplying by a billionth is not. */
const NANO_PER_USD = 1e9;

/** LiteLLM's names for what was asked (contract 8.3). */
export const CALL_TYPES: Readonly<Record<Operation, string>> = {
  chat: "acompletion",
  completion: "atext_completion",
  embedding: "aembedding",
  moderation: "amoderation",
  rerank: "arerank",
};

/** How much of a call an observer shows. */
export interface PayloadOptions {
  /** The observer's own setting; calls that were redacted stay so whatever it says. */
  readonly showsContent: boolean;
}

/**
 * A call as LiteLLM's StandardLoggingPayload (contract 8.3): plain data that `JSON.stringify` takes, keys in snake case,
 * times in epoch seconds, money in US dollars, `null` for what is not known. What LiteLLM has no place for stands under
 * `portolan`.
 */
export function toStandardPayload(event: CallFinished, { showsContent }: PayloadOptions): JsonObject {
  const { details, usage, cost } = event;
  const isShown = showsContent && details?.isRedacted !== true;
  const reader = readDetails(event);
  const costUsd = cost === undefined ? null : cost.nanoUsd / NANO_PER_USD;
  return {
    id: idOf(event),
    trace_id: details?.traceId ?? event.callId,
    call_type: CALL_TYPES[event.operation],
    stream: event.isStream,
    response_cost: costUsd,
    cost_breakdown: toCostBreakdown(event),
    response_cost_failure_debug_info: null,
    status: event.errorKind === undefined ? "success" : "failure",
    status_fields: {
      llm_api_status: event.errorKind === undefined ? "success" : "failure",
      guardrail_status: "not_run",
    },
    custom_llm_provider: event.provider ?? null,
    total_tokens: usage?.totalTokens ?? 0,
    prompt_tokens: usage?.promptTokens ?? 0,
    completion_tokens: usage?.completionTokens ?? 0,
    startTime: event.startedAt / 1000,
    endTime: (event.startedAt + event.durationMs) / 1000,
    completionStartTime: (event.startedAt + (event.firstByteMs ?? event.durationMs)) / 1000,
    response_time: event.durationMs / 1000,
    model_map_information: { model_map_key: event.upstreamModel ?? null, model_map_value: null },
    model: event.upstreamModel ?? event.requestedModel ?? null,
    model_id: event.deploymentId ?? null,
    model_group: event.modelGroup ?? null,
    api_base: event.apiBase ?? null,
    metadata: toMetadata(event),
    cache_hit: null,
    cache_key: null,
    saved_cache_cost: 0,
    request_tags: details?.tags ?? [],
    end_user: details?.endUser ?? null,
    requester_ip_address: details?.clientAddress ?? null,
    user_agent: details?.userAgent ?? null,
    messages: isShown ? inputOf(reader.request) : toRedactedMessages(),
    response: isShown ? (reader.response ?? null) : toRedactedResponse(event),
    error_str: event.errorMessage ?? null,
    error_information: toErrorInformation(event),
    model_parameters: readParameters(event, isShown),
    hidden_params: toHiddenParams(event, costUsd),
    guardrail_information: null,
    standard_built_in_tools_params: null,
    portolan: toExtras(event),
  };
}

/** The answer's own id, as vendors and LiteLLM have it; the call's where there is none. */
function idOf(event: CallFinished): string {
  const id = readDetails(event).response?.["id"];
  return typeof id === "string" && id !== "" ? id : event.callId;
}

/** What was asked, whatever the operation calls it. */
export function inputOf(request: JsonObject): unknown {
  return (
    request["messages"] ?? request["prompt"] ?? request["input"] ?? (request["query"] === undefined ? null : request)
  );
}

const toRedactedMessages = (): unknown => [{ role: "user", content: REDACTED }];

function toRedactedResponse(event: CallFinished): JsonObject | null {
  return event.errorKind === undefined ? { text: REDACTED } : null;
}

function toCostBreakdown({ cost }: CallFinished): JsonObject | null {
  return cost === undefined
    ? null
    : {
        input_cost: cost.inputNanoUsd / NANO_PER_USD,
        output_cost: cost.outputNanoUsd / NANO_PER_USD,
        tool_usage_cost: cost.toolNanoUsd / NANO_PER_USD,
        original_cost: cost.originalNanoUsd / NANO_PER_USD,
        discount_amount: cost.discountNanoUsd / NANO_PER_USD,
        margin_total_amount: cost.marginNanoUsd / NANO_PER_USD,
        total_cost: cost.nanoUsd / NANO_PER_USD,
      };
}

/** `metadata` of contract 8.3: what the gateway knows of the caller, and the caller's own under `requester_metadata`. */
function toMetadata(event: CallFinished): JsonObject {
  const { details } = event;
  return {
    user_api_key_hash: details?.keyHash ?? null,
    user_api_key_alias: null,
    user_api_key_spend: null,
    user_api_key_max_budget: null,
    user_api_key_budget_reset_at: null,
    user_api_key_org_id: null,
    user_api_key_team_id: null,
    user_api_key_project_id: null,
    user_api_key_user_id: null,
    user_api_key_user_email: null,
    user_api_key_team_alias: null,
    user_api_key_end_user_id: details?.endUser ?? null,
    user_api_key_request_route: event.path,
    user_api_key_auth_metadata: null,
    spend_logs_metadata: readDetails(event).spendLogsMetadata ?? null,
    requester_ip_address: details?.clientAddress ?? null,
    user_agent: details?.userAgent ?? null,
    requester_metadata: readDetails(event).metadata,
    requester_custom_headers: null,
    prompt_management_metadata: null,
    mcp_tool_call_metadata: null,
    vector_store_request_metadata: null,
    applied_guardrails: [],
    usage_object: event.usage === undefined ? null : toUsageObject(event.usage),
    cold_storage_object_key: null,
  };
}

/** The status of a failure as text, empty where there was none: a stream that broke off was answered with another one. */
export function errorStatusOf({ errorKind, status }: CallFinished): string {
  return errorKind === undefined ? "" : String(status >= 400 ? status : ERROR_POLICY[errorKind].status);
}

function toErrorInformation(event: CallFinished): JsonObject | null {
  const { errorKind, errorMessage, provider } = event;
  return errorKind === undefined
    ? null
    : {
        error_code: errorStatusOf(event),
        error_class: ERROR_POLICY[errorKind].exceptionClass ?? errorKind,
        llm_provider: provider ?? null,
        traceback: null,
        error_message: errorMessage ?? null,
      };
}

/** `hidden_params` of contract 8.3. */
export function toHiddenParams(event: CallFinished, costUsd: number | null): JsonObject {
  const { details } = event;
  return {
    model_id: event.deploymentId ?? null,
    cache_key: null,
    api_base: event.apiBase ?? null,
    response_cost: costUsd,
    litellm_overhead_time_ms: overheadMsOf(event),
    additional_headers: {
      x_ratelimit_remaining_requests: details?.remainingRequests ?? null,
      x_ratelimit_remaining_tokens: details?.remainingTokens ?? null,
    },
    batch_models: null,
    litellm_model_name: event.upstreamModel ?? null,
    usage_object: event.usage === undefined ? null : toUsageObject(event.usage),
  };
}

/** Milliseconds that the gateway took of its own: until the answer, of a stream until its first byte. */
export function overheadMsOf({ durationMs, firstByteMs, waitedMs, upstreamMs, isStream }: CallFinished): number {
  return Math.max(0, (isStream ? (firstByteMs ?? durationMs) : durationMs) - waitedMs - upstreamMs);
}

/** Milliseconds from the sending of the attempt that answered to the end of its answer; a stream passes at the vendor's pace. */
export function answerMsOf({ startedAtMs, durationMs, upstreamMs, isStream, attempts }: CallFinished): number {
  const sentAtMs = attempts.at(-1)?.startedAtMs;
  return isStream && sentAtMs !== undefined ? startedAtMs + durationMs - sentAtMs : upstreamMs;
}

/** What LiteLLM's payload has no place for. */
function toExtras(event: CallFinished): JsonObject {
  const { details, startedAt, startedAtMs } = event;
  const reader = readDetails(event);
  return {
    record_id: reader.recordId,
    call_id: event.callId,
    session_id: details?.sessionId ?? null,
    requested_model: event.requestedModel ?? null,
    status: event.status,
    error: event.errorKind ?? null,
    upstream_ms: event.upstreamMs,
    overhead_ms: overheadMsOf(event),
    first_byte_ms: event.firstByteMs ?? null,
    retries: event.retries,
    fallbacks: event.fallbacks,
    client_retries: event.clientRetries,
    attempts: event.attempts.map((attempt) => ({
      deployment: attempt.deploymentId,
      provider: attempt.provider,
      model: attempt.upstreamModel,
      start: (startedAt + attempt.startedAtMs - startedAtMs) / 1000,
      duration_ms: attempt.durationMs,
      failure: attempt.failure ?? null,
    })),
    dropped: event.dropped,
    request_bytes: event.requestBytes,
    response_bytes: event.responseBytes,
    finish_reasons: finishReasonsOf(reader.response),
    is_response_cut: details?.content?.isResponseCut ?? false,
    usage_estimated: event.usage?.isEstimated === true,
    price_source: event.cost?.source ?? null,
  };
}

/** Why each choice of an answer ended. */
export function finishReasonsOf(response: JsonObject | undefined): readonly string[] {
  return listOf(response?.["choices"])
    .map((choice) => (isObject(choice) ? choice["finish_reason"] : undefined))
    .filter((reason) => typeof reason === "string");
}
