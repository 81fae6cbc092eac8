import { describe, expect, test } from "bun:test";
import { encode } from "gpt-tokenizer/encoding/cl100k_base";
import { scanObject } from "../wire/json-scan.ts";
import { decodeTokenInput } from "./embedding-token-ids.ts";

const decode = (input: string): string | undefined => decodeTokenInput(scanObject(Buffer.from(`{"input":${input}}`)));

test.each(['"text"', '["a","b"]', "[]", "null", "{}", "7"])("%s is no list of token ids", (input) => {
  expect(decode(input)).toBeUndefined();
});

test("a body without input has none", () => {
  expect(decodeTokenInput(scanObject(Buffer.from("{}")))).toBeUndefined();
});

test.each([
  ["[15339,1917]", '"hello world"'],
  ["[[15339,1917],[15339]]", '["hello world","hello"]'],
  ["[[15339],[]]", '["hello",""]'],
])("%s is %s", (input, text) => {
  expect(decode(input)).toBe(text);
});

test("every text comes back from the ids that it is made of", () => {
  for (const text of ["café 😀\n\ttab", "模型", "a".repeat(1000), '"quoted" \\ \u0000']) {
    expect(decode(JSON.stringify(encode(text)))).toBe(JSON.stringify(text));
  }
});

describe("what is no token id is the caller's fault", () => {
  test.each(["[1.5]", "[-1]", "[1,null]", "[[1],2]", "[null]", "[{}]", '[[1],"a"]', "[99999999]", "[true]"])(
    "%s",
    (input) => {
      expect(() => decode(input)).toThrow(expect.objectContaining({ kind: "invalid-request", param: "input" }));
    },
  );
});
