import { describe, expect, test } from "bun:test";
import type { CallDetails } from "../core/call-details.ts";
import { detailedCall } from "./calls-for-tests.ts";
import { readDetails, readParameters } from "./read-details.ts";

const DEEP = 100_000;

const withDetails = (details: Partial<CallDetails>) => readDetails(detailedCall(details));

const answerOf = (response: string | Uint8Array, isStream = false) => {
  const content = { request: Buffer.from("{}"), response: Buffer.from(response), isResponseCut: false };
  return readDetails(detailedCall({ content }, { isStream })).response;
};

const frames = (...chunks: readonly unknown[]): string =>
  chunks.map((chunk) => `data: ${typeof chunk === "string" ? chunk : JSON.stringify(chunk)}\n\n`).join("");

const chunk = (delta: object, rest: object = {}): object => ({
  id: "chatcmpl-1",
  object: "chat.completion.chunk",
  created: 7,
  model: "gpt-4o-2024",
  choices: [{ index: 0, delta, finish_reason: null, ...rest }],
});

test("each text is parsed once, and all observers share it", () => {
  const event = detailedCall({ metadataText: '{"a":1}' });
  expect(readDetails(event)).toBe(readDetails(event));
  expect(readDetails(event).metadata).toBe(readDetails(event).metadata);
  expect(readDetails(event).response).toBe(readDetails(event).response);
  expect(readDetails(event).request).toEqual({ messages: [{ role: "user", content: "hi" }] });
  expect(readDetails(event).parameters).toEqual({ temperature: 0 });
});

describe("metadata of headers", () => {
  test("are text, JSON or booleans as their key says, and win over the body", () => {
    const langfuseHeaders = {
      trace_id: "from-header",
      trace_user_id: "true-blue",
      trace_metadata: '{"a":[1]}',
      tags: "a, b",
      update_trace_keys: '["input"]',
      mask_input: "true",
      generation_name: "{",
    };
    expect(withDetails({ langfuseHeaders, metadataText: '{"trace_id":"from-body","a":1}' }).metadata).toEqual({
      a: 1,
      trace_id: "from-header",
      trace_user_id: "true-blue",
      trace_metadata: { a: [1] },
      tags: ["a", "b"],
      update_trace_keys: ["input"],
      mask_input: true,
      generation_name: "{",
    });
  });
});

test.each([
  ["2024", ["2024"]],
  ["true", ["true"]],
  ["a,2024", ["a", "2024"]],
  ['["a",7]', ["a", 7]],
  ["[a", ["[a"]],
])("tags of a header may be %j", (text, tags) => {
  expect(withDetails({ langfuseHeaders: { tags: text } }).metadata["tags"]).toEqual(tags);
});

describe("credentials in metadata are hidden from all observers", () => {
  test("by their names, at any depth, and by their look", () => {
    const said = {
      langfuse_secret: "planted",
      langfuse_secret_key: "planted",
      langfuse_public_key: "planted",
      langfuse_host: "planted",
      openaiApiKey: "planted",
      "x-api-key": ["planted"],
      nested: [{ Authorization: "planted", password: { a: "planted" }, auth_token: "planted" }],
      note: "call with sk-plantedplanted0000",
    };
    const metadataText = JSON.stringify(said).replace("password", "p\\u0061ssword");
    const headers = { trace_metadata: '{"api_key":"planted"}', trace_id: "Bearer planted-planted" };
    const reader = withDetails({ metadataText, langfuseHeaders: headers, spendLogsMetadataText: metadataText });
    expect(JSON.stringify([reader.metadata, reader.spendLogsMetadata])).not.toContain("planted");
    expect(reader.metadata["note"]).toBe("call with sk-****0000");
  });

  test("in names of fields, and in parameters by their look alone", () => {
    const text = '{"sk-plantedplanted0000":1,"stop":["sk-plantedplanted0000"],"password":"p"}';
    const reader = withDetails({ metadataText: text, parametersText: text });
    expect(reader.metadata).toEqual({ "sk-****0000": 1, stop: ["sk-****0000"], password: "****" });
    expect(reader.parameters).toEqual({ "sk-****0000": 1, stop: ["sk-****0000"], password: "p" });
  });

  test("what only sounds like one stays", () => {
    const said = { max_tokens: 7, keyword: "a", token_count: 1, trace_id: "key-to-secrets", tokens: [1], keys: "b" };
    expect(withDetails({ metadataText: JSON.stringify(said) }).metadata).toEqual(said);
  });
});

