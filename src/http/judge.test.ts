import { expect, test } from "bun:test";
import { GatewayError } from "../core/errors.ts";
import type { Call } from "./call.ts";
import { toErrorBody } from "./errors.ts";
import { describeFailure } from "./judge.ts";

/** As much of a call as its failure is described by. */
const CALL = {
  deployment: { provider: { name: "openai", title: "OpenAI" } },
  group: { name: "gpt" },
  routing: { fallbacks: new Map() },
  maxRetries: 0,
} as unknown as Call;

const told = (error: GatewayError): unknown => {
  const described = describeFailure(CALL, error);
  const { error: body } = JSON.parse(toErrorBody(described)) as { readonly error: object };
  return { ...body, message: "" };
};

test("a host of the caller's that does not exist is the caller's mistake, any other out of reach the server's", () => {
  expect(told(new GatewayError("upstream-unreachable", "no name", { param: "user_config" }))).toEqual({
    message: "",
    type: "invalid_request_error",
    param: "user_config",
    code: "400",
  });
  expect(told(new GatewayError("upstream-unreachable", "no name"))).toMatchObject({ param: null, code: "500" });
});
