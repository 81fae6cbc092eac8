import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type RunResult, runClean } from "./client-scripts.ts";
import { type CompatGateway, chatFrame, MASTER_KEY, REPLY_TEXT, startCompatGateway } from "./compat-gateway.ts";

const hasCurl = Bun.which("curl") !== null;
const BODY = JSON.stringify({ model: "gpt-3.5-turbo", messages: [{ role: "user", content: "what llm are you" }] });

describe.skipIf(!hasCurl)(`curl${hasCurl ? "" : " (skipped: curl is not installed)"}`, () => {
  let compat: CompatGateway;

  beforeAll(async () => {
    compat = await startCompatGateway();
  });

  afterAll(() => compat[Symbol.asyncDispose]());

  const curl = (path: string, ...args: readonly string[]): Promise<RunResult> =>
    runClean(
      [
        "curl",
        "--silent",
        "--show-error",
        "-H",
        `Authorization: Bearer ${MASTER_KEY}`,
        ...args,
        `${compat.url}${path}`,
      ],
      {},
    );
  const textOf = ({ output }: RunResult): unknown => JSON.parse(output).choices[0].message.content;

  test("posts JSON declared as JSON", async () => {
    expect(textOf(await curl("/chat/completions", "--json", BODY))).toBe(REPLY_TEXT);
  });

  test("posts JSON without declaring it (form content type)", async () => {
    expect(textOf(await curl("/v1/chat/completions", "-d", BODY))).toBe(REPLY_TEXT);
  });

  test("posts JSON without any content type", async () => {
    expect(textOf(await curl("/v1/chat/completions", "-H", "content-type:", "-d", BODY))).toBe(REPLY_TEXT);
  });

  test("reaches through doubled slashes", async () => {
    expect(textOf(await curl("//v1//chat/completions", "--json", BODY))).toBe(REPLY_TEXT);
  });

  test("gets its 100 Continue at once for a body over a megabyte", async () => {
    const content = "x".repeat(1_100_000);
    const file = join(compat.gateway.directory, "large.json");
    await writeFile(file, JSON.stringify({ model: "gpt-3.5-turbo", messages: [{ role: "user", content }] }));
    const result = await curl("/chat/completions", "--json", `@${file}`, "--verbose", "--expect100-timeout", "30");
    expect(result.errors).toContain("Expect: 100-continue");
    expect(result.errors).toContain("HTTP/1.1 100 Continue");
    expect(textOf(result)).toBe(REPLY_TEXT);
    expect(compat.upstream.last().body.byteLength).toBeGreaterThan(1_100_000);
    expect(compat.upstream.last().headers.get("expect")).toBeNull();
  });

  test("sends a chunked body", async () => {
    expect(textOf(await curl("/chat/completions", "-H", "transfer-encoding: chunked", "--json", BODY))).toBe(
      REPLY_TEXT,
    );
  });

  test("reads compressed replies", async () => {
    expect(textOf(await curl("/chat/completions", "--compressed", "--json", BODY))).toBe(REPLY_TEXT);
    compat.upstream.next({ body: { choices: [{ message: { content: "small" } }] }, isGzipped: true });
    expect(textOf(await curl("/chat/completions", "--compressed", "--json", BODY))).toBe("small");
  });

  test("is never sent a coding it did not ask for", async () => {
    compat.upstream.next({ body: { choices: [{ message: { content: "small" } }] }, isGzipped: true });
    expect(textOf(await curl("/chat/completions", "--json", BODY))).toBe("small");
  });

  test("is sent streams and errors in plain also when the vendor compressed them", async () => {
    compat.upstream.next({ chunks: [chatFrame("Hello"), "data: [DONE]\n\n"], isGzipped: true });
    const stream = await curl("/chat/completions", "--json", BODY.replace("{", '{"stream":true,'));
    expect(stream.output).toBe(`${chatFrame("Hello")}data: [DONE]\n\n`);
    compat.upstream.next({ status: 429, body: { error: { message: "Slow down" } }, isGzipped: true });
    expect((await curl("/chat/completions", "--json", BODY)).output).toContain("Slow down");
  });

  test("streams without buffering, as server-sent events", async () => {
    const result = await curl("/chat/completions", "-N", "-i", "--json", BODY.replace("{", '{"stream":true,'));
    expect(result.output).toMatch(/content-type: text\/event-stream/i);
    expect(result.output).toEndWith("data: [DONE]\n\n");
  });

  test("sees an unclean end of a stream that broke", async () => {
    const body = JSON.stringify({ model: "breaks", stream: true, messages: [{ role: "user", content: "hi" }] });
    const result = await curl("/chat/completions", "--json", body);
    expect(result.output).toContain('data: {"error":{');
    expect(result.output).not.toContain("[DONE]");
    expect(result.exitCode).not.toBe(0);
  });

  test.each([
    ["an unknown path", "/nowhere", 404],
    ["a wrong method", "/v1/chat/completions", 405],
  ])("gets %s in the error shape", async (_case, path, status) => {
    const result = await curl(path, "-w", "%{http_code}");
    const error = JSON.parse(result.output.slice(0, -3)).error;
    expect(result.output.slice(-3)).toBe(String(status));
    expect(Object.keys(error).sort()).toEqual(["code", "message", "param", "type"]);
    expect(error.code).toBe(String(status));
  });

  test("asks for health and headers only", async () => {
    expect((await curl("/health/liveliness")).output).toBe('"I\'m alive!"');
    expect((await curl("/v1/models", "-I")).output).toStartWith("HTTP/1.1 200");
  });
});
