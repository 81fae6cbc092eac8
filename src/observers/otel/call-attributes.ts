import type { CallCost } from "../../core/call-cost.ts";
import type { CallFinished } from "../../core/call-event.ts";
import { listOf, numberOf, objectOf, objectsOf, textOf } from "../../core/json-values.ts";
import { scrubSecrets } from "../../core/scrub-secrets.ts";
import type { JsonObject } from "../../core/translation.ts";
import { type DetailsReader, readDetails, readParameters } from "../read-details.ts";
import { CALL_TYPES, errorStatusOf, overheadMsOf, toHiddenParams } from "../standard-payload.ts";
import { toInputMessages, toOutputMessages, toToolDefinitions, writeMessages } from "./gen-ai-messages.ts";
import { OPERATION_NAMES, toProviderName } from "./gen-ai-names.ts";
import { setServer } from "./server-address.ts";
import { type Attributes, toJson } from "./span-attributes.ts";

/** Everything that the span of a call says of it. */
export function setCallAttributes(attributes: Attributes, call: CallFinished, showsMessages: boolean): void {
  const reading = readDetails(call);
  const showsContent = showsMessages && call.details?.isRedacted !== true;
  setIdentity(attributes, call);
  setHttp(attributes, call);
  setParameters(attributes, call, readParameters(call, showsContent));
  setUsage(attributes, call);
  if (call.cost !== undefined) {
    setCost(attributes, call.cost);
  }
  setResponse(attributes, call, reading);
  if (showsContent) {
    setMessages(attributes, reading);
  }
  attributes.set("hidden_params", toJson(toHiddenParams(call, costUsdOf(call))));
  setMetadata(attributes, call, reading);
}

function setIdentity(attributes: Attributes, call: CallFinished): void {
  const { provider } = call;
  attributes.set("gen_ai.operation.name", OPERATION_NAMES[call.operation]);
  attributes.set("gen_ai.provider.name", provider === undefined ? undefined : toProviderName(provider));
  attributes.set("gen_ai.system", provider);
  attributes.set("gen_ai.request.model", call.upstreamModel ?? call.requestedModel);
  attributes.set("gen_ai.request.stream", call.isStream);
  attributes.set("gen_ai.conversation.id", call.details?.sessionId);
  attributes.set("llm.request.type", CALL_TYPES[call.operation]);
  attributes.set("llm.is_streaming", call.isStream ? "True" : "False"); // As LiteLLM writes it.
  attributes.set("llm.user", call.details?.endUser);
  attributes.set("portolan.call.id", call.callId);
  attributes.set("portolan.model_group", call.modelGroup);
  attributes.set("portolan.deployment.id", call.deploymentId);
  attributes.set("portolan.retries", call.retries);
  attributes.set("portolan.fallbacks", call.fallbacks);
  attributes.setDouble("portolan.overhead_ms", Math.round(overheadMsOf(call) * 1000) / 1000);
  attributes.set("portolan.dropped", call.dropped.length === 0 ? undefined : call.dropped);
}

function setHttp(attributes: Attributes, call: CallFinished): void {
  attributes.set("http.request.method", call.method);
  attributes.set("url.path", call.path);
  attributes.set("http.response.status_code", call.status);
  // 0 stands for a body that was not read, and for an answer of the gateway's own.
  attributes.set("http.request.body.size", call.requestBytes || undefined);
  attributes.set("http.response.body.size", call.responseBytes || undefined);
  attributes.set("user_agent.original", call.details?.userAgent);
  attributes.set("client.address", call.details?.clientAddress);
  setServer(attributes, call.apiBase);
  if (call.errorKind !== undefined) {
    attributes.set("error.type", call.errorKind);
    attributes.set("error.code", errorStatusOf(call));
    attributes.set("error.message", call.errorMessage === undefined ? undefined : scrubMessage(call.errorMessage));
  }
}

const MAX_MESSAGE = 2048;

const scrubMessage = (message: string): string => scrubSecrets(message.slice(0, MAX_MESSAGE));

function setParameters(attributes: Attributes, call: CallFinished, parameters: JsonObject): void {
  const { stop, n, modalities, encoding_format: format } = parameters;
  const maxTokens = parameters["max_completion_tokens"] ?? parameters["max_tokens"] ?? parameters["max_output_tokens"];
  attributes.set("gen_ai.request.max_tokens", numberOf(maxTokens));
  attributes.setDouble("gen_ai.request.temperature", numberOf(parameters["temperature"]));
  attributes.setDouble("gen_ai.request.top_p", numberOf(parameters["top_p"]));
  attributes.set("gen_ai.request.top_k", numberOf(parameters["top_k"]));
  attributes.setDouble("gen_ai.request.frequency_penalty", numberOf(parameters["frequency_penalty"]));
  attributes.setDouble("gen_ai.request.presence_penalty", numberOf(parameters["presence_penalty"]));
  attributes.set("gen_ai.request.seed", numberOf(parameters["seed"]));
  attributes.set("gen_ai.request.choice.count", n === 1 ? undefined : numberOf(n));
  attributes.set("gen_ai.request.stop_sequences", toTexts(typeof stop === "string" ? [stop] : stop));
  attributes.set("gen_ai.request.encoding_formats", toTexts(typeof format === "string" ? [format] : undefined));
  attributes.set("gen_ai.embeddings.dimension.count", numberOf(parameters["dimensions"]));
  const isJson = textOf(objectOf(parameters["response_format"])["type"])?.startsWith("json") === true;
  const isSpeech = listOf(modalities).includes("audio");
  const isText = call.operation === "chat" || call.operation === "completion";
  attributes.set("gen_ai.output.type", isText ? (isSpeech ? "speech" : isJson ? "json" : "text") : undefined);
}

