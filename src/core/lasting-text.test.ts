import { expect, test } from "bun:test";
import { copyText, flatText } from "./lasting-text.ts";

test.each(["", "a", "\0", "é", "é\ud800", "😀"])("%j stays what it is", (text) => {
  expect(flatText(text)).toBe(text);
  expect(flatText(`<${text}>`)).toBe(`<${text}>`);
  expect(copyText(`<${text}>`)).toBe(`<${text.toWellFormed()}>`);
});
