import { expect, test } from "bun:test";
import { copyBytes } from "./copy-bytes.ts";

test("ranges of any size land where they belong", () => {
  const source = Uint8Array.from({ length: 200 }, (_, index) => index);
  for (const size of [0, 1, 48, 49, 150]) {
    const target = Buffer.alloc(200, 255);
    expect(copyBytes(source, 10, 10 + size, target, 5)).toBe(5 + size);
    expect(target.subarray(5, 5 + size)).toEqual(Buffer.from(source.subarray(10, 10 + size)));
    expect([target[4], target[5 + size]]).toEqual([255, 255]);
  }
});
