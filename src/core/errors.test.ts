import { expect, test } from "bun:test";
import { GatewayError } from "./errors.ts";

test("an error keeps what it was made of, and has no stack, which costs more than all else of it", () => {
  const cause = new Error("reset");
  const error = new GatewayError("upstream-failed", "it broke", { status: 503, type: "server_error", cause });
  expect(error).toMatchObject({ kind: "upstream-failed", message: "it broke", status: 503, type: "server_error" });
  expect(error.name).toBe("GatewayError");
  expect(error.cause).toBe(cause);
  expect(error.stack ?? "").not.toContain(" at ");
});

test("other errors keep their stacks", () => {
  const limit = Error.stackTraceLimit;
  new GatewayError("internal", "first");
  expect(Error.stackTraceLimit).toBe(limit);
  expect(new Error("later").stack).toContain("errors.test.ts");
});
