import { isObject } from "../../../src/core/json-values.ts";
import { checkAnthropicBody } from "../../support/anthropic-rules.ts";
import { awsError, awsEvent, awsException, EVENT_STREAM } from "../../support/aws-rules.ts";
import type { RecordedRequest } from "../../support/recorded-request.ts";
import type { ScriptedReply } from "../../support/scripted-reply.ts";
import { CLAUDE_ANSWERS } from "./anthropic.ts";
import { BEDROCK_PARAMS, bedrockError, checkInvoke } from "./bedrock.ts";
import { defineKit } from "./vendor-kit.ts";

const MODEL = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";

const invalid = (message: string): ScriptedReply => awsError(400, "ValidationException", message);

/** What Bedrock refuses beside Anthropic's own rules: the model and streaming are told by the path, the version by the body. */
const check = (request: RecordedRequest): ScriptedReply | undefined => {
  const refusal = checkInvoke(request);
  if (refusal !== undefined) return refusal;
  if (!isObject(request.json)) return invalid("Malformed input request, please reformat your input and try again.");
  const { anthropic_version: version, anthropic_beta: betas = [], ...body } = request.json;
  if (version !== "bedrock-2023-05-31") return invalid("anthropic_version: Field required");
  if (!Array.isArray(betas)) return invalid("anthropic_beta: Input should be a valid list");
  const own = ["model", "stream"].find((name) => body[name] !== undefined);
  if (own !== undefined) return invalid(`${own}: Extra inputs are not permitted`);
  const fault = checkAnthropicBody({ ...body, model: MODEL }, betas.join());
  return fault === undefined ? undefined : invalid(fault);
};

const dataOf = (frame: string): string => /^data: (.*)$/m.exec(frame)?.[1] ?? "";

/** Anthropic's events, each in a chunk of AWS' stream, with padding of any length. */
const wrapped = (frames: readonly string[]): readonly Uint8Array[] =>
  frames.map((frame) => awsEvent("chunk", { bytes: Buffer.from(dataOf(frame)).toString("base64"), p: "abcdefgh" }));

/**
 * Claude by InvokeModel.
 * Source: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages.html,
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModelWithResponseStream.html (read 2026-11-28).
 */
export const bedrockClaudeKit = defineKit({
  ...CLAUDE_ANSWERS,
  providers: ["bedrock"],
  model: `invoke/${MODEL}`,
  params: BEDROCK_PARAMS,
  check,
  stream: { headers: EVENT_STREAM, chunks: wrapped(CLAUDE_ANSWERS.stream.chunks) },
  toolStream: { headers: EVENT_STREAM, chunks: wrapped(CLAUDE_ANSWERS.toolStream.chunks) },
  failingStream: {
    headers: EVENT_STREAM,
    chunks: [
      ...wrapped(CLAUDE_ANSWERS.failingStream.chunks.slice(0, 2)),
      awsException("modelStreamErrorException", "The model is overloaded."),
    ],
  },
  error: bedrockError,
  contextWindow: { status: 400, message: "Input is too long for requested model." },
});
