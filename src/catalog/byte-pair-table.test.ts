import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import cl100kFile from "gpt-tokenizer/data/cl100k_base.tiktoken" with { type: "file" };
import o200kFile from "gpt-tokenizer/data/o200k_base.tiktoken" with { type: "file" };
import { BytePairTable } from "./byte-pair-table.ts";
import { isPacked, packTokens } from "./pack-tokens.ts";

/** A file of these tokens, whose ranks are their places. */
const fileOf = (...tokens: string[]): Buffer =>
  Buffer.from(tokens.map((token, rank) => `${btoa(token)} ${rank}\n`).join(""));

const tableOf = (...tokens: string[]): BytePairTable => new BytePairTable(fileOf(...tokens));

const count = (table: BytePairTable, text: string): number => table.count(Buffer.from(text), text.length);

test.each([cl100kFile, o200kFile])("%s has every token of its file, and each is one", (path) => {
  const file = readFileSync(path);
  const tokens = file.toString("latin1").trim().split("\n");
  const table = new BytePairTable(file);
  const wrong = tokens.filter((line, rank) => {
    const [token = "", given] = line.split(" ");
    const bytes = Buffer.from(token, "base64");
    const kept = table.bytesOf(rank);
    return Number(given) !== rank || !kept || !bytes.equals(kept) || table.count(bytes, bytes.length) !== 1;
  });
  expect(wrong).toEqual([]);
  expect(table.bytesOf(tokens.length)).toBeUndefined();
});

test("pairs of the lowest rank are joined first, from the left", () => {
  const table = tableOf("a", "b", "c", "bc", "ab", "abc");
  expect(count(table, "abc")).toBe(1);
  expect(count(table, "abcab")).toBe(2);
  expect(count(tableOf("a", "b", "c", "bc", "ab"), "abc")).toBe(2);
  expect(count(tableOf("a", "aa", "aaaa"), "aaaaaaa")).toBe(3);
});

test("only as many bytes are counted as it is told", () => {
  const table = tableOf("a", "b");
  expect(table.count(Buffer.from("abab"), 0)).toBe(0);
  expect(table.count(Buffer.from("abab"), 3)).toBe(3);
});

test("bytes that no token has count one each", () => {
  expect(count(tableOf("a"), "xyz")).toBe(3);
});

test.each([-1, 0.5, 2, Number.NaN])("there is no token %p of two", (rank) => {
  expect(tableOf("a", "b").bytesOf(rank)).toBeUndefined();
});

test("a file is packed once, and read where it lies, wherever that is", () => {
  const packed = packTokens(fileOf("a", "b", "ab"));
  expect([isPacked(fileOf("a")), isPacked(packed), isPacked(new Uint8Array())]).toEqual([false, true, false]);
  for (const offset of [0, 1, 4]) {
    const memory = new Uint8Array(packed.length + offset);
    memory.set(packed, offset);
    const table = new BytePairTable(memory.subarray(offset));
    expect([table.size, count(table, "abb"), table.bytesOf(2)]).toEqual([3, 2, Buffer.from("ab")]);
  }
});

test("a file without tokens has none", () => {
  const table = new BytePairTable(Buffer.from(""));
  expect([table.size, count(table, "ab"), table.bytesOf(0)]).toEqual([0, 2, undefined]);
});
