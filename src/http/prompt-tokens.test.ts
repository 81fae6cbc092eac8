import { expect, test } from "bun:test";
import { scanBody } from "./intake.ts";
import { estimatePromptTokens } from "./prompt-tokens.ts";

const estimate = (body: object): number => estimatePromptTokens(scanBody(Buffer.from(JSON.stringify(body))));

const DATA = "A".repeat(400_000);

test("a text counts by its size", () => {
  const tokens = estimate({ messages: [{ role: "user", content: "x".repeat(4000) }] });
  expect(tokens).toBeGreaterThan(1000);
  expect(tokens).toBeLessThan(1030);
});

test("letters written as escapes count as those that are not", () => {
  const body = JSON.stringify({ messages: [{ role: "user", content: "ж".repeat(4000) }] });
  const escaped = body.replaceAll("ж", "\\u0436");
  expect(estimatePromptTokens(scanBody(Buffer.from(escaped)))).toBe(estimate(JSON.parse(body)));
  expect(estimate({ messages: ["\\u".repeat(4000)] })).toBeGreaterThan(3000);
});

test.each([
  ["a picture", { type: "image_url", image_url: { url: `data:image/png;base64,${DATA}` } }],
  ["a sound", { type: "input_audio", input_audio: { data: DATA, format: "wav" } }],
  ["a file", { type: "file", file: { filename: "a.pdf", file_data: `data:application/pdf;base64,${DATA}` } }],
])("%s counts little, and the text beside it all the same", (_name, part) => {
  const text = { type: "text", text: "x".repeat(4000) };
  const tokens = estimate({ messages: [{ role: "user", content: [text, part] }], tools: ["y".repeat(400)] });
  expect(tokens).toBeGreaterThan(1100);
  expect(tokens).toBeLessThan(1500);
});

test("what cannot be read as a conversation counts by its size", () => {
  expect(estimate({ messages: `x;base64,${"A".repeat(4000)}` })).toBeGreaterThan(1000);
});