test("parameters show nothing of what is asked where content is not shown", () => {
  const parameters = {
    temperature: 0,
    stop: ["planted"],
    tool_choice: { type: "function", function: { name: "planted" } },
    function_call: "planted",
    web_search_options: { user_location: "planted" },
    response_format: { type: "json_schema", json_schema: { name: "planted" } },
  };
  const call = detailedCall({ parametersText: JSON.stringify(parameters) });
  expect(readParameters(call, true)).toEqual(parameters);
  expect(readParameters(call, false)).toEqual({ temperature: 0, response_format: { type: "json_schema" } });
});

test.each([
  ["7"],
  ["[1]"],
  ["null"],
  ["{"],
  ['"a"'],
  ["[".repeat(DEEP)],
  [`{"a":${"[".repeat(DEEP)}${"]".repeat(DEEP)}}`],
])("metadata that is no object, or too deep, is empty", (metadataText) => {
  expect(withDetails({ metadataText }).metadata).toEqual({});
});

test("whole numbers that no number holds are texts of their digits, others stay numbers", () => {
  const metadataText =
    '{"a":1099511627776123457,"b":[-12345678901234567890,{"c":9007199254740991}],"d":0.1234567890123456,"e":1e30}';
  expect(withDetails({ metadataText }).metadata).toEqual({
    a: "1099511627776123457",
    b: ["-12345678901234567890", { c: 9007199254740991 }],
    d: 0.1234567890123456,
    e: 1e30,
  });
});

test("names that every object has do no harm", () => {
  const { metadata } = withDetails({
    metadataText: '{"__proto__":{"trace_id":"x"},"constructor":1}',
    langfuseHeaders: {},
  });
  expect(metadata["trace_id"]).toBeUndefined();
  expect(Object.getPrototypeOf(metadata)).toBe(Object.prototype);
});

test("content that may not be shown is not there", () => {
  const reader = withDetails({ content: undefined });
  expect([reader.request, reader.response]).toEqual([{}, undefined]);
});

