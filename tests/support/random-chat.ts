import { pick, type Random, randomBelow, randomJsonText } from "./random-json.ts";

/** A body as it comes out of `JSON.parse`. */
export type RandomBody = Record<string, unknown>;

const chance = (random: Random, share: number): boolean => random() < share;

const listOf = <Item>(random: Random, most: number, make: (index: number) => Item): Item[] =>
  Array.from({ length: randomBelow(random, most + 1) }, (_, index) => make(index));

/** Fields that are there with this likelihood each; `null` now and then, as many clients send it for "not set". */
const someOf = (random: Random, share: number, makers: Readonly<Record<string, () => unknown>>): RandomBody =>
  Object.fromEntries(
    Object.entries(makers)
      .filter(() => chance(random, share))
      .map(([name, make]) => [name, chance(random, 0.05) ? null : make()]),
  );

const TEXTS = [
  "Hi",
  "",
  " ",
  "caf\u00e9 \u{1f600}",
  "\ud800",
  "\u0000",
  "line\nline",
  '{"a":1}',
  "</tool>",
  "x".repeat(3000),
];
const NAMES = [
  "look",
  "get_weather",
  "a-b",
  "constructor",
  "__proto__",
  "toString",
  "n\u00e4me",
  "with space",
  "x".repeat(65),
];
const IDS = ["call_1", "call_2", "toolu_01", "constructor", "a b/c", "x".repeat(70)];
const ARGUMENTS = [
  "{}",
  "",
  " ",
  '{"at":"sea"}',
  '{"a":{"b":[1,null]}}',
  "[1]",
  "null",
  "7",
  '"text"',
  '{"broken":',
  "{'a':1}",
];
const PNG = "iVBORw0KGgo=";
const URLS = [
  `data:image/png;base64,${PNG}`,
  `data:image/jpeg;base64,${PNG}`,
  `data:IMAGE/GIF;base64,${PNG}`,
  `data:application/pdf;base64,${PNG}`,
  `data:;base64,${PNG}`,
  "data:text/plain,hello",
  "data:",
  "https://files.example/a.png",
  "http://files.example/a?b=c#d",
  "HTTPS://FILES.EXAMPLE/A.JPG",
  "gs://bucket/a.png",
  "s3://bucket/a.pdf",
  "file-abc123",
  "",
];
const SCHEMAS: readonly unknown[] = [
  {},
  { type: "object" },
  { type: "object", properties: {} },
  { type: "object", properties: { at: { type: "string", enum: ["sea", "land"] } }, required: ["at"] },
  { type: "object", properties: { a: { type: ["string", "null"] } }, additionalProperties: false },
  { $defs: { n: { type: "object", properties: { next: { $ref: "#/$defs/n" } } } }, $ref: "#/$defs/n" },
  { $ref: "#/nowhere" },
  { anyOf: [{ type: "string" }, { type: "null" }], $schema: "http://json-schema.org/draft-07/schema#" },
  { type: "array", items: [{ type: "integer" }, true] },
  { type: "object", properties: { constructor: { const: 1 }, ["__proto__"]: {} }, patternProperties: { "^a": false } },
  { allOf: [{ $ref: "#" }], properties: null, required: null, enum: [] },
];

const text = (random: Random): string => pick(random, TEXTS);
const cache = (random: Random): RandomBody =>
  chance(random, 0.1)
    ? { cache_control: pick(random, [{ type: "ephemeral" }, { type: "ephemeral", ttl: "1h" }, null, "x"]) }
    : {};

const randomPart = (random: Random): unknown => {
  const url = pick(random, URLS);
  const parts: readonly unknown[] = [
    { type: "text", text: text(random) },
    { type: "text", text: text(random), citations: [] },
    { type: "input_text", text: text(random) },
    {
      type: "image_url",
      image_url: { url, ...someOf(random, 0.3, { detail: () => pick(random, ["low", "high", "auto"]) }) },
    },
    { type: "image_url", image_url: { url, format: "image/png" } },
    { type: "image_url", image_url: url },
    { type: "input_audio", input_audio: { data: PNG, format: pick(random, ["wav", "mp3", "", "flac"]) } },
    { type: "file", file: { file_data: url, filename: "a.pdf" } },
    { type: "file", file: { file_id: url, format: "application/pdf" } },
    { type: "refusal", refusal: text(random) },
    { type: "video_url", video_url: { url } },
    { type: pick(random, ["document", "thinking", "guarded_text", "tool_result", "constructor"]), text: text(random) },
    text(random),
  ];
  const part = pick(random, parts);
  return typeof part === "string" ? part : { ...(part as RandomBody), ...cache(random) };
};

