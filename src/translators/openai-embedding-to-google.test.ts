import { describe, expect, test } from "bun:test";
import { replyContext } from "../../tests/support/translator-streams.ts";
import { GatewayError } from "../core/errors.ts";
import type { JsonObject, Translator } from "../core/translation.ts";
import { openaiEmbeddingToGeminiBatchEmbedContents as batch } from "./openai-embedding-to-gemini-batch-embed-contents.ts";
import { openaiEmbeddingToVertexEmbedContent as embedContent } from "./openai-embedding-to-vertex-embed-content.ts";
import { openaiEmbeddingToVertexPredictEmbedding as predict } from "./openai-embedding-to-vertex-predict-embedding.ts";

const bodiesOf = (translator: Translator, body: JsonObject, model = "m"): readonly JsonObject[] => {
  const ledger = { drop: () => undefined, refuse: () => undefined };
  const made = translator.request(
    { model, ...body },
    { model, isStream: false, ledger, media: new Map(), options: {} },
  );
  return Array.isArray(made) ? (made as readonly JsonObject[]) : [made as JsonObject];
};

const params = { dimensions: 2, input_type: "RETRIEVAL_QUERY", title: "t", encoding_format: "base64" };
const many = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => String(index));

/** The context of a request with two texts. */
const TWO = replyContext({ request: { input: ["a", "b"] } });

const embedded = (vectors: readonly (readonly number[])[], tokens: number): JsonObject => ({
  object: "list",
  data: vectors.map((embedding, index) => ({ object: "embedding", index, embedding })),
  model: "some-model",
  usage: { prompt_tokens: tokens, total_tokens: tokens },
});

describe("on AI Studio", () => {
  test("a text is a request of a batch", () => {
    const content = { parts: [{ text: "a" }] };
    const request = { model: "models/m", content, taskType: "RETRIEVAL_QUERY", title: "t", outputDimensionality: 2 };
    expect(bodiesOf(batch, { input: "a", ...params })).toEqual([{ requests: [request] }]);
  });

  test("too many for one call are several, and one list again", () => {
    const bodies = bodiesOf(batch, { input: many(201) });
    expect(bodies.map(({ requests }) => (requests as readonly unknown[]).length)).toEqual([100, 100, 1]);
    const replies = [[1], [2]].map((values) => ({ embeddings: [{ values }], usageMetadata: { promptTokenCount: 3 } }));
    expect(batch.response(replies, TWO)).toEqual(embedded([[1], [2]], 6));
    expect(batch.response({ embeddings: [{ values: [1] }] }, replyContext())).toEqual(embedded([[1]], 0));
  });
});

describe("on Vertex AI by predictions", () => {
  test("a text is an instance", () => {
    expect(bodiesOf(predict, { input: ["a", "b"], ...params, auto_truncate: false })).toEqual([
      {
        instances: ["a", "b"].map((content) => ({ content, task_type: "RETRIEVAL_QUERY", title: "t" })),
        parameters: { autoTruncate: false, outputDimensionality: 2 },
      },
    ]);
    expect(bodiesOf(predict, { input: many(251) })).toHaveLength(2);
    expect(bodiesOf(predict, { input: ["a", "b"] }, "gemini-embedding-001")).toEqual([
      { instances: [{ content: "a" }] },
      { instances: [{ content: "b" }] },
    ]);
  });

  test("tokens are counted together", () => {
    const reply = (values: readonly number[], count: number): JsonObject => ({
      predictions: [{ embeddings: { values, statistics: { token_count: count, truncated: false } } }],
    });
    expect(predict.response([reply([1], 2), reply([3], 4)], TWO)).toEqual(embedded([[1], [3]], 6));
    expect(predict.response(reply([1], 2), replyContext())).toEqual(embedded([[1]], 2));
  });
});

test("later models on Vertex AI take one content a call", () => {
  const embedContentConfig = { taskType: "RETRIEVAL_QUERY", title: "t", outputDimensionality: 2 };
  expect(bodiesOf(embedContent, { input: ["a", "b"], ...params })).toEqual(
    ["a", "b"].map((text) => ({ content: { role: "user", parts: [{ text }] }, embedContentConfig })),
  );
  const reply = { embedding: { values: [1] }, usageMetadata: { promptTokenCount: 2 } };
  expect(embedContent.response([reply, reply], TWO)).toEqual(embedded([[1], [1]], 4));
});

test.each([batch, predict, embedContent])(
  "what is no text is refused, and so is a reply without vectors",
  (translator) => {
    for (const input of [undefined, [], [1], [[1]], {}, null]) {
      expect(() => bodiesOf(translator, { input })).toThrow(GatewayError);
    }
    for (const reply of [{}, [], null, [{}]]) {
      expect(() => translator.response(reply, replyContext())).toThrow(GatewayError);
    }
  },
);
