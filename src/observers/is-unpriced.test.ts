import { expect, test } from "bun:test";
import type { CallFinished } from "../core/call-event.ts";
import { answeredCall, failedCall } from "./calls-for-tests.ts";
import { isUnpriced } from "./is-unpriced.ts";

const cost = { nanoUsd: 0, source: "catalog" } as unknown as CallFinished["cost"];
const { usage } = answeredCall();

test.each([
  ["an answer without a cost", answeredCall(), true],
  ["one that tells no usage either", answeredCall({ usage: undefined }), true],
  ["an answer that costs nothing", answeredCall({ cost }), false],
  ["a failure", failedCall(), false],
  ["a stream that broke off after some tokens", failedCall({ usage }), true],
])("%s", (_name, event, expected) => {
  expect(isUnpriced(event)).toBe(expected);
});
