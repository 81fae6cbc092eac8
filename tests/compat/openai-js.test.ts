import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import * as openai7 from "openai";
import * as openai4 from "openai4";
import * as openai5 from "openai5";
import * as openai6 from "openai6";
import { embeddingVector } from "../support/openai-embeddings.ts";
import {
  AWKWARD_MODEL,
  type CompatGateway,
  chatFrame,
  MASTER_KEY,
  REPLY_TEXT,
  startCompatGateway,
} from "./compat-gateway.ts";

/** What the majors have in common; the newest one's types stand for all. */
type Sdk = Pick<typeof openai7, "OpenAI" | "AzureOpenAI" | "APIError">;

const SDKS: readonly (readonly [name: string, sdk: Sdk])[] = [
  ["openai 4.104.0", openai4 as unknown as Sdk],
  ["openai 5.23.2", openai5 as unknown as Sdk],
  ["openai 6.49.0", openai6 as unknown as Sdk],
  ["openai 7.57.0", openai7],
];

const messages = [{ role: "user" as const, content: "Say this is a test" }];

/** Where the stream helper stands: under `beta` in major 4. */
const streamHelperOf = (client: openai7.OpenAI): Pick<openai7.OpenAI["chat"]["completions"], "stream"> => {
  const old: unknown = client;
  return old instanceof openai4.OpenAI
    ? (old.beta.chat.completions as unknown as openai7.OpenAI["chat"]["completions"])
    : client.chat.completions;
};

let compat: CompatGateway;

beforeAll(async () => {
  compat = await startCompatGateway();
});

afterAll(() => compat[Symbol.asyncDispose]());

/** Majors up to 4 give plain objects, later ones `Headers`. */
const readHeader = (headers: Headers | Record<string, string> | undefined, name: string): string | null | undefined =>
  headers instanceof Headers ? headers.get(name) : headers?.[name];

