import { describe, expect, test } from "bun:test";
import { encode } from "gpt-tokenizer/encoding/cl100k_base";
import { cpuTimeMs } from "../../tests/support/cpu-time.ts";
import { countTokens, tokenEncodingOf } from "./token-counter.ts";

const NEVER = new AbortController().signal;

describe("counting tokens", () => {
  test.each([
    ["gpt-4o-mini", "o200k_base"],
    ["ft:gpt-4o:acme", "o200k_base"],
    ["gpt-5.1", "o200k_base"],
    ["o3-mini", "o200k_base"],
    ["openai/gpt-oss-20b", "o200k_base"],
    ["gpt-4-turbo", "cl100k_base"],
    ["gpt-3.5-turbo", "cl100k_base"],
    ["claude-3-opus", "cl100k_base"],
  ] as const)("%s counts with %s", (model, encoding) => {
    expect(tokenEncodingOf(model)).toBe(encoding);
  });

  test("a text that is counted in slices has as many tokens as at once", async () => {
    const text = "The quick brown fox can't jump over 13 lazy dogs;\n\n  and so on. ".repeat(2000);
    expect(await countTokens(text, "cl100k_base", NEVER)).toBe(encode(text).length);
  });

  test("names of special tokens and lone surrogates are text", async () => {
    expect(await countTokens("<|endoftext|>", "cl100k_base", NEVER)).toBeGreaterThan(1);
    expect(await countTokens("a\ud800b", "cl100k_base", NEVER)).toBeGreaterThan(0);
  });

  test("an unbroken run takes no more time than its length asks for", async () => {
    const text = Array.from({ length: 100_000 }, (_, at) => String.fromCharCode(97 + ((at * at * 7) % 26))).join("");
    const startedAt = cpuTimeMs();
    await countTokens(text, "cl100k_base", NEVER);
    // Uncut, this text takes minutes.
    expect(cpuTimeMs() - startedAt).toBeLessThan(10_000);
  });

  test("counting stops when the caller has gone", async () => {
    const counting = countTokens("word ".repeat(20_000), "cl100k_base", AbortSignal.abort());
    await expect(counting).rejects.toMatchObject({ kind: "client-closed" });
  });
});
