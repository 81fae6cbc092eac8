import { expect, test } from "bun:test";
import { flagFrom, maskFrom, textFrom } from "./read-values.ts";

test("flags are a plain yes", () => {
  for (const yes of [true, 1, "true", "True", " TRUE ", "1"]) expect(flagFrom(yes)).toBe(true);
  for (const no of [false, 0, 2, "false", "no", "", "maybe", null, undefined, {}, []]) expect(flagFrom(no)).toBe(false);
});

test("masks are anything but a plain no", () => {
  for (const yes of [true, 1, 2, "true", "True", "1", "yes", "0", {}]) expect(maskFrom(yes)).toBe(true);
  for (const no of [false, 0, "false", "False", " false ", "", null, undefined]) expect(maskFrom(no)).toBe(false);
});

test("texts are cut between characters", () => {
  expect(textFrom("a".repeat(799) + "\u{1f600}")).toBe(`${"a".repeat(799)}\ufffd`);
  expect(textFrom("a".repeat(798) + "\u{1f600}b")).toBe(`${"a".repeat(798)}\u{1f600}`);
});
