import { expect, test } from "bun:test";
import { replyContext } from "../../tests/support/translator-streams.ts";
import { GatewayError } from "../core/errors.ts";
import { openaiChatToNlpCloudGeneration as translator } from "./openai-chat-to-nlp-cloud-generation.ts";

const told: string[] = [];
const context = {
  model: "m",
  isStream: false,
  ledger: { drop: (path: string) => void told.push(path), refuse: (path: string) => void told.push(`!${path}`) },
  media: new Map(),
  options: {},
};

test("several turns are a transcript; a second stop sequence has no place", () => {
  const messages = [
    { role: "system", content: "Be brief" },
    { role: "user", content: "Hi" },
    { role: "assistant", content: "Hello" },
    { role: "user", content: "Bye" },
  ];
  expect(translator.request({ model: "m", messages, stop: ["a", "b"], temperature: 0 }, context)).toEqual({
    text: "Be brief\n\nUser: Hi\n\nAssistant: Hello\n\nUser: Bye\n\nAssistant:",
    end_sequence: "a",
    remove_end_sequence: true,
    remove_input: true,
    temperature: 0,
  });
  expect(told).toEqual(["!stop"]);
});

test.each([
  [{ max_tokens: 7 }, "length"],
  [{ max_completion_tokens: 8 }, "stop"],
  [{}, "stop"],
])("an answer of seven tokens to %j ends by %s", (request, finish) => {
  const reply = { generated_text: "Hi", nb_input_tokens: 1, nb_generated_tokens: 7 };
  expect(translator.response(reply, replyContext({ request }))).toMatchObject({
    choices: [{ message: { content: "Hi" }, finish_reason: finish }],
    usage: { prompt_tokens: 1, completion_tokens: 7, total_tokens: 8 },
  });
});

test("a reply without text is malformed, one without counts has no usage", () => {
  expect(() => translator.response({}, replyContext())).toThrow(GatewayError);
  expect(translator.response({ generated_text: "" }, replyContext())["usage"]).toBeUndefined();
});