describe.each(SDKS)("%s", (_name, sdk) => {
  const connect = (path = ""): openai7.OpenAI =>
    new sdk.OpenAI({ apiKey: MASTER_KEY, baseURL: `${compat.url}${path}`, maxRetries: 0 });
  const connectAzure = (endpoint: string, deployment?: string): openai7.AzureOpenAI =>
    new sdk.AzureOpenAI({
      endpoint,
      apiKey: MASTER_KEY,
      apiVersion: "2023-07-01-preview",
      maxRetries: 0,
      ...(deployment === undefined ? {} : { deployment }),
    });
  const failureOf = async (call: Promise<unknown>): Promise<openai7.APIError> => {
    const error = await call.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!(error instanceof sdk.APIError)) throw new Error(`no APIError but ${String(error)}`);
    return error;
  };

  test.each(["", "/", "/v1", "/v1/", "/openai/v1"])("chats with base path %p", async (path) => {
    const reply = await connect(path).chat.completions.create({ model: "gpt-3.5-turbo", messages });
    expect(reply.choices[0]?.message.content).toBe(REPLY_TEXT);
    expect(reply.usage?.prompt_tokens).toBe(12);
    expect(compat.upstream.last().json).toEqual({ model: "gpt-3.5-turbo", messages });
  });

  test("keeps metadata and the gateway's own parameters from the vendor", async () => {
    const body = { model: "gpt-3.5-turbo", messages, metadata: { trace_id: "t" }, num_retries: 0, tags: ["a"] };
    await connect().chat.completions.create(body);
    expect(compat.upstream.last().json).toEqual({ model: "gpt-3.5-turbo", messages });
  });

  test("streams, and hides usage nobody asked for", async () => {
    const stream = await connect().chat.completions.create({ model: "gpt-3.5-turbo", messages, stream: true });
    let text = "";
    for await (const chunk of stream) {
      expect(chunk.choices).toHaveLength(1);
      expect(chunk.usage ?? null).toBeNull();
      text += chunk.choices[0]?.delta.content ?? "";
    }
    expect(text).toBe(REPLY_TEXT);
  });

  test("streams usage when asked, in a last chunk without choices", async () => {
    const stream = await connect().chat.completions.create({
      model: "gpt-3.5-turbo",
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks: openai7.OpenAI.ChatCompletionChunk[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    expect(chunks.at(-1)?.choices).toEqual([]);
    expect(chunks.at(-1)?.usage?.prompt_tokens).toBe(12);
  });

  test("streams through the helper", async () => {
    const helper = streamHelperOf(connect()).stream({ model: "gpt-3.5-turbo", messages });
    const completion = await helper.finalChatCompletion();
    expect(completion.choices[0]?.message.content).toBe(REPLY_TEXT);
    expect(completion.choices[0]?.finish_reason).toBe("stop");
  });

  test("completes text", async () => {
    const reply = await connect().completions.create({ model: "gpt-3.5-turbo-instruct", prompt: "Say" });
    expect(reply.choices[0]?.text).toBe(REPLY_TEXT);
  });

  test("embeds by default exactly what the vendor gave", async () => {
    const reply = await connect().embeddings.create({ model: "text-embedding-ada-002", input: ["one", "two"] });
    expect(reply.data.map((item) => item.embedding)).toEqual([
      [...embeddingVector("one")],
      [...embeddingVector("two")],
    ]);
  });

  test("embeds exactly from a vendor that knows floats only", async () => {
    const reply = await connect().embeddings.create({ model: "text-only-embeddings", input: "one" });
    expect(reply.data[0]?.embedding).toEqual([...embeddingVector("one")]);
  });

  test("embeds as floats, and token ids", async () => {
    const reply = await connect().embeddings.create({
      model: "text-embedding-ada-002",
      input: [
        [9906, 1917],
        [15, 16],
      ],
      encoding_format: "float",
    });
    expect(reply.data.map((item) => item.embedding)).toEqual([
      [...embeddingVector([9906, 1917])],
      [...embeddingVector([15, 16])],
    ]);
  });

  test("moderates with and without a model", async () => {
    const client = connect();
    const named = await client.moderations.create({ model: "text-moderation-stable", input: "Sample text goes here" });
    expect(named.results[0]?.category_scores["harassment/threatening"]).toBe(5.5971017900446896e-6);
    const raw = await client.moderations.create({ input: "x" }).asResponse();
    expect(await raw.text()).toContain('"harassment/threatening": 5.5971017900446896e-6');
  });

  test("lists and retrieves models, also with slashes and spaces", async () => {
    const client = connect();
    const ids: string[] = [];
    for await (const model of client.models.list()) ids.push(model.id);
    expect(ids).toContain("gpt-3.5-turbo");
    expect(ids).toContain(AWKWARD_MODEL);
    expect((await client.models.retrieve("gpt-3.5-turbo")).object).toBe("model");
    expect((await client.models.retrieve(AWKWARD_MODEL)).id).toBe(AWKWARD_MODEL);
    expect((await failureOf(client.models.retrieve("nowhere"))).status).toBe(404);
  });

  test("tells the request id and the gateway's headers", async () => {
    const { response } = await connect().chat.completions.create({ model: "gpt-3.5-turbo", messages }).withResponse();
    expect(response.headers.get("x-litellm-call-id")).toBeTruthy();
    expect(response.headers.get("x-litellm-model-id")).toBeTruthy();
    expect(response.headers.get("llm_provider-x-request-id")).toStartWith("req_");
    expect(response.headers.get("set-cookie")).toBeNull();
    expect(response.headers.get("llm_provider-set-cookie")).toBeNull();
  });

  test.each([
    ["busy", 429, "RateLimitError", "Rate limit reached"],
    ["down", 503, "InternalServerError", "overloaded"],
    ["refused", 400, "BadRequestError", "maximum context length"],
    ["locked", 401, "AuthenticationError", "Incorrect API key provided"],
    ["no-such-model", 400, "BadRequestError", "Invalid model name passed in model=no-such-model"],
  ])("raises for %s", async (model, status, className, text) => {
    const error = await failureOf(connect().chat.completions.create({ model, messages }));
    expect([error.status, error.constructor.name]).toEqual([status, className]);
    expect(error.message).toContain(text);
    expect(error.code).toBe(String(status));
    expect(error.type).toBeString();
  });

  test("hands on what the vendor said, once, and when to come back", async () => {
    const error = await failureOf(connect().chat.completions.create({ model: "busy", messages }));
    expect(error.message.split("Rate limit reached for requests")).toHaveLength(2);
    expect(error.message.split("litellm.RateLimitError")).toHaveLength(2);
    expect(error.message).toContain("Received Model Group=busy");
    expect(readHeader(error.headers, "retry-after")).toBe("1");
    expect(readHeader(error.headers, "x-litellm-call-id")).toBeTruthy();
  });

  test("raises for a wrong key", async () => {
    const client = new sdk.OpenAI({ apiKey: "wrong", baseURL: compat.url, maxRetries: 0 });
    const error = await failureOf(client.chat.completions.create({ model: "gpt-3.5-turbo", messages }));
    expect([error.status, error.type, error.code]).toEqual([401, "auth_error", "401"]);
  });

  test("raises before the stream when the vendor refuses it", async () => {
    const error = await failureOf(connect().chat.completions.create({ model: "busy", messages, stream: true }));
    expect(error.status).toBe(429);
  });

  test("raises inside a stream that breaks", async () => {
    const hasRead = Promise.withResolvers<void>();
    compat.upstream.next({
      chunks: [chatFrame("Hello")],
      beforeChunk: (index) => (index === 1 ? hasRead.promise : undefined),
      ending: "cut",
    });
    const stream = await connect().chat.completions.create({ model: "gpt-3.5-turbo", messages, stream: true });
    let text = "";
    const failure = await (async () => {
      for await (const chunk of stream) {
        text += chunk.choices[0]?.delta.content ?? "";
        hasRead.resolve();
      }
    })().catch((error: unknown) => error);
    expect(text).toBe("Hello");
    expect(failure).toBeInstanceOf(Error);
  });

  test("leaving a stream ends the vendor's call", async () => {
    const before = compat.upstream.requests.length;
    const stream = await connect().chat.completions.create({ model: "endless", messages, stream: true });
    for await (const chunk of stream) {
      expect(chunk.choices[0]?.delta.content).toBe("Hello");
      break;
    }
    await (await compat.upstream.request(before)).aborted;
  });

  test.each([
    ["a plain endpoint", ""],
    ["an endpoint with a trailing slash", "/"],
  ])("speaks Azure with %s", async (_case, tail) => {
    const client = connectAzure(`${compat.url}${tail}`);
    const reply = await client.chat.completions.create({ model: "azure-gpt-3.5", messages });
    expect(reply.choices[0]?.message.content).toBe(REPLY_TEXT);
    const { path, query, headers } = compat.upstream.last();
    expect(path).toBe("/openai/deployments/chatgpt-v-2/chat/completions");
    expect(query.get("api-version")).toBe("2023-07-01-preview");
    expect(headers.get("api-key")).toBe("sk-upstream");
  });

  test("speaks Azure: deployment beats model, streams, embeds, lists", async () => {
    const client = connectAzure(compat.url, "azure/with slash");
    const stream = await client.chat.completions.create({ model: "unrelated", messages, stream: true });
    let text = "";
    for await (const chunk of stream) text += chunk.choices[0]?.delta?.content ?? "";
    expect(text).toBe(REPLY_TEXT);
    const embedder = connectAzure(compat.url, "azure-embedding-model");
    const vectors = await embedder.embeddings.create({ model: "text-embedding-ada-002", input: "one" });
    expect(vectors.data[0]?.embedding).toEqual([...embeddingVector("one")]);
    expect((await connectAzure(compat.url).models.list()).data.length).toBeGreaterThan(3);
  });
});

test("every request to the vendor was sound HTTP", () => {
  expect(compat.upstream.server.violations).toEqual([]);
});
