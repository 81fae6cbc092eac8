import { expect, test } from "bun:test";
import { StreamSecrets } from "./stream-secrets.ts";

const hide = (text: string, secrets: readonly string[], start = 0, end = Buffer.byteLength(text)): string => {
  const bytes = Buffer.from(text);
  new StreamSecrets(secrets).hide(bytes, start, end);
  return bytes.toString();
};

test("keys become asterisks, as many as they are long, wherever and however often they stand", () => {
  expect(hide("a key-number-1 b key-number-1key-number-2", ["key-number-1", "key-number-2"])).toBe(
    `a ${"*".repeat(12)} b ${"*".repeat(24)}`,
  );
  expect(hide("no key", ["key-number-1"])).toBe("no key");
});

test("only within the range", () => {
  const text = "key-number-1 key-number-1 key-number-1";
  expect(hide(text, ["key-number-1"], 13, 25)).toBe(`key-number-1 ${"*".repeat(12)} key-number-1`);
  expect(hide(text, ["key-number-1"], 13, 24)).toBe(text);
});

test("a key so short that it would be found in words is left", () => {
  expect(hide("a token", ["token"])).toBe("a token");
});
