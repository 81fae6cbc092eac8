import { expect, test } from "bun:test";
import { readAnswerTexts } from "./answer-texts.ts";

const frames = (...chunks: readonly object[]): string =>
  chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join("");
const delta = (fields: object, index = 0): object => ({ choices: [{ index, delta: fields }] });

test("a stream's pieces are put together: text, thoughts, calls of tools, each choice apart", () => {
  const call = (fields: object): object => delta({ tool_calls: [{ index: 0, function: fields }] });
  const stream = frames(
    delta({ role: "assistant", content: "Hel" }),
    delta({ reasoning_content: "hm" }),
    delta({ content: "lo" }),
    delta({ content: "Bye" }, 1),
    call({ name: "look_up", arguments: '{"a"' }),
    call({ arguments: ":1}" }),
  );
  const texts = readAnswerTexts(`: comment\n\n${stream}data: [DONE]\n\n`);
  expect([...texts].sort()).toEqual(["Bye", "Hello", "hm", "look_up", '{"a":1}'].sort());
});

test("text completions and whole answers", () => {
  expect(readAnswerTexts(frames({ choices: [{ text: "a" }] }, { choices: [{ text: "b" }] }))).toEqual(["ab"]);
  expect(readAnswerTexts('{"choices":[{"message":{"content":"hi","tool_calls":null}}]}')).toEqual(["hi"]);
  expect(readAnswerTexts('{"choices":[{"message":{"content":[{"type":"text","text":"hi"}]}}]}')).toEqual(["hi"]);
});

test.each([
  "",
  "{",
  "data: {",
  "data: 7\n\n",
  'data: {"choices":7}\n\n',
  'data: {"choices":[null,7,{"delta":[]}]}\n\n',
  `data: ${"[".repeat(100_000)}\n\n`,
  `{"choices":${"[".repeat(100_000)}`,
  '{"choices":[{"index":"__proto__","delta":{"content":{"a":1}}}]}',
])("what cannot be read counts nothing", (answer) => {
  expect(readAnswerTexts(answer)).toEqual([]);
});
