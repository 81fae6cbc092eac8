import { expect, test } from "bun:test";
import { readBaseUrl } from "../upstream/origin.ts";
import { PROVIDERS } from "./all.ts";
import { isKnownHost } from "./known-hosts.ts";

const isKnown = (url: string): boolean => isKnownHost(readBaseUrl(url).origin, PROVIDERS);

test.each([
  "https://api.openai.com/v1",
  "https://API.OpenAI.com:443/v1",
  "https://my-resource.openai.azure.com",
  "https://my-resource.services.ai.azure.com/",
  "https://api.groq.com/openai/v1",
])("%s is a vendor's", (url) => {
  expect(isKnown(url)).toBe(true);
});

test.each([
  "http://api.openai.com/v1",
  "https://api.openai.com:8443/v1",
  "https://api.openai.com.evil.example/v1",
  "https://evilopenai.azure.com",
  "https://openai.azure.com.evil.example",
  "https://openai.azure.com",
  "https://.openai.azure.com",
  "https://127.0.0.1/v1",
  "https://localhost/v1",
  "http://localhost:11434",
])("%s is none", (url) => {
  expect(isKnown(url)).toBe(false);
});
