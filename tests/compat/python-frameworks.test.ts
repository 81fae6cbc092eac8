import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { encode } from "gpt-tokenizer/encoding/cl100k_base";
import { embeddingVector } from "../support/openai-embeddings.ts";
import { type CallResult, pythonMissing, runReport } from "./client-scripts.ts";
import { type CompatGateway, REPLY_TEXT, startCompatGateway } from "./compat-gateway.ts";

const SCRIPT_LIMIT_MS = 60_000;

const missingLangchain = pythonMissing("current");
const missingLlamaIndex = pythonMissing("llama-index");
const note = (missing: string | undefined): string => (missing === undefined ? "" : ` (skipped: ${missing})`);

describe.skipIf(missingLangchain !== undefined)(`langchain-openai${note(missingLangchain)}`, () => {
  let compat: CompatGateway;
  let results: Map<string, CallResult>;

  const given = (name: string): unknown => {
    const { value, ...failure } = results.get(name) ?? {};
    return value ?? failure;
  };

  beforeAll(async () => {
    compat = await startCompatGateway();
    results = await runReport("current", "langchain_client.py", compat.url);
  }, SCRIPT_LIMIT_MS);

  afterAll(() => compat[Symbol.asyncDispose]());

  test("chats", () => {
    expect(given("chat")).toBe(REPLY_TEXT);
    expect(given("max tokens")).toBe(REPLY_TEXT);
  });

  test("streams, with usage once when asked", () => {
    expect(given("stream")).toMatchObject({ text: REPLY_TEXT });
    expect(given("stream with usage")).toEqual({ text: REPLY_TEXT, usages: [12] });
  });

  test("shows the gateway's headers in the message metadata", () => {
    expect(given("headers")).toMatchObject({ "x-litellm-call-id": expect.any(String) });
  });

  test("raises with the status", () => {
    expect(results.get("error of busy")).toMatchObject({ error: "OpenAIRateLimitError", status: 429 });
  });

  test("embeds token ids", () => {
    expect(given("embeddings of tokens")).toEqual([
      embeddingVector(encode("hello world")),
      embeddingVector(encode("two")),
    ]);
  });

  test("embeds text", () => {
    expect(given("embeddings of text")).toEqual([embeddingVector("one"), embeddingVector("two")]);
  });

  test("embeds token ids through a vendor that takes text only", () => {
    expect(given("embeddings decoded")).toEqual(embeddingVector("hello world"));
  });

  test("speaks Azure", () => {
    expect(given("azure chat")).toBe(REPLY_TEXT);
    expect(given("azure stream")).toMatchObject({ text: REPLY_TEXT });
    expect(given("azure embeddings")).toEqual(embeddingVector(encode("hello world")));
  });
});

describe.skipIf(missingLlamaIndex !== undefined)(`llama-index${note(missingLlamaIndex)}`, () => {
  let compat: CompatGateway;
  let results: Map<string, CallResult>;

  const given = (name: string): unknown => {
    const { value, ...failure } = results.get(name) ?? {};
    return value ?? failure;
  };

  beforeAll(async () => {
    compat = await startCompatGateway();
    results = await runReport("llama-index", "llama_index_client.py", compat.url);
  }, SCRIPT_LIMIT_MS);

  afterAll(() => compat[Symbol.asyncDispose]());

  test("chats, completes and streams through AzureOpenAI", () => {
    expect(given("chat")).toBe(REPLY_TEXT);
    expect(given("complete")).toBe(REPLY_TEXT);
    expect(given("stream")).toBe(REPLY_TEXT);
  });

  test("embeds through AzureOpenAIEmbedding", () => {
    expect(given("embedding")).toEqual(embeddingVector("hello world"));
    expect(given("embeddings")).toEqual([embeddingVector("one"), embeddingVector("two")]);
  });

  test("reaches the deployments of the configuration", () => {
    expect(new Set(compat.upstream.requests.map(({ path }) => path))).toEqual(
      new Set(["/openai/deployments/chatgpt-v-2/chat/completions", "/openai/deployments/ada-002/embeddings"]),
    );
  });
});
