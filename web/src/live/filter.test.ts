import { expect, test } from "bun:test";
import type { LiveCall } from "../../../src/endpoints/ui/live-types.ts";
import { toTest } from "./filter.ts";

const call = (changes: Partial<LiveCall>): LiveCall =>
  ({
    call_id: "id-1",
    operation: "chat",
    status: 200,
    error: null,
    error_message: null,
    model: "fast",
    model_group: "fast",
    upstream_model: "gpt-4o-mini",
    deployment: "east-1",
    provider: "openai",
    attempts: [],
    path: "/v1/chat/completions",
    dropped: [],
    ...changes,
  }) as unknown as LiveCall;

const CALLS = [
  call({}),
  call({ status: 429, error: "upstream-rate-limited", error_message: "too many", provider: "azure" }),
  call({ status: 499, error: "client-closed", model: "openai-like", path: "/v1/completions", dropped: ["logit_bias"] }),
  call({ status: 499, error: "given-up", model: "late" }),
];

test.each([
  ["", false, [0, 1, 2, 3]],
  ["", true, [1]],
  ["openai", false, [0, 2, 3]],
  ["provider:OpenAI", false, [0, 2, 3]],
  ["model:openai", false, [2]],
  ["status:4xx", false, [1, 2, 3]],
  ["status:429 provider:azure", false, [1]],
  ["-status:200 fast", false, [1, 2, 3]],
  ["too many", false, [1]],
  ["constructor:x", false, []],
  ["path:/v1/completions", false, [2]],
  ["chat/completions", false, [0, 1, 3]],
  ["dropped:logit", false, [2]],
  ["-error: fast", false, [0]],
  ["model:", false, [0, 1, 2, 3]],
  ["-", false, [0, 1, 2, 3]],
] as const)("%p (errors only: %p) shows %p", (text, errorsOnly, shown) => {
  const fits = toTest({ text, errorsOnly });
  expect(CALLS.flatMap((one, index) => (fits(one) ? [index] : []))).toEqual([...shown]);
});
