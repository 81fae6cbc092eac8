import { expect, test } from "bun:test";
import { checkAnthropicBody } from "../../tests/support/anthropic-rules.ts";
import { GatewayError } from "../core/errors.ts";
import type { JsonObject } from "../core/translation.ts";
import { openaiChatToAnthropicMessages as translator } from "./openai-chat-to-anthropic-messages.ts";

/** A seeded source of random choices. */
class Dice {
  #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
  }

  below(limit: number): number {
    this.#seed = (this.#seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((this.#seed / 2_147_483_648) * limit);
  }

  chance(of: number): boolean {
    return this.below(of) === 0;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }

  list<Item>(most: number, make: () => Item): Item[] {
    return Array.from({ length: this.below(most + 1) }, make);
  }
}

const MODELS = [
  "claude-3-haiku-20240307",
  "claude-3-5-sonnet-20241022",
  "claude-3-7-sonnet-20250219",
  "claude-opus-4-20250514",
  "claude-opus-4-1-20250805",
  "claude-sonnet-4-5",
  "claude-opus-4-5-20251101",
  "claude-sonnet-4-6",
  "claude-opus-4-8",
  "claude-opus-5",
  "claude-sonnet-5-5",
  "claude-haiku-5-5",
  "claude-opus-5-5",
  "claude-fable-5-1",
];

const TEXTS = ["hello", "", " ", "caf\u00e9 ", "\n", "two\nlines", "x".repeat(300)];
const NAMES = ["look", "mcp.search", "a b", "json_tool_call", "x".repeat(200), "look_", "l\u00f6sche"];
const PNG = "data:image/png;base64,iVBORw0KGgo=";
const SCHEMAS: readonly JsonObject[] = [
  { type: "object", properties: { a: { type: "integer", minimum: 1 } }, required: ["a"] },
  { type: "object", properties: { a: { type: "array", items: { type: "string", maxLength: 3 } } } },
  { type: "object" },
  { type: "object", additionalProperties: { type: "string" } },
  { type: "array", items: { type: "number" } },
  { anyOf: [{ type: "string" }, { type: "null" }] },
  { $defs: { t: { type: "object", properties: { t: { $ref: "#/$defs/t" } } } }, $ref: "#/$defs/t" },
];

const part = (dice: Dice): unknown =>
  dice.pick<() => unknown>([
    () => ({
      type: "text",
      text: dice.pick(TEXTS),
      ...(dice.chance(4) ? { cache_control: { type: "ephemeral" } } : {}),
    }),
    () => ({ type: "image_url", image_url: { url: dice.pick([PNG, "https://a.example/b.png"]), detail: "high" } }),
    () => ({ type: "file", file: { file_data: "data:application/pdf;base64,JVBERi0=", filename: "a.pdf" } }),
    () => ({ type: "file", file: { file_id: dice.pick(["file_1", "https://a.example/b.pdf"]) } }),
    () => ({ type: "input_audio", input_audio: { data: "AAAA", format: "wav" } }),
  ])();

const content = (dice: Dice): unknown => (dice.chance(2) ? dice.pick(TEXTS) : dice.list(3, () => part(dice)));

const schemaOfTool = (dice: Dice): JsonObject => {
  const parameters = dice.pick([undefined, {}, ...SCHEMAS.slice(0, 4)]);
  return parameters === undefined ? {} : { parameters };
};

/** An answer with calls, and its results. */
const callTurn = (dice: Dice): readonly unknown[] => {
  const calls = Array.from({ length: 1 + dice.below(3) }, (_, index) => ({
    id: dice.pick([`call_${index}`, `functions.look:${index}`]),
    type: "function",
    function: { name: dice.pick(NAMES), arguments: dice.pick(["", "{}", '{"at":"sea"}', "[1]", "no json"]) },
  }));
  const results = calls.map(({ id }) => ({ role: "tool", tool_call_id: id, content: content(dice) }));
  const thinking_blocks = [{ type: "thinking", thinking: "hm", signature: dice.pick(["", "sig"]) }];
  const answer = { role: "assistant", content: dice.pick([null, "I look."]), tool_calls: calls };
  return [{ ...answer, ...(dice.chance(2) ? { thinking_blocks } : {}) }, ...results.reverse()];
};

const messages = (dice: Dice): readonly unknown[] => {
  const turns = dice.list(6, () =>
    dice.pick<() => readonly unknown[]>([
      () => [{ role: "system", content: dice.pick(TEXTS) }],
      () => [{ role: "user", content: content(dice), ...(dice.chance(5) ? { name: "ann" } : {}) }],
      () => [{ role: "assistant", content: dice.pick(TEXTS) }],
      () => callTurn(dice),
    ])(),
  );
  return [...turns.flat(), ...(dice.chance(5) ? [] : [{ role: "user", content: "go on" }])];
};

