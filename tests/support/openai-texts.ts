import type { Body } from "./openai-error.ts";
import type { ScriptedReply } from "./scripted-reply.ts";

/** What a text reply is made from. */
export interface TextShape {
  readonly body: Body;
  readonly isAzure: boolean;
  readonly text: string;
  readonly streamChunks: number;
}

const CREATED = 1_704_089_632;

const PROMPT_FILTER = [{ prompt_index: 0, content_filter_results: { hate: { filtered: false, severity: "safe" } } }];

const usageOf = (text: string): Readonly<Record<string, number>> => {
  const completionTokens = text.split(" ").length;
  return { prompt_tokens: 12, completion_tokens: completionTokens, total_tokens: 12 + completionTokens };
};

const choiceCount = ({ body }: TextShape): number => (typeof body["n"] === "number" ? body["n"] : 1);

/** The model a vendor names in its reply: Azure says its own, OpenAI what was asked. */
const modelOf = (shape: TextShape): unknown => (shape.isAzure ? "gpt-35-turbo" : shape.body["model"]);

/** A text in `count` pieces that add up to it. */
const cutText = (text: string, count: number): readonly string[] => {
  const size = Math.max(1, Math.ceil(text.length / count));
  return Array.from({ length: Math.ceil(text.length / size) }, (_, index) =>
    text.slice(index * size, (index + 1) * size),
  );
};

const asksUsage = (body: Body): boolean => {
  const options = body["stream_options"];
  return (
    typeof options === "object" && options !== null && "include_usage" in options && options.include_usage === true
  );
};

/** Frames of a stream: the given chunks, then usage when it was asked for, then `[DONE]`. */
const toFrames = (shape: TextShape, base: Body, chunks: readonly Body[]): ScriptedReply => {
  const isUsageAsked = asksUsage(shape.body);
  const nulls = isUsageAsked ? { usage: null } : {};
  const frames = chunks.map((chunk) => JSON.stringify({ ...base, ...chunk, ...nulls }));
  if (isUsageAsked) frames.push(JSON.stringify({ ...base, choices: [], usage: usageOf(shape.text) }));
  return { chunks: [...frames, "[DONE]"].map((frame) => `data: ${frame}\n\n`) };
};

const streamChat = (shape: TextShape, base: Body): ScriptedReply => {
  const choice = (delta: Body, finishReason: string | null): Body => ({
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
  });
  const chunks = [
    ...(shape.isAzure ? [{ choices: [], prompt_filter_results: PROMPT_FILTER }] : []),
    choice({ role: "assistant", content: "", refusal: null }, null),
    ...cutText(shape.text, shape.streamChunks).map((content) => choice({ content }, null)),
    choice({}, "stop"),
  ];
  return toFrames(shape, { ...base, object: "chat.completion.chunk" }, chunks);
};

/** Answers a chat completion, whole or streamed. */
export const chatReply = (shape: TextShape): ScriptedReply => {
  const base = {
    id: "chatcmpl-8c5qbGTILZa1S4CK3b31yj5N40hFN",
    created: CREATED,
    model: modelOf(shape),
    system_fingerprint: null,
  };
  if (shape.body["stream"] === true) return streamChat(shape, base);
  const choices = Array.from({ length: choiceCount(shape) }, (_, index) => ({
    index,
    message: { role: "assistant", content: shape.text, refusal: null, annotations: [] },
    logprobs: null,
    finish_reason: "stop",
  }));
  const filter = shape.isAzure ? { prompt_filter_results: PROMPT_FILTER } : {};
  return { body: { ...base, object: "chat.completion", choices, usage: usageOf(shape.text), ...filter } };
};

/** Answers a text completion, whole or streamed. */
export const completionReply = (shape: TextShape): ScriptedReply => {
  const base = {
    id: "cmpl-uqkvlQyYK7bGYrRHQ0eXlWi7",
    object: "text_completion",
    created: CREATED,
    model: modelOf(shape),
  };
  const choice = (text: string, finishReason: string | null): Body => ({
    choices: [{ text, index: 0, logprobs: null, finish_reason: finishReason }],
  });
  if (shape.body["stream"] === true) {
    const pieces = cutText(shape.text, shape.streamChunks);
    return toFrames(shape, base, [...pieces.map((piece) => choice(piece, null)), choice("", "stop")]);
  }
  return { body: { ...base, ...choice(shape.text, "stop"), usage: usageOf(shape.text) } };
};
