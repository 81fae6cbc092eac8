import { expect, test } from "bun:test";
import { readPlainUsage } from "./plain-usage.ts";
import { toUsage } from "./usage.ts";

const read = (text: string): unknown => {
  const bytes = Buffer.from(`..${text},"next":1}`);
  return readPlainUsage(bytes, 2, bytes.length);
};

/** Names with a meaning, and some without. */
const TOP = [
  "prompt_tokens",
  "completion_tokens",
  "total_tokens",
  "cache_read_input_tokens",
  "prompt_cache_hit_tokens",
  "cached_tokens",
  "cache_creation_input_tokens",
  "num_search_queries",
  "search_units",
  "citation_tokens",
  "reasoning_tokens",
  "prompt_cache_miss_tokens",
];
const PARTS = {
  prompt_tokens_details: ["cached_tokens", "audio_tokens", "image_tokens", "cache_write_tokens", "text_tokens"],
  completion_tokens_details: ["reasoning_tokens", "audio_tokens", "accepted_prediction_tokens"],
};
const VALUES = [0, 0, 0, 0, 1, 7, 1024, 999_999_999_999_999, null];

/** Numbers from 0 to below 1, the same in every run. */
function* numbers(): Generator<number, never> {
  for (let seed = 1; ; seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff) {
    yield seed / 0x80000000;
  }
}

const isRare = (usage: Readonly<Record<string, unknown>>): boolean =>
  toUsage(usage)?.details !== undefined || Boolean(usage["citation_tokens"]);

test("a plain usage is read as the parser reads it, in any order and spacing", () => {
  const random = numbers();
  const next = (): number => random.next().value;
  const some = (names: readonly string[]): [string, unknown][] =>
    names
      .filter(() => next() < 0.5)
      .map((name): [string, unknown] => [name, VALUES[Math.floor(next() * VALUES.length)]])
      .sort(() => next() - 0.5);
  let plain = 0;
  for (let round = 0; round < 5000; round++) {
    const parts = Object.entries(PARTS)
      .filter(() => next() < 0.5)
      .map(([name, names]): [string, unknown] => [name, next() < 0.2 ? null : Object.fromEntries(some(names))]);
    const usage = Object.fromEntries([...some(TOP), ...parts].sort(() => next() - 0.5));
    const found = read(JSON.stringify(usage, undefined, round % 3));
    const wanted = toUsage(usage);
    // What only some calls have is left to the parser.
    expect(found).toEqual(isRare(usage) ? undefined : wanted);
    plain += found === undefined ? 0 : 1;
  }
  expect(plain).toBeGreaterThan(500);
});

test.each([
  '{"prompt_tokens":1.5}',
  '{"prompt_tokens":1e3}',
  '{"prompt_tokens":-1}',
  '{"prompt_tokens":01}',
  '{"prompt_tokens":1234567890123456}',
  '{"prompt_tokens":"1"}',
  '{"prompt_tokens":nul}',
  '{"prompt_tokens":}',
  '{"prompt_tokens" 1}',
  '{"prompt\\u005ftokens":1}',
  '{"service_tier":"flex"}',
  '{"cache_creation":{"ephemeral_1h_input_tokens":1}}',
  '{"prompt_tokens_details":{"deeper":{}}}',
  '{"prompt_tokens":1',
  '{"prompt_tokens":1,',
  "{prompt_tokens:1}",
  "{",
])("%s is left to the parser", (text) => {
  const bytes = Buffer.from(text);
  expect(readPlainUsage(bytes, 0, bytes.length)).toBeUndefined();
});

test("nothing is read beyond the limit", () => {
  const bytes = Buffer.from('{"prompt_tokens":1}');
  expect(readPlainUsage(bytes, 0, bytes.length)).toMatchObject({ promptTokens: 1 });
  expect(readPlainUsage(bytes, 0, bytes.length - 1)).toBeUndefined();
});
