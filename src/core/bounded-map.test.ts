import { expect, test } from "bun:test";
import { toBoundedMap } from "./bounded-map.ts";

test("answers are remembered, undefined ones too, up to the bound", () => {
  const asked: string[] = [];
  const find = toBoundedMap(2, (key) => {
    asked.push(key);
    return key === "none" ? undefined : key.toUpperCase();
  });
  expect([find("a"), find("none"), find("a"), find("none")]).toEqual(["A", undefined, "A", undefined]);
  expect(asked).toEqual(["a", "none"]);
  expect([find("c"), find("a"), find("__proto__")]).toEqual(["C", "A", "__PROTO__"]);
  expect(asked).toEqual(["a", "none", "c", "a", "__proto__"]);
});

test("a failure is not remembered", () => {
  let isBroken = true;
  const find = toBoundedMap(2, () => {
    if (isBroken) throw new Error("broken");
    return 1;
  });
  expect(() => find("a")).toThrow("broken");
  isBroken = false;
  expect(find("a")).toBe(1);
});
