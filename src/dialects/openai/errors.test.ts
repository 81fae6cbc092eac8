import { describe, expect, test } from "bun:test";
import { classifyVendorError, readVendorError } from "./errors.ts";

const read = (status: number, body: unknown): ReturnType<typeof readVendorError> =>
  readVendorError(status, Buffer.from(typeof body === "string" ? body : JSON.stringify(body)));

describe("reading", () => {
  test("OpenAI's shape", () => {
    const error = { message: "m", type: "t", param: "p", code: "c" };
    expect(read(400, { error })).toEqual({ status: 400, message: "m", type: "t", param: "p", code: "c", raw: error });
  });

  test.each([
    [{ error: "text" }, "text"],
    [{ error: { message: "m" } }, "m"],
    [{ message: "m" }, "m"],
    [{ detail: "m" }, "m"],
    [{ detail: [{ loc: ["body"], msg: "m" }] }, '[{"loc":["body"],"msg":"m"}]'],
    [{ error: { detail: "m" } }, "m"],
    [[{ error: { message: "m" } }], "m"],
    [{ error: {} }, "{}"],
    [{ error: null, message: "m" }, "m"],
    [{ a: 1 }, '{"a":1}'],
    [{ error: { message: { a: 1 } } }, '{"a":1}'],
    [{ error: { message: 7 } }, "7"],
    ["<html>Bad Gateway</html>", "<html>Bad Gateway</html>"],
    ["  text \n", "text"],
    ["", "HTTP status 502 with an empty body"],
    ["null", "null"],
    ["7", "7"],
    ['"text"', '"text"'],
    ["[]", "[]"],
    ["{broken", "{broken"],
  ])("%j says %j", (body, message) => {
    expect(read(502, body).message).toBe(message);
  });

  test("numbers and objects in the other fields become text, null is nothing", () => {
    const { type, code, param } = read(400, { error: { message: "m", type: null, code: 429, param: ["x"] } });
    expect([type, code, param]).toEqual([undefined, "429", '["x"]']);
  });

  test("long texts are shortened, deep ones survived", () => {
    expect(read(500, "x".repeat(10_000)).message.length).toBe(1000);
    expect(read(500, { a: "x".repeat(10_000) }).message.length).toBe(1000);
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    expect(read(500, `{"error":{"message":${deep}}}`).message).toContain("too deeply");
    expect(read(500, `{"a":${deep}}`).message).toContain("too deeply");
  });
});

describe("classification", () => {
  test.each([
    [400, "upstream-invalid-request"],
    [401, "upstream-unauthenticated"],
    [402, "upstream-invalid-request"],
    [403, "upstream-forbidden"],
    [404, "upstream-not-found"],
    [408, "upstream-timeout"],
    [409, "upstream-invalid-request"],
    [413, "upstream-invalid-request"],
    [422, "upstream-unprocessable"],
    [429, "upstream-rate-limited"],
    [500, "upstream-failed"],
    [502, "upstream-bad-gateway"],
    [503, "upstream-unavailable"],
    [504, "upstream-timeout"],
    [529, "upstream-failed"],
  ] as const)("status %d is %s", (status, kind) => {
    expect(classifyVendorError(read(status, { error: { message: "plain words" } }))).toBe(kind);
  });

  test.each([
    "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.",
    "Request would exceed context limit",
    "Invalid 'messages': string too long. Expected a string with maximum length 1048576",
    "over the model's maximum context limit",
    "The prompt is longer than the model's context length",
    "Input tokens exceed the configured limit of 272000 tokens",
    "`inputs` tokens + `max_new_tokens` must be <= 4096",
    "input exceeds the maximum number of tokens allowed (1048576)",
    "Current length is 9000 while limit is 8192",
  ])("%p is a full context window", (message) => {
    expect(classifyVendorError(read(400, { error: { message } }))).toBe("context-window-exceeded");
  });

  test("the code alone tells of a full context window", () => {
    const error = { message: "no", code: "context_length_exceeded" };
    expect(classifyVendorError(read(400, { error }))).toBe("context-window-exceeded");
  });

  test("a user field that is too long is no full context window", () => {
    const message = "Invalid 'user': string too long. Expected a string with maximum length 64";
    expect(classifyVendorError(read(400, { error: { message } }))).toBe("upstream-invalid-request");
  });

  test.each([
    { message: "no", code: "content_policy_violation" },
    { message: "Invalid prompt: your prompt was flagged as potentially violating our usage policy." },
    { message: "The response was filtered due to the prompt triggering Azure OpenAI's content management policy." },
    { message: "no", code: "content_filter", type: "ResponsibleAIPolicyViolation" },
    { message: "Your task failed as a result of our safety system." },
  ])("%j is a violation of a content policy", (error) => {
    expect(classifyVendorError(read(400, { error }))).toBe("content-policy-violation");
  });

  test("an unknown model is not found even with status 400", () => {
    const error = { message: "no", type: "invalid_request_error", code: "model_not_found" };
    expect(classifyVendorError(read(400, { error }))).toBe("upstream-not-found");
  });

  test.each([401, 429, 500])("words do not make something else of status %d", (status) => {
    const error = { message: "This model's maximum context length is 1" };
    expect(classifyVendorError(read(status, { error }))).not.toBe("context-window-exceeded");
  });

  test("words of a timeout in a failure are one", () => {
    expect(classifyVendorError(read(500, { error: { message: "Request timed out." } }))).toBe("upstream-timeout");
    expect(classifyVendorError(read(502, "A timeout occurred"))).toBe("upstream-timeout");
    expect(classifyVendorError(read(503, "A timeout occurred"))).toBe("upstream-timeout");
  });
});
