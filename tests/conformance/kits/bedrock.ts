import {
  AWS_KEYS,
  awsError,
  awsEvent,
  awsException,
  checkAwsSignature,
  EVENT_STREAM,
} from "../../support/aws-rules.ts";
import { checkConverse } from "../../support/converse-rules.ts";
import type { RecordedRequest } from "../../support/recorded-request.ts";
import type { ScriptedReply } from "../../support/scripted-reply.ts";
import { defineKit } from "./vendor-kit.ts";

const usage = { inputTokens: 11, outputTokens: 7, totalTokens: 18 };
const metrics = { latencyMs: 5 };
const call = { toolUseId: "tooluse_kZJMlvQmRJ6eAyJE5GIl7Q", name: "look" };

const whole = (content: readonly unknown[], stopReason: string): { readonly body: unknown } => ({
  body: { output: { message: { role: "assistant", content } }, stopReason, usage, metrics },
});

const deltas = (...inner: readonly unknown[]): readonly Uint8Array[] =>
  inner.map((delta) => awsEvent("contentBlockDelta", { contentBlockIndex: 0, delta }));

const start = awsEvent("messageStart", { role: "assistant" });

const streamed = (stopReason: string, block: readonly Uint8Array[]) => ({
  headers: EVENT_STREAM,
  chunks: [
    start,
    ...block,
    awsEvent("contentBlockStop", { contentBlockIndex: 0 }),
    awsEvent("messageStop", { stopReason }),
    awsEvent("metadata", { usage, metrics }),
  ],
});

/** Exceptions by status. Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html (read 2026-11-28). */
const EXCEPTIONS: Readonly<Record<number, string>> = {
  401: "UnrecognizedClientException",
  403: "AccessDeniedException",
  404: "ResourceNotFoundException",
  408: "ModelTimeoutException",
  424: "ModelErrorException",
  429: "ThrottlingException",
  500: "InternalServerException",
  503: "ServiceUnavailableException",
};

/** A failure of Bedrock's with this status. */
export const bedrockError = (status: number, message: string): ScriptedReply =>
  awsError(status, EXCEPTIONS[status] ?? "ValidationException", message);

/** What a deployment of Bedrock needs. */
export const BEDROCK_PARAMS = {
  api_key: null,
  aws_access_key_id: AWS_KEYS.accessKeyId,
  aws_secret_access_key: AWS_KEYS.secretAccessKey,
  aws_region_name: "us-east-1",
};

/** Refuses what is no signed call of InvokeModel. */
export const checkInvoke = (request: RecordedRequest): ScriptedReply | undefined =>
  /^\/model\/[^/]+\/invoke(?:-with-response-stream)?$/.test(request.path)
    ? checkAwsSignature(request, { service: "bedrock" })
    : awsError(404, "UnknownOperationException", "");

/** Bedrock's Converse API. */
export const bedrockKit = defineKit({
  providers: ["bedrock"],
  operation: "chat",
  model: "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
  params: BEDROCK_PARAMS,
  check: (request) => {
    if (!/^\/(?:base\/)?model\/[^/]+\/converse(?:-stream)?$/.test(request.path)) {
      return awsError(404, "UnknownOperationException", "");
    }
    return checkAwsSignature(request, { service: "bedrock", region: "us-east-1" }) ?? checkConverse(request.json);
  },
  simple: whole([{ text: "caf\u00e9" }], "end_turn"),
  stream: streamed("end_turn", deltas({ text: "ca" }, { text: "f\u00e9" })),
  tool: whole([{ toolUse: { ...call, input: { at: "sea" } } }], "tool_use"),
  toolStream: streamed("tool_use", [
    awsEvent("contentBlockStart", { contentBlockIndex: 0, start: { toolUse: call } }),
    ...deltas({ toolUse: { input: '{"at":' } }, { toolUse: { input: '"sea"}' } }),
  ]),
  error: bedrockError,
  failingStream: {
    headers: EVENT_STREAM,
    chunks: [start, ...deltas({ text: "ca" }), awsException("serviceUnavailableException", "Bedrock is overloaded.")],
  },
  contextWindow: { status: 400, message: "Input is too long for requested model." },
});
