import { GatewayError } from "../core/errors.ts";
import { isObject, numberOf, objectOf, objectsOf, textOf } from "../core/json-values.ts";
import type { ChunkSink, JsonObject, ReplyContext, StreamEvent, StreamTranslator } from "../core/translation.ts";
import { readStop, readToolChoice, readTools } from "../dialects/openai/chat-params.ts";
import { readMessages } from "../dialects/openai/chat-request.ts";
import { refuseOtherModel } from "../dialects/watsonx/model.ts";
import { defineTranslator } from "./define-translator.ts";

/** Parameters that watsonx.ai spells otherwise than OpenAI; all others that it knows go under their own names. */
const RESPELLED: ReadonlySet<string> = new Set([
  ...["model", "messages", "stream", "stream_options", "stop", "tools", "functions", "tool_choice", "function_call"],
]);

/**
 * Chats of IBM's watsonx.ai: OpenAI's messages, tools and choices, with `model_id` for the model, a place of its own for general
 * tool choices, and a project or space (`project_id`, `space_id`: parameters of the deployment) in every body.
 * Source: https://cloud.ibm.com/apidocs/watsonx-ai#text-chat; PyPI ibm-watsonx-ai 1.8.1;
 * https://ibm.github.io/watsonx-ai-node-sdk/ (`TextChatResponse`, `TextChatStreamItem`) (read 2026-11-28).
 */
export const openaiChatToWatsonxChat = defineTranslator({
  from: "openai-chat",
  to: "watsonx-chat",
  fields: {
    frequency_penalty: "forwarded",
    function_call: "mapped",
    functions: "mapped",
    logit_bias: "forwarded",
    logprobs: "forwarded",
    max_completion_tokens: "forwarded",
    max_tokens: "forwarded",
    n: "forwarded",
    presence_penalty: "forwarded",
    reasoning_effort: "forwarded",
    response_format: "forwarded",
    seed: "forwarded",
    stop: "mapped",
    stream: "mapped",
    stream_options: "emulated",
    temperature: "forwarded",
    tool_choice: "mapped",
    tools: "mapped",
    top_logprobs: "forwarded",
    top_p: "forwarded",
  },
  request: (body, { model, ledger }) => {
    readMessages(body);
    refuseOtherModel(body, ledger);
    const stop = readStop(body);
    const forwarded = Object.entries(body).filter(([name, value]) => !RESPELLED.has(name) && value !== null);
    return {
      ...Object.fromEntries(forwarded),
      model_id: model,
      messages: body["messages"],
      ...(stop.length === 0 ? {} : { stop }),
      ...toToolFields(body),
    };
  },
  response: (reply, context) => {
    const { choices, usage, ...rest } = objectOf(reply);
    if (!Array.isArray(choices)) {
      throw new GatewayError("upstream-malformed", "the reply has no choices");
    }
    return {
      ...toHead(rest, context, "chat.completion"),
      choices: choices.map((choice: unknown, index) => toChoice(objectOf(choice), index)),
      usage: toWatsonxUsage(usage) ?? { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
      system_fingerprint: null,
    };
  },
  stream: (context) => new WatsonxStream(context),
});

function toToolFields(body: JsonObject): JsonObject {
  const { functions, others } = readTools(body);
  const tools = [
    ...functions.map(({ raw }) => (isObject(raw["function"]) ? raw : { type: "function", function: raw })),
    ...others.map(({ raw }) => raw),
  ];
  const choice = readToolChoice(body);
  return {
    ...(tools.length === 0 ? {} : { tools }),
    ...(choice === undefined || tools.length === 0
      ? {}
      : typeof choice === "string"
        ? { tool_choice_option: choice }
        : { tool_choice: { type: "function", function: { name: choice.name } } }),
  };
}

const toChoice = (choice: JsonObject, index: number): JsonObject => ({
  index,
  ...choice,
  message: { role: "assistant", content: null, ...objectOf(choice["message"]) },
});

function toHead({ id, created, model_id: model }: JsonObject, context: ReplyContext, object: string): JsonObject {
  return {
    id: textOf(id) ?? context.id,
    object,
    created: numberOf(created) ?? context.created,
    model: textOf(model) ?? context.model,
  };
}

function toWatsonxUsage(usage: unknown): JsonObject | undefined {
  if (!isObject(usage)) {
    return undefined;
  }
  const prompt = numberOf(usage["prompt_tokens"]) ?? 0;
  const completion = numberOf(usage["completion_tokens"]) ?? 0;
  return {
    ...usage,
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: numberOf(usage["total_tokens"]) ?? prompt + completion,
  };
}

/** Events are OpenAI's chunks with other names at their head; an `error` event tells a failure. */
class WatsonxStream implements StreamTranslator {
  readonly #context: ReplyContext;
  #isFinished = false;
  usage: JsonObject | undefined = undefined;

  constructor(context: ReplyContext) {
    this.#context = context;
  }

  event({ event, data }: StreamEvent, sink: ChunkSink): void {
    if (data === "" || data === "[DONE]") {
      return;
    }
    const chunk = objectOf(JSON.parse(data));
    if (event === "error" || Array.isArray(chunk["errors"])) {
      const [first = {}] = objectsOf(chunk["errors"]);
      const status = numberOf(chunk["status_code"]) ?? 500;
      const code = textOf(first["code"]);
      const message = textOf(first["message"]) ?? textOf(chunk["message"]) ?? data;
      sink.fail({ status, message, ...(code === undefined ? {} : { code }) });
      return;
    }
    this.usage = toWatsonxUsage(chunk["usage"]) ?? this.usage;
    const choices = objectsOf(chunk["choices"]);
    this.#isFinished ||= choices.some(
      ({ finish_reason: reason }) => reason !== undefined && reason !== null && reason !== "",
    );
    if (choices.length > 0) {
      sink.chunk({ ...toHead(chunk, this.#context, "chat.completion.chunk"), choices: choices.map(toStreamChoice) });
    }
  }

  end(): boolean {
    return this.#isFinished;
  }
}

/** A choice whose tool calls have an index each, and a reason for the end or none. */
function toStreamChoice(choice: JsonObject, position: number): JsonObject {
  const { delta, finish_reason: reason } = choice;
  const { tool_calls: calls, ...said } = objectOf(delta);
  const list = objectsOf(calls).map((call, index) => ({ index, ...call }));
  return {
    index: position,
    ...choice,
    delta: list.length === 0 ? said : { ...said, tool_calls: list },
    finish_reason: reason === "" || reason === undefined ? null : reason,
  };
}
