import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { embeddingVector } from "../support/openai-embeddings.ts";
import type { RecordedRequest } from "../support/recorded-request.ts";
import { type CallResult, type ClientSet, pythonMissing, runReport } from "./client-scripts.ts";
import { AWKWARD_MODEL, type CompatGateway, REPLY_TEXT, startCompatGateway } from "./compat-gateway.ts";

const CLIENTS: readonly (readonly [title: string, set: ClientSet, version: string])[] = [
  ["openai-python 1.30", "openai-1", "1.30.0"],
  ["openai-python 2.54", "openai-2", "2.54.0"],
  ["openai-python 3.22", "current", "3.22.1"],
];

/** Python starts slowly; each client runs its whole script once. */
const SCRIPT_LIMIT_MS = 60_000;

for (const [title, set, version] of CLIENTS) {
  const missing = pythonMissing(set);
  const skipNote = missing === undefined ? "" : ` (skipped: ${missing})`;
  describe.skipIf(missing !== undefined)(`${title}${skipNote}`, () => {
    let compat: CompatGateway;
    let results: Map<string, CallResult>;
    let requests: readonly RecordedRequest[];

    const resultOf = (name: string): CallResult => results.get(name) ?? { error: `no call named ${name}` };
    const given = (name: string): unknown => {
      const { value, ...failure } = resultOf(name);
      return value ?? failure;
    };

    beforeAll(async () => {
      compat = await startCompatGateway();
      results = await runReport(set, "openai_client.py", compat.url);
      requests = [...compat.upstream.requests];
    }, SCRIPT_LIMIT_MS);

    afterAll(() => compat[Symbol.asyncDispose]());

    test("is the version meant", () => {
      expect(given("version")).toBe(version);
    });

    test.each(["", "/", "/v1", "/v1/"])("chats with base path %p", (path) => {
      expect(given(`chat at ${path}`)).toBe(REPLY_TEXT);
    });

    test("chats with metadata that the vendor does not see, and with nulls", () => {
      expect(given("chat with metadata")).toBe(REPLY_TEXT);
      expect(given("chat with nulls")).toBe(REPLY_TEXT);
      const fields = requests.flatMap(({ json }) => Object.keys(json ?? {}));
      expect(fields).not.toContain("metadata");
      expect(fields).not.toContain("tags");
    });

    test("streams, and hides usage nobody asked for", () => {
      expect(given("stream")).toMatchObject({ text: REPLY_TEXT, usages: [] });
      expect(given("stream")).not.toMatchObject({ choices: expect.arrayContaining([0]) });
    });

    test("streams usage when asked", () => {
      expect(given("stream with usage")).toMatchObject({ text: REPLY_TEXT, usages: [12] });
    });

    test.skipIf(set === "openai-1")("streams through the helper", () => {
      expect(given("stream helper")).toBe(REPLY_TEXT);
    });

    test("raises inside a stream that breaks", () => {
      // The error frame, not the broken connection after it.
      expect(resultOf("stream that breaks").error).toBe("APIError");
    });

    test("leaving a stream ends the vendor's call", async () => {
      expect(given("stream that is left")).toBe("Hello");
      const request = requests.find(({ model }) => model === "endless");
      await request?.aborted;
      expect(request?.abortedAtMs).toBeNumber();
    });

    test("completes text", () => {
      expect(given("text")).toBe(REPLY_TEXT);
    });

    test("embeds exactly what the vendor gave, in every form", () => {
      expect(given("embeddings")).toEqual([embeddingVector("one"), embeddingVector("two")]);
      expect(given("float embeddings")).toEqual([embeddingVector("one")]);
      expect(given("token embeddings")).toEqual([embeddingVector([9906, 1917]), embeddingVector([15, 16])]);
      expect(given("text-only embeddings")).toEqual([embeddingVector("one")]);
    });

    test("moderates with every digit", () => {
      expect(given("moderation")).toMatchObject({
        raw: expect.stringContaining('"harassment/threatening": 5.5971017900446896e-6'),
        harassment_threatening: 5.5971017900446896e-6,
      });
    });

    test("lists and retrieves models", () => {
      expect(given("models")).toContain(AWKWARD_MODEL);
      expect(given("model")).toBe(AWKWARD_MODEL);
    });

    test("reads the gateway's headers", () => {
      expect(given("headers")).toMatchObject({
        "x-litellm-call-id": expect.any(String),
        "x-litellm-model-api-base": expect.stringContaining("http://127.0.0.1"),
        "llm_provider-x-ratelimit-limit-requests": "10000",
        "x-ratelimit-limit-requests": "10000",
      });
    });

    test.each([
      ["error of busy", 429, "RateLimitError"],
      ["error of down", 503, "InternalServerError"],
      ["error of refused", 400, "BadRequestError"],
      ["error of locked", 401, "AuthenticationError"],
      ["error of no-such-model", 400, "BadRequestError"],
      ["error of a stream", 429, "RateLimitError"],
      ["wrong key", 401, "AuthenticationError"],
    ])("raises: %s", (name, status, error) => {
      expect(resultOf(name)).toMatchObject({ status, error, code: String(status), type: expect.any(String) });
    });

    test("names the model it does not know", () => {
      expect(resultOf("error of no-such-model").message).toContain("Invalid model name passed in model=no-such-model");
    });

    test("speaks Azure", () => {
      expect(given("azure chat")).toBe(REPLY_TEXT);
      expect(given("azure chat, trailing slash")).toBe(REPLY_TEXT);
      expect(given("azure deployment")).toBe(REPLY_TEXT);
      expect(given("azure embeddings")).toEqual([embeddingVector("one")]);
      expect(given("azure models")).toBeGreaterThan(3);
      const azure = requests.filter(({ path }) => path.startsWith("/openai/deployments/"));
      expect(azure.map(({ query }) => query.get("api-version"))).toEqual(azure.map(() => "2023-07-01-preview"));
    });

    test("sent the vendor sound HTTP only", () => {
      expect(compat.upstream.server.violations).toEqual([]);
    });
  });
}
