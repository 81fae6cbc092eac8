import { isObject } from "../core/json-values.ts";
import type { Operation } from "../core/operation.ts";
import type { JsonObject } from "../core/translation.ts";
import { toChunks } from "../dialects/openai/whole-as-stream.ts";
import { writeBase64Floats } from "../wire/base64-floats.ts";
import { defineProvider, type InProcessReply, type InProcessRequest } from "./provider.ts";

const DEMO_TEXT =
  "This is Portolan's built-in demo model. It works without a network and always says the same. " +
  "Set a provider's key (for example OPENAI_API_KEY) or pass --config to reach real models.";

/** Numbers in a demo embedding; small, so that it can be read on a terminal. */
const EMBEDDING_SIZE = 8;

type Answer = (request: InProcessRequest) => InProcessReply;

const json = (value: unknown): InProcessReply => ({ status: 200, frames: [JSON.stringify(value)] });

const toStream = (chunks: readonly JsonObject[]): InProcessReply => ({
  status: 200,
  frames: [...chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`), "data: [DONE]\n\n"],
});

/** Usage that every canned answer reports (contract 2.6, `mock_response`). */
const USAGE = { prompt_tokens: 10, completion_tokens: 20, total_tokens: 30 };

/** Errors that `mock_response` can ask for by name (contract 2.6). */
const MAGIC_ERRORS: Readonly<Record<string, readonly [status: number, code: string, message: string]>> = {
  "litellm.RateLimitError": [429, "rate_limit_exceeded", "this is a mock rate limit error"],
  "litellm.ContextWindowExceededError": [400, "context_length_exceeded", "this is a mock context window error"],
  "litellm.InternalServerError": [500, "server_error", "this is a mock internal server error"],
};

/** Breaks a stream off in its midst; without a stream an ordinary failure. */
const STREAMING_ERROR = "Exception: mock_streaming_error";

function findMockError(text: string): InProcessReply | undefined {
  const isBreaking = text.startsWith(STREAMING_ERROR);
  const magic =
    (isBreaking ? ([529, "overloaded", text] as const) : undefined) ??
    (Object.hasOwn(MAGIC_ERRORS, text) ? MAGIC_ERRORS[text] : undefined) ??
    (text.startsWith("Exception: content_filter_policy")
      ? ([400, "content_policy_violation", text] as const)
      : undefined);
  if (magic === undefined) {
    return undefined;
  }
  const [status, code, message] = magic;
  return { status, frames: [JSON.stringify({ error: { message, type: "mock_error", param: null, code } })] };
}

const cannedText = ({ mockResponse }: InProcessRequest): string =>
  typeof mockResponse === "string" ? mockResponse : DEMO_TEXT;

/** A message with the tool calls asked for has no text, unless one is asked for too. */
const cannedContent = (request: InProcessRequest): string | null =>
  request.mockToolCalls !== undefined && typeof request.mockResponse !== "string" ? null : cannedText(request);

function choiceCount(body: Readonly<Record<string, unknown>>): number {
  const count = body["n"];
  return typeof count === "number" && Number.isInteger(count) && count >= 1 && count <= 128 ? count : 1;
}

const answerChat: Answer = (request) => {
  const { body, created, isStream, mockResponse, model } = request;
  if (isObject(mockResponse)) {
    return isStream ? toStream(toChunks(mockResponse, wantsUsage(body))) : json(mockResponse);
  }
  const text = cannedText(request);
  const breaksOff = isStream && text.startsWith(STREAMING_ERROR);
  const failure = breaksOff ? undefined : findMockError(text);
  if (failure !== undefined) {
    return failure;
  }
  const indexes = Array.from({ length: choiceCount(body) }, (_, index) => index);
  const head = { id: "chatcmpl-demo", created, model };
  const content = cannedContent(request);
  const calls = request.mockToolCalls;
  const reason = calls === undefined ? "stop" : "tool_calls";
  if (!isStream) {
    const message = { role: "assistant", content, ...(calls === undefined ? {} : { tool_calls: calls }) };
    const choices = indexes.map((index) => ({ index, message, finish_reason: reason }));
    return json({ ...head, object: "chat.completion", choices, usage: USAGE });
  }
  const frame = (choices: readonly unknown[], rest: object = {}): string =>
    `data: ${JSON.stringify({ ...head, object: "chat.completion.chunk", choices, ...rest })}\n\n`;
  const delta = (value: object, reason: string | null): string =>
    frame(indexes.map((index) => ({ index, delta: value, finish_reason: reason })));
  const frames = [delta({ role: "assistant", content: content === null ? null : "" }, null)];
  frames.push(...(content === null ? [] : splitWords(content)).map((piece) => delta({ content: piece }, null)));
  if (calls !== undefined) {
    frames.push(delta({ tool_calls: calls.map((call, index) => ({ index, ...(call as object) })) }, null));
  }
  if (breaksOff) {
    return { status: 200, frames, breaksWith: text };
  }
  frames.push(delta({}, reason));
  if (wantsUsage(body)) {
    frames.push(frame([], { usage: USAGE }));
  }
  return { status: 200, frames: [...frames, "data: [DONE]\n\n"] };
};

const answerCompletion: Answer = (request) => {
  const { created, isStream, model } = request;
  const text = cannedText(request);
  const failure = findMockError(text);
  if (failure !== undefined) {
    return failure;
  }
  const head = { id: "cmpl-demo", object: "text_completion", created, model };
  const choice = (piece: string, reason: string | null): object => ({
    index: 0,
    text: piece,
    logprobs: null,
    finish_reason: reason,
  });
  if (!isStream) {
    return json({ ...head, choices: [choice(text, "stop")], usage: USAGE });
  }
  const frame = (choices: readonly unknown[], rest: object = {}): string =>
    `data: ${JSON.stringify({ ...head, choices, ...rest })}\n\n`;
  const frames = [...splitWords(text).map((piece) => frame([choice(piece, null)])), frame([choice("", "stop")])];
  if (wantsUsage(request.body)) {
    frames.push(frame([], { usage: USAGE }));
  }
  return { status: 200, frames: [...frames, "data: [DONE]\n\n"] };
};

const answerEmbedding: Answer = ({ body, model }) => {
  const { input } = body;
  const isOne = typeof input === "string" || (Array.isArray(input) && typeof input[0] === "number");
  const items: readonly unknown[] = isOne || !Array.isArray(input) ? [input] : input;
  const data = items.map((item, index) => {
    const vector = toDemoVector(JSON.stringify(item) ?? "");
    const embedding = body["encoding_format"] === "base64" ? writeBase64Floats(vector) : vector;
    return { object: "embedding", index, embedding };
  });
  return json({ object: "list", data, model, usage: { prompt_tokens: 10, total_tokens: 10 } });
};

const MODERATION_CATEGORIES: readonly string[] = [
  "harassment",
  "harassment/threatening",
  "hate",
  "hate/threatening",
  "self-harm",
  "self-harm/instructions",
  "self-harm/intent",
  "sexual",
  "sexual/minors",
  "violence",
  "violence/graphic",
];

const answerModeration: Answer = ({ body, model }) => {
  const items: readonly unknown[] = Array.isArray(body["input"]) ? body["input"] : [body["input"]];
  const fill = <Value>(value: Value): Record<string, Value> =>
    Object.fromEntries(MODERATION_CATEGORIES.map((name) => [name, value]));
  const results = items.map(() => ({ flagged: false, categories: fill(false), category_scores: fill(0) }));
  return json({ id: "modr-demo", model, results });
};

/** Ranks documents by how many of the query's words they have. */
const answerRerank: Answer = ({ body }) => {
  const words = splitWords(String(body["query"]).toLowerCase()).map((word) => word.trim());
  const documents: readonly unknown[] = Array.isArray(body["documents"]) ? body["documents"] : [];
  const scored = documents.map((document, index) => {
    const text = (typeof document === "string" ? document : JSON.stringify(document)).toLowerCase();
    return { index, relevance_score: words.filter((word) => text.includes(word)).length / words.length };
  });
  const limit = typeof body["top_n"] === "number" ? body["top_n"] : documents.length;
  const results = scored.sort((left, right) => right.relevance_score - left.relevance_score).slice(0, limit);
  return json({ id: "rerank-demo", results, meta: { billed_units: { search_units: 1 } } });
};

const ANSWERS: Readonly<Record<Operation, Answer>> = {
  chat: answerChat,
  completion: answerCompletion,
  embedding: answerEmbedding,
  moderation: answerModeration,
  rerank: answerRerank,
};

function splitWords(text: string): string[] {
  return text.match(/\S+\s*/g) ?? [text];
}

function wantsUsage(body: Readonly<Record<string, unknown>>): boolean {
  const options = body["stream_options"];
  return (
    typeof options === "object" && options !== null && "include_usage" in options && options.include_usage === true
  );
}

/** A vector that depends on the text alone, of length one. */
function toDemoVector(text: string): number[] {
  const sums = new Array<number>(EMBEDDING_SIZE).fill(0);
  for (let at = 0; at < text.length; at++) {
    const slot = at % EMBEDDING_SIZE;
    sums[slot] = (sums[slot] ?? 0) + Math.sin(text.charCodeAt(at) * (at + 1));
  }
  const length = Math.hypot(...sums) || 1;
  return sums.map((value) => Math.fround(value / length));
}

/** Answers in the process, without a network: the `demo` model, `mock_response`, and tests. */
export const mock = defineProvider({
  name: "mock",
  source: "built in",
  baseUrl: "https://mock.invalid",
  authorization: { env: [], optional: true, header: (key) => ["authorization", `Bearer ${key}`] },
  routes: {
    chat: { dialect: "openai-chat", path: "/chat/completions" },
    completion: { dialect: "openai-completion", path: "/completions" },
    embedding: { dialect: "openai-embedding", path: "/embeddings" },
    moderation: { dialect: "openai-moderation", path: "/moderations" },
    rerank: { dialect: "cohere-rerank", path: "/rerank" },
  },
  answer: (request) => ANSWERS[request.operation](request),
});
