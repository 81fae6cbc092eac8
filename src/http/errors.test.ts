import { describe, expect, test } from "bun:test";
import { ERROR_POLICY } from "../core/error-policy.ts";
import { type ErrorKind, GatewayError } from "../core/errors.ts";
import { statusOf, toErrorBody, toErrorFrame, toErrorReply } from "./errors.ts";

const parse = (error: GatewayError): unknown => JSON.parse(toErrorBody(error));

test("every kind becomes the OpenAI shape with its status as text", () => {
  for (const kind of Object.keys(ERROR_POLICY) as ErrorKind[]) {
    const { status, type } = ERROR_POLICY[kind];
    expect(parse(new GatewayError(kind, "why"))).toEqual({
      error: { message: "why", type, param: null, code: String(status) },
    });
  }
});

test("an error's own status, type and param win", () => {
  const error = new GatewayError("upstream-failed", "why", { status: 529, type: "overloaded_error", param: "x" });
  expect(statusOf(error)).toBe(529);
  expect(parse(error)).toEqual({ error: { message: "why", type: "overloaded_error", param: "x", code: "529" } });
});

describe("secrets", () => {
  const key = "sk-proj-abcdefghijklmnop1234";

  test("are scrubbed everywhere", () => {
    const vendorError = { message: `bad ${key}`, nested: [{ deep: key }] };
    const error = new GatewayError("upstream-unauthenticated", `bad ${key}`, { type: key, param: key, vendorError });
    const text = toErrorBody(error);
    expect(text).not.toContain("abcdefghij");
    expect(text).toContain("sk-****1234");
    expect(toErrorFrame(error)).not.toContain("abcdefghij");
  });

  test("the cause is not shown", () => {
    expect(toErrorBody(new GatewayError("internal", "why", { cause: new Error("inner words") }))).not.toContain(
      "inner",
    );
  });
});

test("a vendor's error object is handed on", () => {
  const vendorError = { message: "m", code: 7 };
  expect(parse(new GatewayError("upstream-failed", "m", { vendorError }))).toMatchObject({
    error: { provider_specific_fields: { error: vendorError } },
  });
});

test("the frame is one event", () => {
  const frame = toErrorFrame(new GatewayError("upstream-failed", "a\n\nb"));
  expect(frame).toStartWith('data: {"error":');
  expect(frame.indexOf("\n\n")).toBe(frame.length - 2);
});

test.each([
  [1, "1", "1"],
  [1000, "1", "1000"],
  [1500.2, "2", "1501"],
  [0, "0", "0"],
])("a wait of %d ms is %s s and %s ms", (retryAfterMs, seconds, milliseconds) => {
  const { headers } = toErrorReply(new GatewayError("rate-limited", "m", { retryAfterMs }));
  expect(headers).toContain(`retry-after: ${seconds}\r\nretry-after-ms: ${milliseconds}\r\n`);
});

test("the reply has status, body and the given header lines", () => {
  const reply = toErrorReply(new GatewayError("not-found", "m"), "x-a: b\r\n");
  expect(reply.status).toBe(404);
  expect(reply.headers).toBe("x-a: b\r\ncontent-type: application/json\r\n");
  expect(JSON.parse(String(reply.body))).toMatchObject({ error: { code: "404" } });
});
