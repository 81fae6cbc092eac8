import { GatewayError } from "../core/errors.ts";
import { isObject, objectOf, objectsOf, textOf } from "../core/json-values.ts";
import type {
  ChunkSink,
  JsonObject,
  ReplyContext,
  RequestContext,
  StreamEvent,
  StreamTranslator,
} from "../core/translation.ts";
import { OLLAMA_FIELDS, writeOllamaFormat, writeOllamaParams } from "../dialects/ollama/params.ts";
import {
  failOf,
  readHead,
  readLogprobs,
  readOllamaReply,
  readToolCalls,
  readUsage,
  toFinishReason,
} from "../dialects/ollama/reply.ts";
import { readToolChoice, readTools } from "../dialects/openai/chat-params.ts";
import { ChunkWriter, writeChatCompletion } from "../dialects/openai/chat-reply.ts";
import {
  type ChatMessage,
  type ContentPart,
  contentText,
  parseArguments,
  readDataUrl,
  readMessages,
  remoteImageUrls,
} from "../dialects/openai/chat-request.ts";
import { defineTranslator } from "./define-translator.ts";

const FIELDS = {
  ...OLLAMA_FIELDS,
  function_call: "emulated",
  functions: "mapped",
  logprobs: "forwarded",
  max_completion_tokens: "mapped",
  reasoning_effort: "mapped",
  response_format: "mapped",
  tool_choice: "emulated",
  tools: "mapped",
  top_logprobs: "forwarded",
} as const;

/**
 * Chats with Ollama's own API, which takes what its OpenAI-compatible one has no place for: `num_ctx` and other options,
 * `keep_alive`, images behind URLs (fetched by the gateway). Parameters that it does not know are sent as `options`.
 * It cannot be made to call a tool: `tool_choice` is `auto`, or `none` (the tools are left out).
 * Sources: https://docs.ollama.com/api/chat, https://docs.ollama.com/capabilities/tool-calling,
 * https://docs.ollama.com/capabilities/thinking (read 2026-11-28); npm `ollama` 0.6.4; github.com/ollama/ollama `openai/openai.go`.
 */
export const openaiChatToOllamaChat = defineTranslator({
  from: "openai-chat",
  to: "ollama-chat",
  framing: "json-lines",
  fields: FIELDS,
  mediaUrls: remoteImageUrls,
  request: (body, context) => {
    const messages = readMessages(body);
    const names = readCallNames(messages);
    return {
      model: context.model,
      messages: messages.map((message) => writeMessage(message, names, context)),
      stream: context.isStream,
      ...writeTools(body, context),
      ...(typeof body["logprobs"] === "boolean" ? { logprobs: body["logprobs"] } : {}),
      ...(typeof body["top_logprobs"] === "number" ? { top_logprobs: body["top_logprobs"] } : {}),
      ...writeOllamaFormat(body),
      ...writeOllamaParams(body, FIELDS),
    };
  },
  response: (reply, context) => {
    const read = readOllamaReply(reply);
    const { message } = read;
    if (!isObject(message)) {
      throw new GatewayError("upstream-malformed", "the reply has no message");
    }
    const calls = readToolCalls(message, context.id, 0);
    const content = textOf(message["content"]) ?? "";
    const thinking = textOf(message["thinking"]);
    const logprobs = readLogprobs(read);
    const choice = {
      message: {
        content: content === "" && calls.length > 0 ? null : content,
        ...(thinking ? { reasoning_content: thinking } : {}),
        ...(calls.length === 0 ? {} : { tool_calls: calls }),
      },
      finishReason: toFinishReason(read["done_reason"], calls.length > 0),
      ...(logprobs === undefined ? {} : { logprobs }),
    };
    const usage = readUsage(read);
    return writeChatCompletion(context, readHead(read), [choice], usage === undefined ? {} : { usage });
  },
  stream: (context) => new OllamaStream(context),
});

function writeMessage(message: ChatMessage, names: ReadonlyMap<string, string>, context: RequestContext): JsonObject {
  const { role, content, path, raw } = message;
  if (message.name !== undefined && role !== "tool") {
    context.ledger.drop(`${path}.name`);
  }
  const images = content.flatMap((part) => writeImage(part, context));
  const written = {
    role,
    content: contentText(content),
    ...(images.length === 0 ? {} : { images }),
  };
  if (role === "tool") {
    const name = names.get(message.toolCallId ?? "") ?? message.name;
    return name === undefined ? written : { ...written, tool_name: name };
  }
  const thinking = role === "assistant" ? readThinking(raw) : "";
  return {
    ...written,
    ...(thinking === "" ? {} : { thinking }),
    ...(message.toolCalls.length === 0
      ? {}
      : {
          tool_calls: message.toolCalls.map((call) => ({
            function: { name: call.name, arguments: parseArguments(call.arguments) },
          })),
        }),
  };
}

