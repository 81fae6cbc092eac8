import { describe, expect, test } from "bun:test";
import * as cl100k from "gpt-tokenizer/encoding/cl100k_base";
import * as o200k from "gpt-tokenizer/encoding/o200k_base";
import { loadTokenEncoding } from "./token-encoding.ts";

const REFERENCES = { cl100k_base: cl100k, o200k_base: o200k } as const;
const NAMES = ["cl100k_base", "o200k_base"] as const;
const TEXT_ONLY = { disallowedSpecial: new Set<string>() };

/** Texts in which each rule of splitting, and each length of UTF-8, has its turn. */
const TEXTS = [
  "",
  " ",
  "a",
  "hello world",
  "I'll say it's what they'VE'd've",
  "1234567 + 12.5 = 3,14",
  "\n\n  \t\r\n x\u00a0 y\u2003z   ",
  "camelCaseAndSNAKE_CASE/paths//like\\this",
  "<|endoftext|><|im_start|>",
  "Größenänderungsvorgänge, naïve café",
  "Что это? Это — текст.",
  "模型的输出在这里，日本語のテキスト、한국어",
  "मशीन लर्निंग และภาษาไทย עברית العربية",
  "👩‍👩‍👧‍👦 flags 🇩🇪🇫🇷 e\u0301 \u0000\u0007",
  "a\ud800b\udc00",
  "antidisestablishmentarianismpneumonoultramicroscopicsilicovolcanoconiosis",
  '{"key":[1,2,{"nested":true}],"text":"\\u00e9\\n"}',
  "  indented(code) {\n\treturn `x`;\n  }\n",
];

/** Alphabets of a random text's characters. */
const ALPHABETS = [
  "etaoin shrdlu",
  "AbC'sT ve\n\t/",
  "09 .,-",
  "äéß ñ",
  "漢字かな交",
  "🙂👍🏽 ",
  "\u0001\u007f\u0300x",
];

/** A number generator that gives the same numbers each time. */
const newRandom = (seed: number) => (limit: number) => {
  seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
  return (seed >>> 8) % limit;
};

const randomText = (random: (limit: number) => number): string => {
  const alphabet = [...ALPHABETS.slice(random(ALPHABETS.length)).join("")];
  return Array.from({ length: 1 + random(60) }, () => alphabet[random(alphabet.length)]).join("");
};

describe.each(NAMES)("%s", (name) => {
  const encoding = loadTokenEncoding(name);
  const reference = REFERENCES[name];

  test.each(TEXTS)("counts %j as the reference does", (text) => {
    expect(encoding.count(text)).toBe(reference.countTokens(text, TEXT_ONLY));
  });

  test("counts random texts as the reference does", () => {
    const random = newRandom(7);
    for (let round = 0; round < 3000; round++) {
      const text = randomText(random);
      expect([text, encoding.count(text)]).toEqual([text, reference.countTokens(text, TEXT_ONLY)]);
    }
  });

  test.each(TEXTS)("%j comes back from its tokens", (text) => {
    expect(encoding.decode(reference.encode(text, TEXT_ONLY))).toBe(text.toWellFormed());
  });

  test("characters of several tokens come back whole", () => {
    expect(encoding.decode(reference.encode("🜁🜂", TEXT_ONLY))).toBe("🜁🜂");
  });

  test("special tokens have their names, others that do not exist have none", () => {
    const [end] = reference.encode("<|endoftext|>", { allowedSpecial: "all" });
    expect(encoding.decode([end ?? 0])).toBe("<|endoftext|>");
    expect(encoding.decode([300_000])).toBeUndefined();
    expect(encoding.decode([0, -1])).toBeUndefined();
    expect(encoding.decode([0.5])).toBeUndefined();
  });
});

test("a piece that is longer than all before it is counted whole", () => {
  const text = "x".repeat(5000);
  expect(loadTokenEncoding("cl100k_base").count(text)).toBe(cl100k.countTokens(text));
});