const randomContent = (random: Random): unknown =>
  chance(random, 0.5) ? text(random) : chance(random, 0.1) ? null : listOf(random, 4, () => randomPart(random));

const randomCall = (random: Random): RandomBody => {
  const called = { name: pick(random, NAMES), arguments: pick(random, ARGUMENTS) };
  const id = pick(random, IDS);
  return pick(random, [
    { id, type: "function", function: called },
    { id, type: "function", function: called, index: 0, provider_specific_fields: { thought_signature: "c2ln" } },
    { id, type: "custom", custom: { name: called.name, input: text(random) } },
    { id, function: { name: called.name } },
  ] as readonly RandomBody[]);
};

const randomThinking = (random: Random): RandomBody =>
  someOf(random, 0.15, {
    reasoning_content: () => text(random),
    thinking_blocks: () =>
      listOf(random, 2, () =>
        pick(random, [
          { type: "thinking", thinking: text(random), signature: "c2ln" },
          { type: "thinking", thinking: text(random) },
          { type: "redacted_thinking", data: "ZGF0YQ==" },
        ]),
      ),
    provider_specific_fields: () => ({ a: [1] }),
    annotations: () => [],
    refusal: () => text(random),
    audio: () => ({ id: "audio_1" }),
  });

const randomMessage = (random: Random): RandomBody => {
  const content = randomContent(random);
  const named = chance(random, 0.1) ? { name: pick(random, NAMES) } : {};
  switch (pick(random, ["system", "developer", "user", "user", "assistant", "assistant", "tool", "function"])) {
    case "system":
      return { role: "system", content, ...named, ...cache(random) };
    case "developer":
      return { role: "developer", content, ...named };
    case "user":
      return { role: "user", content, ...named, ...cache(random) };
    case "tool":
      return { role: "tool", tool_call_id: pick(random, IDS), content, ...named, ...cache(random) };
    case "function":
      return { role: "function", name: pick(random, NAMES), content };
    default:
      return { role: "assistant", content, ...named, ...randomThinking(random), ...randomCalls(random) };
  }
};

const randomCalls = (random: Random): RandomBody => {
  if (chance(random, 0.1)) return { function_call: { name: pick(random, NAMES), arguments: pick(random, ARGUMENTS) } };
  return chance(random, 0.4) ? { tool_calls: listOf(random, 3, () => randomCall(random)) } : {};
};

/** A call of tools and all of its results, as clients in good order send them. */
const randomToolTurn = (random: Random): RandomBody[] => {
  const calls = listOf(random, 3, (index) => ({
    id: `call_${index}`,
    type: "function",
    function: { name: pick(random, NAMES), arguments: pick(random, ARGUMENTS) },
  }));
  const results = calls.map(({ id }) => ({ role: "tool", tool_call_id: id, content: randomContent(random) }));
  return [{ role: "assistant", content: pick(random, [null, "", "Looking"]), tool_calls: calls }, ...results];
};

const randomMessages = (random: Random): RandomBody[] => {
  const turns = Array.from({ length: 1 + randomBelow(random, 5) }, () =>
    chance(random, 0.25) ? randomToolTurn(random) : [randomMessage(random)],
  );
  return turns.flat();
};

const randomFunction = (random: Random): RandomBody => ({
  name: pick(random, NAMES),
  ...someOf(random, 0.7, {
    description: () => text(random),
    parameters: () => pick(random, SCHEMAS),
    strict: () => chance(random, 0.5),
  }),
});

const randomTool = (random: Random): unknown =>
  pick(random, [
    { type: "function", function: randomFunction(random), ...cache(random) },
    { type: "function", function: randomFunction(random) },
    { function: randomFunction(random) },
    { type: "custom", custom: { name: pick(random, NAMES), format: { type: "text" } } },
    { type: pick(random, ["web_search_20250305", "computer_20241022", "bash_20250124", "mcp"]), name: "own" },
    { googleSearch: {} },
  ]);

const randomChoice = (random: Random): unknown =>
  pick(random, [
    "auto",
    "none",
    "required",
    "any",
    { type: "function", function: { name: pick(random, NAMES) } },
    { type: "custom", custom: { name: pick(random, NAMES) } },
    { type: "allowed_tools", allowed_tools: { mode: "auto", tools: [] } },
  ]);

