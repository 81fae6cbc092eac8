import { expect, test } from "bun:test";
import { copyText } from "./lasting-text.ts";

test.each(["", "a", "\0", "é", "é\ud800", "😀"])("%j stays what it is", (text) => {
  expect(copyText(`<${text}>`)).toBe(`<${text.toWellFormed()}>`);
});
