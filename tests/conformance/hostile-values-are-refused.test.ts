import { describe, expect, test } from "bun:test";
import { GatewayError } from "../../src/core/errors.ts";
import type { JsonObject, Translator } from "../../src/core/translation.ts";
import { TRANSLATORS } from "../../src/translators/all.ts";

/** What JSON can hold and no code expects: methods that are none, a prototype, names that every object has. */
const HOSTILE: readonly string[] = [
  '{"toString":1,"valueOf":1,"length":1000000000,"toJSON":1}',
  '{"__proto__":{"polluted":true,"type":"text"},"constructor":{"prototype":{"polluted":true}}}',
  '{"type":{"toString":1,"valueOf":1}}',
  '[{"toString":1,"valueOf":1}]',
  '"constructor"',
  '"__proto__"',
  '"data:image/constructor;base64,AA=="',
  '"\\ud800"',
  "-1e308",
];

const TOOL = { name: "f", parameters: { type: "object", properties: { a: { type: "string", enum: ["x"] } } } };
const BODIES: Readonly<Record<string, JsonObject>> = {
  "openai-chat": {
    messages: [
      { role: "system", content: "s", cache_control: { type: "ephemeral" } },
      {
        role: "user",
        content: [
          { type: "text", text: "hi" },
          { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=", detail: "low" } },
          { type: "input_audio", input_audio: { data: "AAAA", format: "wav" } },
          { type: "file", file: { file_data: "data:application/pdf;base64,JVBERi0=", filename: "a.pdf" } },
        ],
      },
      {
        role: "assistant",
        content: "a",
        thinking_blocks: [{ type: "thinking", thinking: "t", signature: "s" }],
        provider_specific_fields: { block_order: ["thinking", 1, "tool_use"], thought_signatures: ["abcd"] },
        tool_calls: [{ id: "c", type: "function", function: { name: "f", arguments: "{}" } }],
      },
      { role: "tool", tool_call_id: "c", content: [{ type: "text", text: "r" }] },
    ],
    tools: [
      { type: "function", function: TOOL },
      { type: "web_search", user_location: { type: "approximate" } },
    ],
    tool_choice: { type: "function", function: { name: "f" } },
    response_format: { type: "json_schema", json_schema: { name: "n", schema: { type: "object" } } },
    stop: ["a"],
    max_tokens: 5,
    temperature: 0.5,
    user: "u",
    service_tier: "flex",
    reasoning_effort: "low",
    thinking: { type: "enabled", budget_tokens: 1024 },
    modalities: ["text"],
    audio: { voice: "alloy", format: "pcm16" },
    logit_bias: { "1": 2 },
    betas: ["a"],
    web_search_options: { search_context_size: "low" },
    context_management: { edits: [{ type: "x" }] },
  },
  "openai-completion": { prompt: ["a"], stop: ["a"], max_tokens: 3, suffix: "s" },
  "openai-embedding": { input: ["a"], dimensions: 3, input_type: "x", embedding_types: ["float"] },
  "cohere-rerank": { query: "q", documents: ["a", { text: "b" }], top_n: 1, rank_fields: ["text"] },
};

type Path = readonly (string | number)[];

const pathsOf = (value: unknown, path: Path = []): readonly Path[] =>
  typeof value !== "object" || value === null
    ? []
    : Object.entries(value).flatMap(([key, item]) => [[...path, key], ...pathsOf(item, [...path, key])]);

/** A copy with another value at a path. */
const withValue = (value: unknown, [key, ...rest]: Path, put: unknown): unknown => {
  if (key === undefined) return put;
  const copy = Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) };
  const fields = copy as Record<string | number, unknown>;
  fields[key] = withValue(fields[key], rest, put);
  return copy;
};

const ALL: readonly (readonly [string, Translator])[] = TRANSLATORS.map(({ from, to, load }) => [
  `${from} for ${to}`,
  load(),
]);

describe.each(ALL)("%s", (_name, translator) => {
  test.each([true, false])(
    "throws nothing but refusals at hostile values (what is refused is dropped: %p)",
    (drops) => {
      const body = BODIES[translator.from] ?? {};
      const refuse = (path: string): void => {
        if (!drops) throw new GatewayError("unsupported-params", path);
      };
      const context = { isStream: false, ledger: { drop: () => undefined, refuse }, media: new Map(), options: {} };
      for (const model of ["claude-sonnet-4-5", "gemini-2.5-pro", "cohere.command-r"])
        for (const path of pathsOf(body))
          for (const text of HOSTILE) {
            const spoiled = withValue(body, path, JSON.parse(text)) as JsonObject;
            try {
              translator.mediaUrls?.(spoiled, {});
              translator.headers?.(spoiled, {});
              expect(JSON.stringify(translator.request(spoiled, { ...context, model }))).not.toContain("native code");
            } catch (thrown) {
              if (!(thrown instanceof GatewayError)) throw new Error(`${path.join(".")} = ${text}`, { cause: thrown });
            }
          }
      expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
    },
  );
});