/** A list's texts; `undefined` where there are none. */
function toTexts(value: unknown): readonly string[] | undefined {
  const texts = listOf(value).filter((item) => typeof item === "string");
  return texts.length === 0 ? undefined : texts;
}

function setUsage(attributes: Attributes, { usage, firstByteMs }: CallFinished): void {
  attributes.setDouble(
    "gen_ai.response.time_to_first_chunk",
    firstByteMs === undefined ? undefined : Math.round(firstByteMs * 1000) / 1_000_000,
  );
  attributes.set("gen_ai.usage.input_tokens", usage?.promptTokens);
  attributes.set("gen_ai.usage.output_tokens", usage?.completionTokens);
  attributes.set("gen_ai.usage.total_tokens", usage?.totalTokens);
  attributes.set("gen_ai.usage.prompt_tokens", usage?.promptTokens);
  attributes.set("gen_ai.usage.completion_tokens", usage?.completionTokens);
  attributes.set("gen_ai.usage.cache_read.input_tokens", usage?.cachedTokens);
  attributes.set("gen_ai.usage.cache_creation.input_tokens", usage?.details?.cacheWriteTokens || undefined);
  attributes.set("gen_ai.usage.reasoning.output_tokens", usage?.reasoningTokens);
  attributes.set("portolan.usage.estimated", usage?.isEstimated);
}

/** Dividing is exact where multiplying by a billionth is not. */
const NANO = 1e9;

const costUsdOf = ({ cost }: CallFinished): number | null => (cost === undefined ? null : cost.nanoUsd / NANO);

function setCost(attributes: Attributes, cost: CallCost): void {
  attributes.setDouble("gen_ai.cost.total_cost", cost.nanoUsd / NANO);
  attributes.setDouble("gen_ai.cost.input_cost", cost.inputNanoUsd / NANO);
  attributes.setDouble("gen_ai.cost.output_cost", cost.outputNanoUsd / NANO);
  attributes.setDouble("gen_ai.cost.tool_usage_cost", cost.toolNanoUsd / NANO);
  attributes.setDouble("gen_ai.cost.original_cost", cost.originalNanoUsd / NANO);
  attributes.setDouble("gen_ai.cost.discount_amount", cost.discountNanoUsd / NANO);
  attributes.setDouble("gen_ai.cost.margin_total_amount", cost.marginNanoUsd / NANO);
  attributes.set("portolan.cost.source", cost.source);
}

function setResponse(attributes: Attributes, call: CallFinished, reader: DetailsReader): void {
  const response = objectOf(reader.response);
  attributes.set("gen_ai.response.id", textOf(response["id"]) ?? call.callId); // Embeddings have no id of their own.
  attributes.set("gen_ai.response.model", textOf(response["model"]));
  const reasons = objectsOf(response["choices"]).map((choice) => choice["finish_reason"]);
  attributes.set("gen_ai.response.finish_reasons", toTexts(reasons));
}

function setMessages(attributes: Attributes, { request, response }: DetailsReader): void {
  const asked = toInputMessages(request);
  const answered = toOutputMessages(objectOf(response));
  const { maxLength } = attributes;
  attributes.set("gen_ai.input.messages", asked.length === 0 ? undefined : writeMessages(asked, maxLength));
  attributes.set("gen_ai.output.messages", answered.length === 0 ? undefined : writeMessages(answered, maxLength));
  const tools = toToolDefinitions(request);
  attributes.set("gen_ai.tool.definitions", tools.length === 0 ? undefined : toJson(tools));
}

/** Names of the gateway's own first, so that no caller writes them. */
function setMetadata(attributes: Attributes, { details, path }: CallFinished, reading: DetailsReader): void {
  attributes.set("metadata.user_api_key_request_route", path);
  if (details === undefined) {
    return;
  }
  attributes.set("metadata.user_api_key_hash", details.keyHash);
  attributes.set("metadata.user_api_key_end_user_id", details.endUser);
  attributes.set("metadata.requester_ip_address", details.clientAddress);
  attributes.set("metadata.user_agent", details.userAgent);
  attributes.set("metadata.spend_logs_metadata", toJson(reading.spendLogsMetadata));
  attributes.set("metadata.tags", details.tags.length === 0 ? undefined : details.tags);
  for (const [key, value] of Object.entries(reading.metadata)) {
    if (!OWN_METADATA.test(key)) {
      attributes.setMetadata(key, value);
    }
  }
}

/** What says who called is not for callers to say. */
const OWN_METADATA = /^(?:user_api_key_|requester_ip_address$)/;