const randomFormat = (random: Random): unknown => {
  const schema = pick(random, SCHEMAS);
  return pick(random, [
    { type: "text" },
    { type: "json_object" },
    { type: "json_object", response_schema: schema },
    { type: "json_schema", json_schema: { name: "answer", schema, strict: true } },
    { type: "json_schema", json_schema: { schema, description: text(random) } },
  ]);
};

const number = (random: Random): number => pick(random, [0, 0.5, 1, 2, -1, 1e300, 7, 4096]);

/** Every standard parameter of chats, and some that are vendors' own. */
const chatParams = (random: Random): Readonly<Record<string, () => unknown>> => ({
  temperature: () => number(random),
  top_p: () => number(random),
  top_k: () => number(random),
  n: () => pick(random, [1, 2, 3]),
  seed: () => number(random),
  stop: () => pick(random, ["END", "", [], ["a"], ["a", "b", "c", "d", "e", "f"], [""]] as readonly unknown[]),
  max_tokens: () => pick(random, [0, 1, 256, 1_000_000]),
  max_completion_tokens: () => pick(random, [0, 1, 256, 1_000_000]),
  presence_penalty: () => number(random),
  frequency_penalty: () => number(random),
  logit_bias: () => ({ "50256": -100 }),
  logprobs: () => chance(random, 0.5),
  top_logprobs: () => randomBelow(random, 6),
  user: () => text(random),
  stream: () => chance(random, 0.5),
  stream_options: () => ({ include_usage: true }),
  tools: () => listOf(random, 3, () => randomTool(random)),
  tool_choice: () => randomChoice(random),
  functions: () => listOf(random, 2, () => randomFunction(random)),
  function_call: () => pick(random, ["auto", "none", { name: "look" }] as readonly unknown[]),
  parallel_tool_calls: () => chance(random, 0.5),
  response_format: () => randomFormat(random),
  reasoning_effort: () => pick(random, ["none", "minimal", "low", "medium", "high", "xhigh"]),
  thinking: () =>
    pick(random, [
      { type: "enabled", budget_tokens: 1024 },
      { type: "disabled" },
      { type: "adaptive" },
      { type: "enabled" },
    ]),
  modalities: () => pick(random, [["text"], ["text", "image"], ["text", "audio"]]),
  audio: () => ({ voice: "alloy", format: "wav" }),
  prediction: () => ({ type: "content", content: text(random) }),
  metadata: () => ({ user_id: "u", a: "b" }),
  store: () => chance(random, 0.5),
  service_tier: () => pick(random, ["auto", "default", "flex", "priority"]),
  safety_identifier: () => "someone",
  prompt_cache_key: () => "k",
  verbosity: () => pick(random, ["low", "high"]),
  web_search_options: () => pick(random, [{}, { search_context_size: "low", user_location: { type: "approximate" } }]),
  extra_headers: () => ({ a: "b" }),
  keep_alive: () => "5m",
  guardrailConfig: () => ({ guardrailIdentifier: "g", guardrailVersion: "1" }),
  safety_settings: () => [{ category: "c", threshold: "t" }],
  x_vendor: () => JSON.parse(randomJsonText(random)) as unknown,
});

/** A chat request as OpenAI's reference allows it, odd but valid values included. */
export const randomChatRequest = (random: Random, model = "some-model"): RandomBody => ({
  model,
  messages: randomMessages(random),
  ...someOf(random, pick(random, [0, 0.05, 0.3]), chatParams(random)),
});

/** A text completion request; prompts of several texts and of token ids included. */
export const randomCompletionRequest = (random: Random, model = "some-model"): RandomBody => {
  const { tools: _tools, functions: _functions, ...params } = chatParams(random);
  return {
    model,
    prompt: pick(random, [
      text(random),
      [text(random)],
      [text(random), text(random)],
      [1, 2],
      [[1], [2]],
      [],
    ] as readonly unknown[]),
    ...someOf(random, pick(random, [0, 0.2]), {
      ...params,
      suffix: () => text(random),
      echo: () => true,
      best_of: () => 2,
    }),
  };
};