/** Names of called tools by the ids of the calls; where ids repeat, the last call is meant. */
const readCallNames = (messages: readonly ChatMessage[]): ReadonlyMap<string, string> =>
  new Map(messages.flatMap(({ toolCalls }) => toolCalls.map(({ id, name }) => [id, name] as const)));

function readThinking(message: JsonObject): string {
  const blocks = objectsOf(message["thinking_blocks"]).map((block) => textOf(block["thinking"]) ?? "");
  return textOf(message["reasoning_content"]) ?? blocks.join("");
}

function writeImage(part: ContentPart, { ledger, media }: RequestContext): readonly string[] {
  switch (part.kind) {
    case "text":
    case "refusal":
      return [];
    case "image": {
      if (part.detail !== undefined) {
        ledger.drop(`${part.path}.image_url.detail`);
      }
      const data = readDataUrl(part.url, `${part.path}.image_url.url`) ?? media.get(part.url);
      if (data === undefined) {
        ledger.refuse(part.path, "images other than data URLs and http(s) URLs");
        return [];
      }
      return [data.base64];
    }
    case "audio":
    case "file":
      ledger.refuse(part.path, `parts of type '${String(part.raw["type"])}'`);
      return [];
    case "other":
      ledger.refuse(part.path, `parts of type '${part.type}'`);
      return [];
    default:
      return part satisfies never;
  }
}

function writeTools(body: JsonObject, { ledger }: RequestContext): JsonObject {
  const { functions, others } = readTools(body);
  for (const { path, type } of others) {
    ledger.refuse(path, `tools of type '${type}'`);
  }
  const choice = readToolChoice(body);
  if (choice !== undefined && choice !== "auto" && choice !== "none") {
    ledger.refuse(
      body["tool_choice"] === undefined ? "function_call" : "tool_choice",
      "calls of tools that must be made",
    );
  }
  if (functions.length === 0 || choice === "none") {
    return {};
  }
  const tools = functions.map(({ name, description, parameters }) => ({
    type: "function",
    function: {
      name,
      ...(description === undefined ? {} : { description }),
      parameters: parameters ?? { type: "object", properties: {} },
    },
  }));
  return { tools };
}

class OllamaStream implements StreamTranslator {
  readonly #writer: ChunkWriter;
  readonly #context: ReplyContext;
  #callCount = 0;
  #isDone = false;
  #usage: JsonObject | undefined;

  constructor(context: ReplyContext) {
    this.#context = context;
    this.#writer = new ChunkWriter(context);
  }

  event({ data }: StreamEvent, sink: ChunkSink): void {
    const line = objectOf(JSON.parse(data));
    if (this.#isDone || failOf(line, sink)) {
      return;
    }
    this.#writer.setHead(readHead(line));
    this.#sendMessage(objectOf(line["message"]), readLogprobs(line), sink);
    this.#usage = readUsage(line) ?? this.#usage;
    if (line["done"] === true) {
      this.#isDone = true;
      this.#writer.finish(sink, toFinishReason(line["done_reason"], this.#callCount > 0));
    }
  }

  #sendMessage(message: JsonObject, logprobs: JsonObject | undefined, sink: ChunkSink): void {
    const thinking = textOf(message["thinking"]);
    const content = textOf(message["content"]);
    if (thinking) {
      this.#writer.delta(sink, { reasoning_content: thinking });
    }
    if (content || logprobs !== undefined) {
      this.#writer.delta(sink, { content: content ?? "" }, { logprobs });
    }
    const calls = readToolCalls(message, this.#context.id, this.#callCount);
    if (calls.length > 0) {
      const from = this.#callCount;
      this.#callCount += calls.length;
      this.#writer.delta(sink, { tool_calls: calls.map((call, at) => ({ index: from + at, ...call })) });
    }
  }

  end(): boolean {
    return this.#isDone;
  }

  get usage(): JsonObject | undefined {
    return this.#usage;
  }
}
