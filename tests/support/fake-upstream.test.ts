import { afterAll, afterEach, describe, expect, test } from "bun:test";
import OpenAI from "openai";
import { startFakeUpstream } from "./fake-upstream.ts";
import { embeddingVector } from "./openai-embeddings.ts";

const upstream = startFakeUpstream({ extraFields: ["x_known"] });
const client = new OpenAI({ apiKey: "sk-upstream", baseURL: `${upstream.url}/v1`, maxRetries: 0 });
const messages = [{ role: "user" as const, content: "hi" }];

const post = (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${upstream.url}${path}`, {
    method: "POST",
    headers: { authorization: "Bearer sk-upstream", "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });

afterEach(() => upstream.reset());
afterAll(() => upstream.close());

describe("default rules", () => {
  test("answers chat, whole and streamed, with usage only when asked", async () => {
    const whole = await client.chat.completions.create({ model: "gpt-4o", messages });
    let text = "";
    let usageChunks = 0;
    const stream = await client.chat.completions.create({
      model: "gpt-4o",
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? "";
      usageChunks += chunk.usage ? 1 : 0;
    }
    expect(text).toBe(whole.choices[0]?.message.content ?? "");
    expect(usageChunks).toBe(1);
    const silent = await (await post("/v1/chat/completions", { model: "gpt-4o", messages, stream: true })).text();
    expect(silent).not.toContain("usage");
    expect(silent).toEndWith("data: [DONE]\n\n");
    expect(upstream.server.violations).toEqual([]);
  });

  test("gives one vector per input item, the same as floats and base64", async () => {
    const base64 = await client.embeddings.create({ model: "text-embedding-ada-002", input: ["a", "b"] });
    const floats = await client.embeddings.create({
      model: "text-embedding-ada-002",
      input: [
        [1, 2],
        [3, 4],
      ],
      encoding_format: "float",
    });
    expect(base64.data.map((item) => item.embedding)).toEqual([[...embeddingVector("a")], [...embeddingVector("b")]]);
    expect(floats.data.map((item) => item.embedding)).toEqual([
      [...embeddingVector([1, 2])],
      [...embeddingVector([3, 4])],
    ]);
  });

  test("spells moderation scores exactly as the vendor does", async () => {
    const reply = await post("/v1/moderations", { input: "x" });
    expect(await reply.text()).toContain('"harassment/threatening": 5.5971017900446896e-6,');
  });

  test.each([
    ["a wrong key", { model: "gpt-4o", messages }, { authorization: "Bearer sk-other" }, 401, "Incorrect API key"],
    ["an unknown field", { model: "gpt-4o", messages, api_base: "x" }, {}, 400, "supplied: api_base"],
    ["nested metadata", { model: "gpt-4o", messages, metadata: { a: {} } }, {}, 400, "metadata"],
    ["an unknown model", { model: "gpt-0", messages }, {}, 404, "does not exist"],
  ])("refuses %s", async (_name, body, headers, status, text) => {
    const reply = await post("/v1/chat/completions", body, headers);
    expect(reply.status).toBe(status);
    expect(await reply.text()).toContain(text);
  });

  test("takes fields it was told of", async () => {
    expect((await post("/v1/chat/completions", { model: "gpt-4o", messages, x_known: 1 })).status).toBe(200);
  });

  test("serves Azure deployments by either kind of key, and only with an api-version", async () => {
    const path = "/openai/deployments/chatgpt-v-2/chat/completions";
    const headers = { authorization: "", "api-key": "sk-upstream" };
    expect((await post(`${path}?api-version=2024-10-21`, { messages }, headers)).status).toBe(200);
    expect((await post(path, { messages }, headers)).status).toBe(404);
    expect((await post("/openai/v1/chat/completions", { model: "gpt-4o", messages }, headers)).status).toBe(200);
    expect(upstream.requests[0]?.model).toBe("chatgpt-v-2");
  });
});

describe("scripts", () => {
  test("hold the first byte until the test lets go, and see the client leave", async () => {
    const gate = Promise.withResolvers<void>();
    upstream.next({ after: gate.promise, body: {} });
    const controller = new AbortController();
    const failure = client.chat.completions
      .create({ model: "gpt-4o", messages }, { signal: controller.signal })
      .catch((error: unknown) => error);
    const request = await upstream.request(0);
    controller.abort();
    expect(await failure).toBeInstanceOf(OpenAI.APIUserAbortError);
    await request.aborted;
    expect(request.abortedAtMs).toBeNumber();
    gate.resolve();
  });

  test("keep chunk boundaries, cut and gzip", async () => {
    upstream.next({ chunks: ["data: 1\n", "\ndata: 2\n\n"], isGzipped: true });
    expect(await (await post("/v1/chat/completions", {})).text()).toBe("data: 1\n\ndata: 2\n\n");
    upstream.next({ chunks: ["data: 1\n\n"], ending: "cut" });
    const broken = await post("/v1/chat/completions", {});
    await expect(broken.text()).rejects.toThrow();
  });

  test("answer by model, with repeated headers and bytes as given", async () => {
    upstream.forModel("busy", { status: 429, headers: [["retry-after", "3"]], body: { error: {} } });
    const reply = await post("/v1/chat/completions", { model: "busy" });
    expect([reply.status, reply.headers.get("retry-after")]).toEqual([429, "3"]);
    upstream.next({ raw: "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok" });
    expect(await (await post("/v1/chat/completions", {})).text()).toBe("ok");
    upstream.next({ raw: "nonsense\r\n\r\n", ending: "cut" });
    await expect(post("/v1/chat/completions", {})).rejects.toThrow();
  });
});
