import { afterAll, beforeAll, expect, test } from "bun:test";
import { AzureChatOpenAI, ChatOpenAI, OpenAIEmbeddings } from "@langchain/openai";
import { embeddingVector } from "../support/openai-embeddings.ts";
import { type CompatGateway, MASTER_KEY, REPLY_TEXT, startCompatGateway } from "./compat-gateway.ts";

let compat: CompatGateway;

beforeAll(async () => {
  compat = await startCompatGateway();
});

afterAll(() => compat[Symbol.asyncDispose]());

const chat = (model = "gpt-3.5-turbo"): ChatOpenAI =>
  new ChatOpenAI({
    model,
    apiKey: MASTER_KEY,
    maxRetries: 0,
    configuration: { baseURL: compat.url },
    modelKwargs: { metadata: { trace_id: "t" } },
  });

const azure = (): AzureChatOpenAI =>
  new AzureChatOpenAI({
    azureOpenAIApiKey: MASTER_KEY,
    azureOpenAIEndpoint: compat.url,
    azureOpenAIApiDeploymentName: "azure-gpt-3.5",
    azureOpenAIApiVersion: "2023-07-01-preview",
    maxRetries: 0,
  });

const readStream = async (model: ChatOpenAI | AzureChatOpenAI): Promise<string> => {
  let text = "";
  for await (const chunk of await model.stream("Say this is a test")) text += chunk.text;
  return text;
};

test("chats", async () => {
  expect((await chat().invoke("Say this is a test")).text).toBe(REPLY_TEXT);
  expect(compat.upstream.last().json).not.toHaveProperty("metadata");
});

test("streams", async () => {
  expect(await readStream(chat())).toBe(REPLY_TEXT);
});

test("raises with the status", async () => {
  const error = await chat("busy")
    .invoke("Say this is a test")
    .catch((reason: unknown) => reason);
  expect(error).toMatchObject({ status: 429 });
});

test("embeds", async () => {
  const embeddings = new OpenAIEmbeddings({
    model: "text-embedding-ada-002",
    apiKey: MASTER_KEY,
    configuration: { baseURL: compat.url },
  });
  expect(await embeddings.embedDocuments(["one", "two"])).toEqual([
    [...embeddingVector("one")],
    [...embeddingVector("two")],
  ]);
  expect(await embeddings.embedQuery("one")).toEqual([...embeddingVector("one")]);
});

test("speaks Azure", async () => {
  expect((await azure().invoke("Say this is a test")).text).toBe(REPLY_TEXT);
  expect(await readStream(azure())).toBe(REPLY_TEXT);
  expect(compat.upstream.last().path).toBe("/openai/deployments/chatgpt-v-2/chat/completions");
});
