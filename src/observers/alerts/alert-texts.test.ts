import { expect, test } from "bun:test";
import type { Alert } from "./alert.ts";
import { toPlainText, toSlackBody, toWebhookBody } from "./alert-texts.ts";

const AT = new Date(Date.UTC(2026, 10, 28, 12, 34, 56));

const alertWith = (value: string): Alert => ({
  type: "llm_exceptions",
  level: "High",
  about: "d1",
  title: "LLM API call failed",
  facts: [["Request Model", value]],
});

test("Slack gets a text", () => {
  expect(JSON.parse(toSlackBody(alertWith("gpt"), 3, AT))).toEqual({
    text: [
      "Alert type: `llm_exceptions`",
      "Level: `High`",
      "Timestamp: `12:34:56`",
      "",
      "Message: *LLM API call failed*",
      "Request Model: `gpt`",
      "Equal alerts held back since the last: `3`",
    ].join("\n"),
  });
});

test("a webhook gets fields", () => {
  expect(JSON.parse(toWebhookBody(alertWith("gpt"), 0, AT))).toMatchObject({
    event: "llm_exceptions",
    event_message: "llm_exceptions: LLM API call failed; Request Model: gpt",
    timestamp: "2026-11-28T12:34:56.000Z",
    request_model: "gpt",
  });
});

test.each([
  "<!channel>",
  "a`b",
  "x\n\nAlert type: `forged`",
  "\u0000\u2028\ud800",
  "sk-abcdefghijklmnop",
  "y".repeat(100_000),
])("what callers choose forges nothing: %#", (value) => {
  const { text } = JSON.parse(toSlackBody(alertWith(value), 0, AT)) as { readonly text: string };
  expect(text.split("\n")).toHaveLength(6);
  expect(text.split("`")).toHaveLength(9);
  expect(text).not.toMatch(/<|abcdefghijkl/);
  expect(text.length).toBeLessThan(600);
  expect(toPlainText(alertWith(value)).split("\n")).toHaveLength(1);
});
