import { expect, test } from "bun:test";
import { pick, type Random, randomBelow, seededRandom } from "../../tests/support/random-json.ts";
import { translateToGemini } from "../../tests/support/translate-to-gemini.ts";
import { GatewayError } from "../core/errors.ts";
import type { JsonObject } from "../core/translation.ts";

const CASES = 3000;
const TEXTS = ["", " ", "caf\u00e9", "{}", '{"a":1}', "[1]", "\ud800", "__thought__"];
const JUNK: readonly unknown[] = [null, true, 0, -1.5, "x", [], {}, [[]], [null], { type: 1 }, { function: 1 }];
const MODELS = ["gemini-2.5-flash", "gemini-2.0-flash", "gemini-3-pro-preview", "gemini-3-flash", "1234"];

const some = <Item>(random: Random, most: number, make: (index: number) => Item): Item[] =>
  Array.from({ length: randomBelow(random, most + 1) }, (_, index) => make(index));

const maybe = (random: Random, make: () => JsonObject): JsonObject => (random() < 0.3 ? make() : {});

const image = (random: Random): JsonObject => {
  const url = pick(random, ["data:image/png;base64,AAAA", "https://generativelanguage.googleapis.com/v1beta/files/1"]);
  return { type: "image_url", image_url: pick(random, [{ url }, { url, detail: "low" }, url]) };
};

const content = (random: Random): unknown =>
  random() < 0.5
    ? pick(random, TEXTS)
    : some(random, 3, () => (random() < 0.7 ? { type: "text", text: pick(random, TEXTS) } : image(random)));

/** A call of tools and all their results, as the vendor wants them. */
const toolTurn = (random: Random, turn: number): JsonObject[] => {
  const calls = Array.from({ length: 1 + randomBelow(random, 3) }, (_, index) => ({
    id: `c${turn}_${index}${pick(random, ["", "__thought__c2ln", "__thought__?"])}`,
    type: "function",
    function: { name: pick(random, ["look", "hear"]), arguments: pick(random, TEXTS) },
  }));
  return [
    { role: "assistant", content: pick(random, [null, "", "let me"]), tool_calls: calls },
    ...calls.map(({ id }) => ({ role: "tool", tool_call_id: id, content: content(random) })),
    { role: "user", content: "and?" },
  ];
};

const schema = (random: Random, depth = 0): JsonObject => ({
  ...maybe(random, () => ({ type: pick(random, ["string", "object", "integer", ["string", "null"]]) })),
  ...maybe(random, () => ({ const: pick(random, JUNK) })),
  ...maybe(random, () => ({ enum: pick(random, [["a"], [null], 1]) })),
  ...maybe(random, () => ({ pattern: "a", nullable: true })),
  ...(depth > 3
    ? {}
    : {
        ...maybe(random, () => ({ properties: { a: schema(random, depth + 1) }, required: ["a"] })),
        ...maybe(random, () => ({ anyOf: [schema(random, depth + 1)] })),
        ...maybe(random, () => ({ allOf: [schema(random, depth + 1), schema(random, depth + 1)] })),
        ...maybe(random, () => ({
          items: pick(random, [schema(random, depth + 1), JUNK[randomBelow(random, JUNK.length)]]),
        })),
        ...maybe(random, () => ({ $defs: { A: schema(random, depth + 1) }, $ref: "#/$defs/A" })),
      }),
});

const validChat = (random: Random): JsonObject => ({
  messages: [
    ...some(random, 2, () => ({ role: pick(random, ["system", "developer"]), content: pick(random, TEXTS) })),
    { role: "user", content: content(random) },
    ...some(random, 4, (turn) =>
      random() < 0.4
        ? toolTurn(random, turn)
        : [
            {
              role: pick(random, ["user", "assistant"]),
              content: content(random),
              ...maybe(random, () => ({ reasoning_content: "hm" })),
            },
          ],
    ).flat(),
  ],
  ...maybe(random, () => ({ tools: [{ type: "function", function: { name: "look", parameters: schema(random) } }] })),
  ...maybe(random, () => ({ temperature: 0.5, top_p: 1, max_tokens: 9, seed: 1, n: 2 })),
  ...maybe(random, () => ({ stop: pick(random, ["a", ["a", "b"], [""]]) })),
  ...maybe(random, () => ({
    response_format: { type: "json_schema", json_schema: { name: "n", schema: schema(random) } },
  })),
  ...maybe(random, () => ({ reasoning_effort: pick(random, ["none", "minimal", "low", "medium", "high", "xhigh"]) })),
  ...maybe(random, () => ({ logprobs: pick(random, [true, false]), top_logprobs: 2 })),
  ...maybe(random, () => ({ web_search_options: {} })),
});

/** A valid chat with something odd in some place. */
const halfValid = (random: Random, value: unknown): unknown => {
  if (random() < 0.1) return pick(random, JUNK);
  if (Array.isArray(value)) return value.map((item: unknown) => halfValid(random, item));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, halfValid(random, item)]));
};

test("whatever valid chat comes, the vendor takes what is made of it", () => {
  for (let seed = 1; seed <= CASES; seed++) {
    const random = seededRandom(seed);
    const chat = validChat(random);
    const options = { model: pick(random, MODELS), isVertex: false, dropParams: true };
    try {
      translateToGemini(chat, options);
    } catch (error) {
      throw new Error(`seed ${seed}: ${JSON.stringify(chat)}`, { cause: error });
    }
  }
});

test("whatever else comes is refused with words, or translated", () => {
  for (let seed = 1; seed <= CASES; seed++) {
    const random = seededRandom(seed);
    const chat = halfValid(random, validChat(random));
    const body = typeof chat === "object" && chat !== null && !Array.isArray(chat) ? (chat as JsonObject) : {};
    try {
      translateToGemini(body, { model: pick(random, MODELS), dropParams: random() < 0.5 });
    } catch (error) {
      const isVendors = error instanceof Error && error.message.startsWith('{"error"');
      if (!(error instanceof GatewayError) && !isVendors) {
        throw new Error(`seed ${seed}: ${JSON.stringify(body)}`, { cause: error });
      }
    }
  }
  expect(CASES).toBeGreaterThan(0);
});
