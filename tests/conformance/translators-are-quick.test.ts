import { describe, expect, test } from "bun:test";
import { GatewayError } from "../../src/core/errors.ts";
import type { JsonObject, Translator } from "../../src/core/translation.ts";
import { readGoogleError } from "../../src/providers/google-errors.ts";
import { TRANSLATORS } from "../../src/translators/all.ts";
import { cpuTimeMs } from "../support/cpu-time.ts";
import { notingLedger } from "../support/translator-requests.ts";

/** Items of a kind in one body: where each is compared with all others, seconds go by. */
const MANY = 6000;
/** Characters of a text that some pattern may look at again and again. */
const LONG = 300_000;
/** What a body may cost; each of these took from two seconds to many minutes. */
const LIMIT_MS = 1500;

const USER = { role: "user", content: "hi" };
const times = <Item>(make: (index: number) => Item, count = MANY): readonly Item[] =>
  Array.from({ length: count }, (_, index) => make(index));
const callOf = (id: string): JsonObject => ({ id, type: "function", function: { name: "f", arguments: "{}" } });
const answerTo = (id: string): JsonObject => ({ role: "tool", tool_call_id: id, content: "x" });
const toolOf = (name: string, parameters: JsonObject = {}): JsonObject => ({
  type: "function",
  function: { name, parameters: { type: "object", ...parameters } },
});
const partsOf = (parts: readonly JsonObject[]): JsonObject => ({ messages: [{ role: "user", content: parts }] });
const fileOf = (file: JsonObject): JsonObject => partsOf([{ type: "file", file }]);

/** Writing it again takes seconds, and then fails. */
const DEEP = `{"a":${"[".repeat(LONG)}${"]".repeat(LONG)}}`;

const BODIES: Readonly<Record<string, () => JsonObject>> = {
  "calls with one id": () => ({
    messages: [USER, { role: "assistant", tool_calls: times(() => callOf("a")) }, ...times(() => answerTo("a"))],
  }),
  "calls answered from the last": () => ({
    messages: [
      USER,
      { role: "assistant", tool_calls: times((index) => callOf(`a${index}`)) },
      ...times((index) => answerTo(`a${MANY - 1 - index}`)),
    ],
  }),
  "turns with one id": () => ({
    messages: [USER, ...times(() => [{ role: "assistant", tool_calls: [callOf("a")] }, answerTo("a")]).flat()],
  }),
  "ids that look alike": () => ({
    messages: [
      USER,
      { role: "assistant", tool_calls: times(() => callOf(`ä${"x".repeat(70)}`)) },
      ...times(() => answerTo(`ä${"x".repeat(70)}`)),
    ],
  }),
  "tools whose names look alike": () => ({
    messages: [USER],
    tools: times((index) => toolOf(`f${String.fromCharCode(0x100 + index)}`)),
  }),
  "documents of one name": () =>
    partsOf(
      times(() => ({ type: "file", file: { file_data: "data:application/pdf;base64,JVBERi0=", filename: "a.pdf" } })),
    ),
  "parts of one message": () => partsOf(times(() => ({ type: "text", text: "x" }), 100_000)),
  "a schema of schemas": () => ({
    messages: [USER],
    tools: [toolOf("f", { allOf: times((index) => ({ properties: { [`p${index}`]: {} }, required: [`p${index}`] })) })],
  }),
  "spaces for base64": () => fileOf({ file_data: `${" ".repeat(LONG)}!`, filename: "a.pdf" }),
  "spaces for an image": () =>
    partsOf([{ type: "image_url", image_url: { url: `data:image/png;base64,${" ".repeat(LONG)}!` } }]),
  "dots for a file's name": () =>
    fileOf({ file_data: "data:application/octet-stream;base64,AAAA", filename: `${".a?".repeat(LONG / 3)}\nx` }),
  "dots for an address": () => fileOf({ file_id: `gs://x/${".a?".repeat(LONG / 3)}\nx` }),
  "arguments and results nested deeply": () => ({
    messages: [
      USER,
      { role: "assistant", tool_calls: [{ id: "a", type: "function", function: { name: "f", arguments: DEEP } }] },
      { role: "tool", tool_call_id: "a", content: DEEP },
    ],
  }),
  "an odd user": () => ({ messages: [USER], user: `${"a".repeat(LONG)}@${"a.".repeat(LONG)}!` }),
};

const OF_CHATS: readonly (readonly [string, Translator])[] = TRANSLATORS.filter(
  ({ from }) => from === "openai-chat",
).map(({ to, load }) => [to, load()]);

describe.each(OF_CHATS)("a chat for %s", (_name, translator) => {
  test.each(Object.entries(BODIES))("with %s takes no longer than others", (_what, make) => {
    const body = make();
    const context = { isStream: false, media: new Map(), options: {} };
    for (const model of ["claude-sonnet-4-5", "cohere.command-r"]) {
      const startMs = cpuTimeMs();
      try {
        translator.mediaUrls?.(body, {});
        JSON.stringify(translator.request(body, { ...context, model, ledger: notingLedger() }));
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(GatewayError);
      }
      expect(cpuTimeMs() - startMs).toBeLessThan(LIMIT_MS);
    }
  });
});

test("a vendor's failure of many words is read at once", () => {
  const startMs = cpuTimeMs();
  expect(
    readGoogleError({ status: 400, message: "input token count ".repeat(LONG / 18), type: undefined, code: undefined }),
  ).toBeUndefined();
  expect(cpuTimeMs() - startMs).toBeLessThan(LIMIT_MS);
});
