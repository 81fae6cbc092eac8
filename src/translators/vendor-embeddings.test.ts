import { describe, expect, test } from "bun:test";
import { checkCohereEmbed } from "../../tests/conformance/kits/cohere-rules.ts";
import { asRecorded, translateBody } from "../../tests/support/translator-requests.ts";
import { replyContext } from "../../tests/support/translator-streams.ts";
import { GatewayError } from "../core/errors.ts";
import { listOf } from "../core/json-values.ts";
import type { JsonObject } from "../core/translation.ts";
import { openaiEmbeddingToCohereEmbed as cohere } from "./openai-embedding-to-cohere-embed.ts";
import { openaiEmbeddingToHfFeatureExtraction as huggingface } from "./openai-embedding-to-hf-feature-extraction.ts";
import { openaiEmbeddingToWatsonxEmbed as watsonx } from "./openai-embedding-to-watsonx-embed.ts";

const IMAGE = "data:image/png;base64,AA";

describe("cohere-embed", () => {
  test.each<[JsonObject, readonly JsonObject[]]>([
    [
      { input: "a", dimensions: 256 },
      [{ texts: ["a"], input_type: "search_document", embedding_types: ["float"], output_dimension: 256 }],
    ],
    [
      { input: ["a", "b"], input_type: "search_query", truncate: "END", embedding_types: ["int8"] },
      [{ texts: ["a", "b"], input_type: "search_query", embedding_types: ["int8"], truncate: "END" }],
    ],
    [
      { input: ["a", IMAGE, "b"] },
      [
        { texts: ["a"], input_type: "search_document", embedding_types: ["float"] },
        { images: [IMAGE], input_type: "image", embedding_types: ["float"] },
        { texts: ["b"], input_type: "search_document", embedding_types: ["float"] },
      ],
    ],
  ])("%j", (body, expected) => {
    const made = translateBody(cohere, { model: "m", ...body });
    expect(made).toEqual(expected.map((fields) => ({ model: "some-model", ...fields })));
    for (const one of listOf(made)) expect(checkCohereEmbed(asRecorded("/v2/embed", one))).toBeUndefined();
  });

  test("no call has more than 96 texts", () => {
    const made = translateBody(cohere, { input: Array.from({ length: 200 }, String) }) as readonly JsonObject[];
    expect(made.map(({ texts }) => listOf(texts).length)).toEqual([96, 96, 8]);
  });

  test("replies are put together; several types are told apart", () => {
    const reply = (embeddings: JsonObject): JsonObject => ({
      embeddings,
      meta: { billed_units: { input_tokens: 2, image_tokens: 1 } },
    });
    const two = replyContext({ request: { input: ["a", "b"] } });
    expect(cohere.response([reply({ float: [[1]] }), reply({ float: [[2]] })], two)).toEqual({
      object: "list",
      data: [
        { object: "embedding", index: 0, embedding: [1] },
        { object: "embedding", index: 1, embedding: [2] },
      ],
      model: "some-model",
      usage: { prompt_tokens: 6, total_tokens: 6 },
    });
    expect(cohere.response(reply({ float: [[1]], int8: [[2]] }), replyContext())["data"]).toEqual([
      { object: "embedding", index: 0, embedding: [1], type: "float" },
      { object: "embedding", index: 0, embedding: [2], type: "int8" },
    ]);
    expect(() => cohere.response({}, replyContext())).toThrow(GatewayError);
  });
});

test("watsonx-embed", () => {
  expect(translateBody(watsonx, { input: "a", project_id: "p", parameters: { truncate_input_tokens: 1 } })).toEqual({
    model_id: "some-model",
    inputs: ["a"],
    project_id: "p",
    parameters: { truncate_input_tokens: 1 },
  });
  const reply = { model_id: "v", results: [{ embedding: [1] }], input_token_count: 3, created_at: "t" };
  expect(watsonx.response(reply, replyContext())).toEqual({
    object: "list",
    data: [{ object: "embedding", index: 0, embedding: [1] }],
    model: "v",
    usage: { prompt_tokens: 3, total_tokens: 3 },
  });
  expect(() => watsonx.response({}, replyContext())).toThrow(GatewayError);
});

test("hf-feature-extraction", () => {
  expect(translateBody(huggingface, { input: ["a"], normalize: true })).toEqual({ inputs: ["a"], normalize: true });
  const header = (name: string): string | undefined => (name === "x-compute-tokens" ? "4" : undefined);
  expect(huggingface.response([[1, 2]], replyContext({ header }))).toEqual({
    object: "list",
    data: [{ object: "embedding", index: 0, embedding: [1, 2] }],
    model: "some-model",
    usage: { prompt_tokens: 4, total_tokens: 4 },
  });
  for (const odd of [{}, [], [[[1]]]]) expect(() => huggingface.response(odd, replyContext())).toThrow(GatewayError);
});

test.each([cohere, watsonx, huggingface])("what is no text is refused", (translator) => {
  for (const input of [undefined, null, [], [1], [["a"]], {}, 5]) {
    expect(() => translateBody(translator, { input })).toThrow(GatewayError);
  }
});
