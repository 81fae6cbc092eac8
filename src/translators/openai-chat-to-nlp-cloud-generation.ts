import { GatewayError } from "../core/errors.ts";
import { countOf, numberOf, objectOf, textOf, withoutUndefined } from "../core/json-values.ts";
import { readMaxTokens, readNumber, readStop, restOf } from "../dialects/openai/chat-params.ts";
import { writeChatCompletion, writeUsage } from "../dialects/openai/chat-reply.ts";
import { readMessages } from "../dialects/openai/chat-request.ts";
import { writeTranscript } from "../dialects/openai/transcript.ts";
import { defineTranslator } from "./define-translator.ts";

const FIELDS = {
  max_completion_tokens: "mapped",
  max_tokens: "mapped",
  stop: "mapped",
  stream: "emulated",
  stream_options: "emulated",
  temperature: "forwarded",
  top_p: "forwarded",
} as const;

/**
 * Chats as text generation of NLP Cloud. Its limit counts the tokens of the answer only because `length_no_input` says so.
 * Source: https://docs.nlpcloud.com/#generation by PyPI `nlpcloud` 1.1.47 and npm `nlpcloud` 2.0.8 (read 2026-11-28).
 */
export const openaiChatToNlpCloudGeneration = defineTranslator({
  from: "openai-chat",
  to: "nlp-cloud-generation",
  fields: FIELDS,
  request: (body, { ledger }) => {
    const { system, prompt } = writeTranscript(readMessages(body), ledger);
    const [end, ...more] = readStop(body);
    if (more.length > 0) {
      ledger.refuse("stop", "more than one stop sequence");
    }
    const maxTokens = readMaxTokens(body);
    return withoutUndefined({
      text: system === "" ? prompt : `${system}\n\n${prompt}`,
      max_length: maxTokens,
      length_no_input: maxTokens === undefined ? undefined : true,
      end_sequence: end,
      remove_end_sequence: end === undefined ? undefined : true,
      remove_input: true,
      temperature: readNumber(body, "temperature"),
      top_p: readNumber(body, "top_p"),
      ...restOf(body, FIELDS),
    });
  },
  response: (reply, context) => {
    const { generated_text: text, nb_input_tokens: prompt, nb_generated_tokens: answer } = objectOf(reply);
    const content = textOf(text);
    if (content === undefined) {
      throw new GatewayError("upstream-malformed", "the reply has no generated_text");
    }
    const hasUsage = numberOf(prompt) !== undefined || numberOf(answer) !== undefined;
    const usage = writeUsage({ promptTokens: countOf(prompt), completionTokens: countOf(answer) });
    const limit = context.request["max_completion_tokens"] ?? context.request["max_tokens"];
    const isCut = typeof limit === "number" && countOf(answer) >= limit;
    const choice = { message: { content }, finishReason: isCut ? "length" : "stop" };
    return writeChatCompletion(context, {}, [choice], hasUsage ? { usage } : {});
  },
});
