import { expect, test } from "bun:test";
import { KnownTexts } from "./known-texts.ts";

const find = (known: KnownTexts, text: string): string | undefined => {
  const bytes = Buffer.from(`<${text}>`);
  return known.find(bytes, 1, bytes.length - 1);
};

test("texts are found by their bytes once they are kept", () => {
  const known = new KnownTexts(16);
  expect(find(known, "model")).toBeUndefined();
  known.keep("model");
  expect([find(known, "model"), find(known, "modem"), find(known, "mode"), find(known, "")]).toEqual([
    "model",
    undefined,
    undefined,
    undefined,
  ]);
});

test("of two texts that share a place the later has it", () => {
  const known = new KnownTexts(1);
  known.keep("one");
  known.keep("two");
  expect([find(known, "one"), find(known, "two")]).toEqual([undefined, "two"]);
});

test("long texts and those beyond ASCII are not told by bytes", () => {
  const known = new KnownTexts(1);
  for (const text of ["x".repeat(33), "caf\u00e9", ""]) {
    known.keep(text);
    expect(find(known, text)).toBeUndefined();
  }
});
