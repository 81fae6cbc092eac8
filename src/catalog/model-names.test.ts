import { expect, test } from "bun:test";
import { inferProvider } from "./model-names.ts";

test.each([
  ["gpt-4o", "openai"],
  ["gpt-4o-mini-2024-07-18", "openai"],
  ["gpt-3.5-turbo", "openai"],
  ["gpt-5.2-chat-latest", "openai"],
  ["gpt-image-1", "openai"],
  ["gpt-realtime", "openai"],
  ["ft:gpt-4o-2024-08-06:acme::abc123", "openai"],
  ["ft:o4-mini-2025-04-16", "openai"],
  ["o1", "openai"],
  ["o3-mini", "openai"],
  ["chatgpt-4o-latest", "openai"],
  ["text-embedding-3-small", "openai"],
  ["text-embedding-ada-002", "openai"],
  ["text-moderation-latest", "openai"],
  ["omni-moderation-2024-09-26", "openai"],
  ["dall-e-3", "openai"],
  ["whisper-1", "openai"],
  ["tts-1-hd", "openai"],
  ["gpt-3.5-turbo-instruct", "text-completion-openai"],
  ["gpt-3.5-turbo-instruct-0914", "text-completion-openai"],
  ["davinci-002", "text-completion-openai"],
  ["ft:babbage-002", "text-completion-openai"],
  ["claude-sonnet-4-5", "anthropic"],
  ["claude-3-haiku-20240307", "anthropic"],
  ["claude-2", "anthropic_text"],
  ["command-r-plus-08-2024", "cohere_chat"],
  ["command-a-03-2025", "cohere_chat"],
  ["command-nightly", "cohere"],
  ["embed-english-v3.0", "cohere"],
  ["rerank-v3.5", "cohere"],
  ["gemini-2.5-flash", "vertex_ai"],
  ["text-embedding-005", "vertex_ai"],
  ["jamba-large-1.7", "ai21"],
  ["anthropic.claude-3-5-sonnet-20240620-v1:0", "bedrock"],
  ["us.amazon.nova-pro-v1:0", "bedrock"],
])("%s is known for %s", (modelName, provider) => {
  expect(inferProvider(modelName)).toBe(provider);
});

test.each([
  "",
  "*",
  "my-model",
  "gpt-oss",
  "gpts",
  "mistral-large-latest",
  "llama-3.3-70b-versatile",
  "olmo-2",
  "openai/gpt-4o",
  "my-gpt-4o",
  "meta-llama/Llama-3.3-70B-Instruct",
])("%p says nothing of its provider", (modelName) => {
  expect(inferProvider(modelName)).toBeUndefined();
});
