import { describe, expect, test } from "bun:test";
import { baseten } from "./baseten.ts";
import { fireworksAi } from "./fireworks-ai.ts";
import { ollama } from "./ollama.ts";
import { openrouter } from "./openrouter.ts";
import { versionedUrl } from "./versioned-url.ts";
import { xai } from "./xai.ts";

const parts = (base: string, model = "m") => ({ base, path: "/v1/chat/completions", model, apiVersion: undefined });

test("a base with and without /v1 reaches the same endpoint", () => {
  const expected = "http://localhost:11434/v1/chat/completions";
  expect(versionedUrl(parts("http://localhost:11434"))).toBe(expected);
  expect(versionedUrl(parts("http://localhost:11434/v1"))).toBe(expected);
});

test.each(["", "/v1", "/api", "/api/chat", "/api/generate"])("ollama's base may end with %p", (end) => {
  const base = `http://localhost:11434${end}`;
  expect(ollama.url?.({ ...parts(base), path: "/api/chat" })).toBe("http://localhost:11434/api/chat");
});

describe("baseten", () => {
  const url = (base: string, model: string) =>
    baseten.url?.({ base, path: "/chat/completions", model, apiVersion: undefined });

  test("sends an eight-character id to its dedicated deployment", () => {
    expect(url("https://inference.baseten.co/v1", "abcd1234")).toBe(
      "https://model-abcd1234.api.baseten.co/environments/production/sync/v1/chat/completions",
    );
  });

  test("keeps every other model, and every base of the operator's own, where they are", () => {
    expect(url("https://inference.baseten.co/v1", "openai/gpt-oss-120b")).toBe(
      "https://inference.baseten.co/v1/chat/completions",
    );
    expect(url("http://127.0.0.1:9000", "abcd1234")).toBe("http://127.0.0.1:9000/chat/completions");
  });
});

test.each([
  ["llama-v3p3-70b-instruct", "chat", "accounts/fireworks/models/llama-v3p3-70b-instruct"],
  ["models/glm-5", "completion", "accounts/fireworks/models/glm-5"],
  ["accounts/me/models/mine", "chat", "accounts/me/models/mine"],
  ["accounts/me/models/mine#accounts/me/deployments/d", "chat", "accounts/me/models/mine#accounts/me/deployments/d"],
  ["nomic-ai/nomic-embed-text-v1.5", "embedding", "nomic-ai/nomic-embed-text-v1.5"],
] as const)("fireworks_ai spells out %s for %s", (model, operation, expected) => {
  expect(fireworksAi.modelName?.(model, operation)).toBe(expected);
});

test("openrouter's moderation refusal is a content policy violation, its other refusals are not", () => {
  const error = { status: 403, type: undefined, code: undefined };
  expect(openrouter.readError?.({ ...error, message: "Your input was flagged" })).toBe("content-policy-violation");
  expect(openrouter.readError?.({ ...error, message: "Key is disabled" })).toBeUndefined();
  expect(openrouter.readError?.({ ...error, status: 400, message: "flagged" })).toBeUndefined();
});

test.each([
  ["grok-4", true],
  ["grok-4-1-fast-reasoning", true],
  ["grok-3-mini", true],
  ["grok-code-fast-1", true],
  ["grok-4-1-fast-non-reasoning", false],
  ["grok-3", false],
])("xai refuses penalties and stop for %s: %p", (model, expected) => {
  expect(xai.modelEdits?.some(({ match }) => match.test(model))).toBe(expected);
});