const optional = (dice: Dice, fields: Readonly<Record<string, () => unknown>>): JsonObject =>
  Object.fromEntries(Object.entries(fields).flatMap(([name, make]) => (dice.chance(3) ? [[name, make()]] : [])));

const request = (dice: Dice): JsonObject => {
  const tools = dice.list(3, () => ({
    type: "function",
    function: {
      name: dice.pick(NAMES),
      description: "d",
      ...schemaOfTool(dice),
      ...(dice.chance(3) ? { strict: true } : {}),
    },
  }));
  const distinct = tools.filter(
    (tool, index) => tools.findIndex(({ function: other }) => other.name === tool.function.name) === index,
  );
  const choices = [
    "auto",
    "none",
    "required",
    ...distinct.map((tool) => ({ type: "function", function: { name: tool.function.name } })),
  ];
  return {
    messages: messages(dice),
    ...(distinct.length === 0 ? {} : { tools: distinct }),
    ...optional(dice, {
      max_tokens: () => dice.pick([1, 64, 1024, 1500.5, 8000]),
      temperature: () => dice.pick([0, 0.5, 1, 1.7]),
      top_p: () => dice.pick([0.3, 0.97, 1]),
      stop: () => dice.pick<unknown>(["END", ["\n"], ["END", " "], []]),
      reasoning_effort: () => dice.pick(["none", "minimal", "low", "medium", "high", "xhigh", "max"]),
      tool_choice: () => dice.pick<unknown>(choices),
      parallel_tool_calls: () => dice.chance(2),
      user: () => dice.pick(["u-1", "ann@example.com", "+49 30 1234567"]),
      service_tier: () => dice.pick(["auto", "default", "flex"]),
      response_format: () =>
        dice.pick<unknown>([
          { type: "text" },
          { type: "json_object" },
          { type: "json_schema", json_schema: { name: "x", schema: dice.pick(SCHEMAS) } },
        ]),
      web_search_options: () => ({ search_context_size: "low" }),
    }),
  };
};

const translate = (body: JsonObject, model: string): JsonObject =>
  translator.request(body, {
    model,
    isStream: false,
    ledger: { drop: () => undefined, refuse: () => undefined },
    media: new Map(),
    options: {},
  }) as JsonObject;

test("what chats become is what the vendor takes", () => {
  let translated = 0;
  for (let seed = 1; seed <= 4000; seed++) {
    const dice = new Dice(seed);
    const model = dice.pick(MODELS);
    const body = request(dice);
    try {
      const made = translate(body, model);
      translated++;
      const fault = checkAnthropicBody(made, "files-api-2025-04-14");
      if (fault !== undefined)
        throw new Error(`seed ${seed}, ${model}: ${fault}\n${JSON.stringify(body)}\n${JSON.stringify(made)}`);
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
    }
  }
  expect(translated).toBeGreaterThan(3000);
});

/** A body with something in it replaced by something else. */
const damage = (dice: Dice, value: unknown): unknown => {
  if (dice.chance(12))
    return dice.pick<unknown>([null, 7, "", "x", true, [], {}, [null], { type: 1 }, -1, 1e9, undefined]);
  if (Array.isArray(value)) return value.map((item) => damage(dice, item));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, damage(dice, inner)]));
  }
  return value;
};

test("half-valid chats are refused in words, if at all", () => {
  for (let seed = 1; seed <= 4000; seed++) {
    const dice = new Dice(seed);
    const own = optional(dice, {
      thinking: () => ({ type: dice.pick(["enabled", "adaptive", "disabled", "x"]), budget_tokens: 2048 }),
      betas: () => ["a-2025-01-01"],
      mcp_servers: () => [{ type: "url", url: "https://a.example", name: "a" }],
      context_management: () => ({ edits: [{ type: "compact_20260112" }] }),
      output_config: () => ({ effort: "low" }),
      system: () => "s",
    });
    const whole = damage(dice, { ...request(dice), ...own });
    const body = typeof whole === "object" && whole !== null ? (whole as JsonObject) : {};
    const model = dice.pick([...MODELS, "", "arn:aws:bedrock:us-east-1:1:application-inference-profile/a"]);
    for (const run of [
      () => translate(body, model),
      () => translator.headers?.(body, {}),
      () => translator.mediaUrls?.(body, { takesNoUrls: true }),
    ]) {
      try {
        run();
      } catch (error) {
        if (!(error instanceof GatewayError))
          throw new Error(`seed ${seed}: ${JSON.stringify(body)}`, { cause: error });
      }
    }
  }
});