describe("a stream is put together", () => {
  const stream = frames(
    chunk({ role: "assistant", content: "" }),
    chunk({ content: "hé" }),
    chunk({ reasoning_content: "hm" }),
    chunk({ content: "llo" }),
    chunk({ tool_calls: [{ index: 1, id: "b", type: "function", function: { name: "g", arguments: "{" } }] }),
    chunk({ tool_calls: [{ index: 0, id: "a", type: "function", function: { name: "f", arguments: "" } }] }),
    chunk({ tool_calls: [{ index: 1, function: { arguments: "}" } }] }),
    chunk({}, { finish_reason: "tool_calls" }),
    { id: "chatcmpl-1", choices: [], usage: { prompt_tokens: 1 } },
    "[DONE]",
  );

  test("texts, tool calls, reasons and usage", () => {
    expect(answerOf(stream, true)).toEqual({
      id: "chatcmpl-1",
      object: "chat.completion",
      created: 7,
      model: "gpt-4o-2024",
      choices: [
        {
          index: 0,
          finish_reason: "tool_calls",
          message: {
            role: "assistant",
            content: "héllo",
            reasoning_content: "hm",
            tool_calls: [
              { id: "a", type: "function", function: { name: "f", arguments: "" } },
              { id: "b", type: "function", function: { name: "g", arguments: "{}" } },
            ],
          },
        },
      ],
      usage: { prompt_tokens: 1 },
    });
  });

  test("calls of functions, audio, annotations, log probabilities, and what vendors add", () => {
    const token = (text: string) => ({ token: text, logprob: -1 });
    const pieces = frames(
      { ...chunk({ function_call: { name: "f", arguments: "{" } }), service_tier: "flex", system_fingerprint: null },
      chunk({ function_call: { arguments: "}" } }, { logprobs: { content: [token("a")], refusal: null } }),
      chunk({ audio: { id: "audio_1", transcript: "he" } }, { logprobs: { content: [token("b")] } }),
      chunk({ audio: { data: "AAAA", transcript: "llo" } }, { logprobs: null }),
      chunk({ audio: { data: "BBBB", expires_at: 7 } }),
      chunk({ annotations: [{ type: "url_citation", url_citation: { url: "https://a" } }] }),
      chunk({ annotations: [{ type: "url_citation", url_citation: { url: "https://b" } }] }),
      chunk({ reasoning_details: [{ index: 0, type: "reasoning.text", text: "h" }] }),
      chunk({ reasoning_details: [{ index: 0, type: "reasoning.text", text: "m" }, null] }),
    );
    expect(answerOf(pieces, true)).toMatchObject({
      service_tier: "flex",
      choices: [
        {
          logprobs: { content: [token("a"), token("b")] },
          message: {
            content: null,
            function_call: { name: "f", arguments: "{}" },
            audio: { id: "audio_1", transcript: "hello", data: "AAAABBBB", expires_at: 7 },
            annotations: [{ url_citation: { url: "https://a" } }, { url_citation: { url: "https://b" } }],
            reasoning_details: [{ index: 0, type: "reasoning.text", text: "hm" }, null],
          },
        },
      ],
    });
  });

  test("of a vendor that says in each event that there was no error", () => {
    const events = ["a", "b"].map((content) => ({ ...chunk({ content }), error: null }));
    expect(answerOf(frames(...events), true)).toMatchObject({ choices: [{ message: { content: "ab" } }] });
    expect(answerOf(frames(...events), true)).not.toHaveProperty("error");
  });

  test("cut anywhere it gives what came", () => {
    const bytes = Buffer.from(stream);
    for (let end = 0; end <= bytes.length; end++) expect(() => answerOf(bytes.subarray(0, end), true)).not.toThrow();
    const middle = answerOf(bytes.subarray(0, stream.indexOf("llo")), true) as { choices: { message: object }[] };
    expect(middle.choices[0]?.message).toMatchObject({ content: "hé" });
    expect(answerOf("", true)).toBeUndefined();
  });

  test("several choices, text completions, and an error at the end", () => {
    const text = (index: number, piece: string) => ({ object: "text_completion", choices: [{ index, text: piece }] });
    const error = { error: { message: "broke" } };
    expect(answerOf(frames(text(1, "b"), text(0, "a"), text(1, "c"), error), true)).toMatchObject({
      object: "text_completion",
      choices: [
        { index: 0, text: "a" },
        { index: 1, text: "bc" },
      ],
      error: { message: "broke" },
    });
  });

  test.each([
    ["no JSON", "{"],
    ["a number", 7],
    [
      "choices that are none",
      { choices: [7, null, [], { index: {}, delta: { content: {}, tool_calls: [7, { function: 7 }] } }] },
    ],
    [
      "names that every object has",
      '{"choices":[{"__proto__":{"a":1},"delta":{"__proto__":{"b":1},"constructor":{"c":{"__proto__":1}}}}]}',
    ],
    ["too deep", `{"choices":${"[".repeat(DEEP)}`],
    [
      "numbers beyond all bounds",
      { choices: Array.from({ length: 1000 }, (_, index) => ({ index: index * 1e300, delta: {} })) },
    ],
  ])("hostile events do no harm: %s", (_name, event) => {
    expect(() => JSON.stringify(answerOf(frames(event, chunk({ content: "a" })), true))).not.toThrow();
  });
});
