import { describe, expect, test } from "bun:test";
import { cpuTimeMs } from "../../../tests/support/cpu-time.ts";
import { readLastUsage } from "./usage.ts";

const read = (text: string): unknown => readLastUsage(Buffer.from(text));
const usage = (promptTokens: number, completionTokens: number, rest: object = {}): object => ({
  promptTokens,
  completionTokens,
  totalTokens: promptTokens + completionTokens,
  cachedTokens: 0,
  reasoningTokens: 0,
  ...rest,
});

describe("usage is found", () => {
  test.each([
    [
      "in a whole reply",
      '{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}}',
      usage(3, 4),
    ],
    ["with spaces", '{ "usage" : { "prompt_tokens" : 3 , "completion_tokens" : 4 } }', usage(3, 4)],
    ["of embeddings", '{"usage":{"prompt_tokens":3,"total_tokens":3}}', usage(3, 0)],
    [
      "with details",
      '{"usage":{"prompt_tokens":9,"completion_tokens":8,"total_tokens":17,"prompt_tokens_details":{"cached_tokens":5},"completion_tokens_details":{"reasoning_tokens":6}}}',
      usage(9, 8, { cachedTokens: 5, reasoningTokens: 6 }),
    ],
    [
      "with details that are null",
      '{"usage":{"prompt_tokens":1,"completion_tokens":1,"prompt_tokens_details":null}}',
      usage(1, 1),
    ],
    ["below another key", '{"x_groq":{"id":"1","usage":{"prompt_tokens":3,"completion_tokens":4}}}', usage(3, 4)],
    [
      "behind a null",
      'data: {"usage":{"prompt_tokens":3,"completion_tokens":4}}\n\ndata: {"usage":null}\n\n',
      usage(3, 4),
    ],
    [
      "the last of several",
      '{"usage":{"prompt_tokens":1,"completion_tokens":1}} {"usage":{"prompt_tokens":2,"completion_tokens":2}}',
      usage(2, 2),
    ],
    [
      "with numbers that make no sense",
      '{"usage":{"prompt_tokens":-3,"completion_tokens":4.7,"total_tokens":1e999}}',
      usage(0, 4),
    ],
    ["of a total alone, the prompt's", '{"usage":{"total_tokens":3}}', usage(3, 0)],
    ["with a total of null", '{"usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":null}}', usage(3, 4)],
    [
      "with reasoning beside the answer, in the total alone",
      '{"usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":12,"completion_tokens_details":{"reasoning_tokens":5}}}',
      usage(3, 9, { reasoningTokens: 5 }),
    ],
    [
      "with reasoning at the top, in no sum",
      '{"usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7,"citation_tokens":8,"reasoning_tokens":5}}',
      usage(3, 9, { reasoningTokens: 5 }),
    ],
    [
      "with a total of its own",
      '{"usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":9}}',
      usage(3, 4, { totalTokens: 9 }),
    ],
    [
      "before one of zeros, and an empty one",
      '{"usage":{"prompt_tokens":3,"completion_tokens":4}} {"usage":{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}} {"usage":{}}',
      usage(3, 4),
    ],
  ])("%s", (_name, text, expected) => {
    expect(read(text)).toEqual(expected);
  });
});

test.each([
  "",
  "{}",
  '{"usage":null}',
  '{"usage":7}',
  '{"usage":{}}',
  '{"usage":{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0,"service_tier":"flex"}}',
  '{"usage":{"prompt_tokens":"3","completion_tokens":"4"}}',
  '{"usage":{"input_tokens":3,"output_tokens":4}}',
  '{"usage":',
  '{"usage":{"prompt_tokens":1',
  '{"usage":{"prompt_tokens":1,}}',
  '{"content":"\\"usage\\":{\\"prompt_tokens\\":1}"}',
  '{"usage_metadata":{"prompt_tokens":1}}',
])("%s has none", (text) => {
  expect(read(text)).toBeUndefined();
});

test("an object that is absurdly long is not read", () => {
  expect(read(`{"usage":{"x":"${"y".repeat(10_000)}","prompt_tokens":1}}`)).toBeUndefined();
});

test("many keys of the name do not take long", () => {
  const startedAtMs = cpuTimeMs();
  read('"usage"'.repeat(2_000_000));
  read('"usage":{'.repeat(2_000_000));
  expect(cpuTimeMs() - startedAtMs).toBeLessThan(1000);
});
