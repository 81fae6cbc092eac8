import { expect, test } from "bun:test";
import { findAnswer } from "./find-answer.ts";

const find = (text: string): string | undefined => {
  const found = findAnswer(Buffer.from(text));
  return found?.bytes.toString("utf8", found.start, found.end);
};

test.each([
  ['{"id":1,"choices":[{"index":0,"message":{"content":"é}]"},"x":[]}],"usage":{}}', '{"content":"é}]"}'],
  [' { "choices" : [ { "message" : "m" } ] } ', '"m"'],
  ['{"choices":[{"text":"t"}]}', '"t"'],
  ['{"choices":[{"text":"t","message":null}]}', "null"],
  ['{"choices":1,"choices":[{"text":"t"}]}', '"t"'],
  ['{"choices":[{"message":3,"message":4,"text":5}]}', "4"],
  ['{"a":{},"choices":[{"b":[],"message":{}}],"c":""}', "{}"],
  ['{"choices":[{"message":1}], what stands behind is not looked at', "1"],
])("%s", (text, answer) => {
  expect(find(text)).toBe(answer);
});

test.each([
  '{"choices":[{"message":1},{"message":2}]}',
  '{"choices":[]}',
  '{"choices":[1]}',
  '{"choices":[{"message":1},2]}',
  '{"choices":[{"message":1,}]}',
  '{"a":1,}',
  '{"a":1 "choices":[{"message":1}]}',
  '{"choices":[{"message":1]}',
  '{"choices":[{"message":x}]}',
  '{"other":[{"message":1}]}',
  '{"choices":{"message":1}}',
  '{"choices":[{}]}',
  '{"results":[]}',
  "[]",
  "",
  '{"choices":[{"message":1}',
  '{"choices":[{}]',
  "{}",
  `{"choices":[{"message":${"[".repeat(600)}${"]".repeat(600)}}]}`,
])("nothing in %p", (text) => {
  expect(find(text)).toBeUndefined();
});