/** An embeddings request: texts, token ids, and the lists of parts that vendors of images take. */
export const randomEmbeddingRequest = (random: Random, model = "some-model"): RandomBody => ({
  model,
  input: pick(random, [
    text(random),
    listOf(random, 4, () => text(random)),
    [1, 2],
    [[1], [2]],
    [],
    pick(random, URLS),
    [pick(random, URLS)],
    [randomPart(random)],
  ] as readonly unknown[]),
  ...someOf(random, 0.2, {
    dimensions: () => pick(random, [8, 256, 0]),
    encoding_format: () => pick(random, ["float", "base64"]),
    user: () => text(random),
    input_type: () => pick(random, ["search_query", "document"]),
    truncate: () => "END",
    x_vendor: () => JSON.parse(randomJsonText(random)) as unknown,
  }),
});

/** A rerank request: documents as texts or objects. */
export const randomRerankRequest = (random: Random, model = "some-model"): RandomBody => ({
  model,
  query: text(random),
  documents: listOf(random, 4, () =>
    pick(random, [text(random), { text: text(random) }, { title: text(random), body: "b" }] as readonly unknown[]),
  ),
  ...someOf(random, 0.2, {
    top_n: () => pick(random, [1, 3, 100]),
    return_documents: () => chance(random, 0.5),
    rank_fields: () => ["title"],
    max_chunks_per_doc: () => 2,
    max_tokens_per_doc: () => 100,
    x_vendor: () => JSON.parse(randomJsonText(random)) as unknown,
  }),
});

/** A value of the wrong kind, as broken clients and vendors send them. */
const junk = (random: Random): unknown =>
  chance(random, 0.3)
    ? (JSON.parse(randomJsonText(random, 2)) as unknown)
    : pick(random, [
        null,
        true,
        false,
        0,
        -1,
        1.5,
        "",
        "x",
        [],
        {},
        [null],
        [[]],
        { a: null },
        "constructor",
      ] as readonly unknown[]);

/** The same value with some of what is in it replaced by values of wrong kinds, left out or doubled: half valid. */
export const spoil = (random: Random, value: unknown, share = 0.05): unknown => {
  if (chance(random, share)) return junk(random);
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown) => {
      const spoiled = spoil(random, item, share);
      return chance(random, share) ? pick(random, [[], [spoiled, spoiled]]) : [spoiled];
    });
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(() => !chance(random, share))
      .map(([name, item]) => [name, spoil(random, item, share)]),
  );
};

/** {@link spoil} of a body, which stays an object: what is none never reaches a translator. */
export const spoilBody = (random: Random, body: RandomBody, share = 0.05): RandomBody =>
  Object.fromEntries(
    Object.entries(body)
      .filter(([name]) => name === "model" || !chance(random, share))
      .map(([name, item]) => [name, name === "model" ? item : spoil(random, item, share)]),
  );

/** Words that vendors' replies are made of, whatever the vendor. */
const REPLY_KEYS =
  "id type object model created message messages content text role delta choices index finish_reason stop_reason usage tool_calls function name arguments input output error code status done response candidates parts functionCall finishReason usageMetadata promptTokenCount input_tokens output_tokens prompt_tokens completion_tokens generated_text token details results embeddings embedding data event contentBlockDelta contentBlockStart contentBlockIndex messageStop messageStart metadata stopReason toolUse content_block thinking signature generations completions chatResponse chatHistory logprobs relevance_score billed_units tokens meta".split(
    " ",
  );
const REPLY_WORDS = [
  "stop",
  "end_turn",
  "max_tokens",
  "tool_use",
  "STOP",
  "text",
  "message_start",
  "message_stop",
  "content-delta",
  "message-end",
  "content_block_start",
  "content_block_delta",
  "content_block_stop",
  "message_delta",
  "text_delta",
  "input_json_delta",
  "tool-call-start",
  "error",
  "assistant",
  "{}",
  '{"a":',
  "",
  "COMPLETE",
];

/** A reply of no vendor in particular: the words of all of them at random places. */
export const randomReply = (random: Random, depth = 5): unknown => {
  const choice = random();
  if (depth > 0 && (depth === 5 || choice < 0.4)) {
    return Object.fromEntries(
      listOf(random, 6, () => [pick(random, REPLY_KEYS), randomReply(random, depth - 1)] as const),
    );
  }
  if (depth > 0 && choice < 0.55) return listOf(random, 3, () => randomReply(random, depth - 1));
  return pick(random, [...REPLY_WORDS, 0, 1, 2, -1, 0.5, 1e9, true, false, null] as readonly unknown[]);
};
