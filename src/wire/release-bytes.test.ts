import { expect, test } from "bun:test";
import { RELEASABLE_BYTES, releaseBytes } from "./release-bytes.ts";

test("large bytes are gone, small ones stay", () => {
  const large = Buffer.alloc(RELEASABLE_BYTES, 1);
  const view = large.subarray(10);
  const small = Buffer.alloc(RELEASABLE_BYTES - 1, 1);
  releaseBytes(large);
  releaseBytes(small);
  expect([large.length, view.length, small.length]).toEqual([0, 0, RELEASABLE_BYTES - 1]);
});

test("bytes that are gone may be released again", () => {
  const large = Buffer.alloc(RELEASABLE_BYTES);
  releaseBytes(large);
  releaseBytes(large);
  expect(large.length).toBe(0);
});
