import { expect, test } from "bun:test";
import { isHeaderName, toHeaderLine } from "./header-line.ts";

test("a value that would break its header line is refused, and not shown", () => {
  for (const value of ["sk-1\nb: c", "sk-1\rb", "sk-1\u0000", "sk-1\u007f", "sk-1😀"]) {
    expect(() => toHeaderLine("x", value)).toThrow(
      new TypeError("the value of header 'x' has a character that no header may carry"),
    );
  }
  expect(toHeaderLine("x", "caf\u00e9\t")).toBe("x: caf\u00e9\t\r\n");
});

test("a name is what HTTP calls a token", () => {
  expect(["x-a_b!", "", "a b", "a:", "é", "a\n"].map(isHeaderName)).toEqual([true, false, false, false, false, false]);
});
