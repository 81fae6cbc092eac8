import { expect, test } from "bun:test";
import { readBase64Floats, writeBase64Floats } from "./base64-floats.ts";

test("writes little-endian float32 in padded base64", () => {
  expect(writeBase64Floats([1, -2])).toBe("AACAPwAAAMA=");
  expect(writeBase64Floats([])).toBe("");
});

test("reads back exactly the float32 values", () => {
  const numbers = [0, -0, 1, -2.5, Math.fround(0.0023064255), Math.fround(1e-40), 3.4028234663852886e38];
  const read = readBase64Floats(writeBase64Floats(numbers)) ?? [];
  expect(read).toEqual(numbers);
  expect(Object.is(read[1], -0)).toBe(true);
});

test("shortest decimals of float32 values survive the way there and back", () => {
  const decimals = [0.1, -0.006929283495992422, 0.0023064255, 1e-7];
  expect(readBase64Floats(writeBase64Floats(decimals))).toEqual(decimals.map(Math.fround));
});

test("refuses what is not base64 of whole floats", () => {
  expect(readBase64Floats("AACA")).toBeUndefined();
  expect(readBase64Floats("not base64!")).toBeUndefined();
});
