import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { ApiError, GoogleGenAI, Type } from "@google/genai";
import { startFakeUpstream } from "../../support/fake-upstream.ts";
import { geminiEmbeddingKit, geminiKit } from "./gemini.ts";
import { vertexAiEmbeddingKit, vertexAiKit } from "./vertex-ai.ts";

// The vendor's own client shows that the fakes are right: it is understood, and refused as by the vendor.

const upstream = startFakeUpstream();
afterEach(() => upstream.reset());
afterAll(() => upstream.close());

const httpOptions = { baseUrl: upstream.url, timeout: 5000 };
const studio = new GoogleGenAI({ vertexai: false, apiKey: "key", httpOptions });
const vertex = new GoogleGenAI({
  vertexai: true,
  apiKey: "AIza-key",
  httpOptions: { ...httpOptions, baseUrl: `${upstream.url}/v1/projects/p/locations/l` },
});

/** How a call failed; `undefined` when it did not. */
const failureOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  );

const declaration = {
  name: "look",
  description: "d",
  parameters: { type: Type.OBJECT, properties: { at: { type: Type.STRING } } },
};

describe.each([
  ["AI Studio", studio, geminiKit],
  ["Vertex AI", vertex, vertexAiKit],
] as const)("%s", (_, client, kit) => {
  const { model = "" } = kit;
  const answer = (reply: typeof kit.simple | undefined): void =>
    upstream.next((request) => kit.check(request) ?? reply);

  test("a whole reply", async () => {
    answer(kit.simple);
    const config = { systemInstruction: "be kind", temperature: 0, thinkingConfig: { thinkingBudget: 0 } };
    const reply = await client.models.generateContent({ model, contents: "hi", config });
    expect(reply.text).toBe("caf\u00e9");
    expect(reply.usageMetadata).toMatchObject({ promptTokenCount: 11, candidatesTokenCount: 7 });
  });

  test("a call of a tool, then its result", async () => {
    answer(kit.tool);
    const chat = client.chats.create({ model, config: { tools: [{ functionDeclarations: [declaration] }] } });
    const called = await chat.sendMessage({ message: "look at the sea" });
    expect(called.functionCalls).toEqual([{ name: "look", args: { at: "sea" } }]);
    answer(kit.simple);
    const functionResponse = { name: "look", response: { output: "a sail" } };
    const reply = await chat.sendMessage({ message: [{ functionResponse }] });
    expect(reply.text).toBe("caf\u00e9");
  });

  test("streams", async () => {
    answer(kit.stream);
    let text = "";
    for await (const chunk of await client.models.generateContentStream({ model, contents: "hi" })) {
      text += chunk.text ?? "";
    }
    expect(text).toBe("caf\u00e9");
  });

  test("failures", async () => {
    upstream.next(kit.error(429, "Resource has been exhausted"));
    const failure = await failureOf(client.models.generateContent({ model, contents: "hi" }));
    expect(failure).toBeInstanceOf(ApiError);
    expect((failure as ApiError).status).toBe(429);
  });

  test.each([
    [{ stopSequences: ["1", "2", "3", "4", "5", "6"] }, "at most 5"],
    [{ responseJsonSchema: {} }, "response_mime_type"],
    [{ toolConfig: { functionCallingConfig: { allowedFunctionNames: ["look"] } } }, "mode is ANY"],
  ])("refuses %j", async (config, words) => {
    answer(kit.simple);
    const failure = await failureOf(client.models.generateContent({ model, contents: "hi", config }));
    expect((failure as ApiError).message).toContain(words);
  });

  test("refuses results without calls, and parts without content", async () => {
    const functionResponse = { name: "look", response: {} };
    for (const parts of [[{ functionResponse }], [], [{ text: "" }]]) {
      answer(kit.simple);
      const contents = [{ role: "user", parts }];
      expect(await failureOf(client.models.generateContent({ model, contents }))).toBeInstanceOf(ApiError);
    }
  });
});

test.each([
  ["AI Studio", studio, geminiEmbeddingKit],
  ["Vertex AI", vertex, vertexAiEmbeddingKit],
] as const)("embeddings of %s", async (_, client, kit) => {
  upstream.next((request) => kit.check(request) ?? kit.simple);
  const config = { outputDimensionality: 2, taskType: "RETRIEVAL_QUERY" };
  const { embeddings } = await client.models.embedContent({ model: kit.model ?? "", contents: ["hi"], config });
  expect(embeddings?.[0]?.values).toEqual([0.5, -1.25]);
});

test("calls without a key are refused", async () => {
  for (const [kit, path] of [
    [geminiKit, "/v1beta/models/gemini-2.5-flash:generateContent"],
    [vertexAiKit, "/v1/projects/p/locations/l/publishers/google/models/gemini-2.5-flash:generateContent"],
  ] as const) {
    upstream.next((request) => kit.check(request) ?? kit.simple);
    const reply = await fetch(upstream.url + path, { method: "POST", body: "{}" });
    expect([401, 403]).toContain(reply.status);
  }
});
