import { isObject, listOf, objectOf } from "../../../src/core/json-values.ts";
import type { JsonObject } from "../../../src/core/translation.ts";
import { awsError } from "../../support/aws-rules.ts";
import type { ScriptedReply } from "../../support/scripted-reply.ts";
import { BEDROCK_PARAMS, bedrockError, checkInvoke } from "./bedrock.ts";
import { defineKit, type VendorKit } from "./vendor-kit.ts";

const invalid = (message: string): ScriptedReply => awsError(400, "ValidationException", message);

const extraneous = (body: JsonObject, known: readonly string[]): string | undefined => {
  const unknown = Object.keys(body).find((name) => !known.includes(name));
  return unknown === undefined
    ? undefined
    : `Malformed input request: #: extraneous key [${unknown}] is not permitted, please reformat your input and try again.`;
};

/** A model of InvokeModel whose body has these fields and no fault. */
const invoked = (
  model: string,
  known: readonly string[],
  findFault: (body: JsonObject) => string | undefined,
): Pick<VendorKit, "providers" | "operation" | "model" | "params" | "check" | "error"> => ({
  providers: ["bedrock"],
  operation: "embedding",
  model,
  params: BEDROCK_PARAMS,
  check: (request) => {
    const refusal = checkInvoke(request);
    if (refusal !== undefined) return refusal;
    if (!isObject(request.json)) return invalid("Malformed input request, please reformat your input and try again.");
    const fault = extraneous(request.json, known) ?? findFault(request.json);
    return fault === undefined ? undefined : invalid(fault);
  },
  error: bedrockError,
});

const titan = (embedding: unknown, tokens: number): ScriptedReply => ({
  body: { embedding, inputTextTokenCount: tokens },
});

const hasText = ({ inputText }: JsonObject): string | undefined =>
  typeof inputText === "string" && inputText !== "" ? undefined : "Malformed input request: expected minLength: 1";

const isOneOf = (value: unknown, allowed: readonly unknown[]): string | undefined =>
  value === undefined || allowed.includes(value) ? undefined : `${String(value)} is not a valid enum value`;

const TITAN = {
  simple: titan([0.5, -1.25], 11),
  embedding: {
    textsOf: ({ inputText }) => [inputText],
    reply: ([vector], tokens) => titan(vector, tokens),
    textsPerCall: 1,
  },
} satisfies Partial<VendorKit>;

/** Titan Text Embeddings G1. Source: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html (read 2026-11-28). */
export const titanG1Kit = defineKit({ ...invoked("amazon.titan-embed-text-v1", ["inputText"], hasText), ...TITAN });

/** Titan Text Embeddings V2. Source: as above. */
export const titanV2Kit = defineKit({
  ...invoked(
    "us-west-2/amazon.titan-embed-text-v2:0",
    ["inputText", "dimensions", "normalize", "embeddingTypes"],
    (body) => hasText(body) ?? isOneOf(body["dimensions"], [256, 512, 1024]),
  ),
  ...TITAN,
  embedding: { ...TITAN.embedding, dimensionsOf: ({ dimensions }) => dimensions },
});

const outputLength = ({ embeddingConfig }: JsonObject): unknown => objectOf(embeddingConfig)["outputEmbeddingLength"];

/** Titan Multimodal Embeddings G1. Source: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-mm.html (read 2026-11-28). */
export const titanImageKit = defineKit({
  ...invoked("amazon.titan-embed-image-v1", ["inputText", "inputImage", "embeddingConfig"], (body) =>
    body["inputImage"] === undefined ? (hasText(body) ?? isOneOf(outputLength(body), [256, 384, 1024])) : undefined,
  ),
  ...TITAN,
  embedding: { ...TITAN.embedding, dimensionsOf: outputLength },
});

const INPUT_TYPES: readonly unknown[] = ["search_document", "search_query", "classification", "clustering", "image"];
const COHERE_FIELDS: readonly string[] = ["texts", "images", "input_type", "truncate", "embedding_types"];

const findCohereFault = ({ texts, images, input_type: type }: JsonObject): string | undefined => {
  if (!INPUT_TYPES.includes(type)) return "Malformed input request: required key [input_type] not found";
  const items = listOf(texts ?? images);
  if (items.length === 0 || !items.every((item) => typeof item === "string")) return "expected minimum item count: 1";
  return items.length > 96 ? "expected maximum item count: 96" : undefined;
};

/** A reply with its count of tokens, which is in a header only. */
const cohere = (embeddings: unknown, type: string, tokens: number): ScriptedReply => ({
  headers: { "x-amzn-bedrock-input-token-count": String(tokens) },
  body: { id: "da6e531f", texts: [], embeddings, response_type: type },
});

const v3 = (vectors: readonly unknown[], tokens: number): ScriptedReply => cohere(vectors, "embeddings_floats", tokens);

const v4 = (vectors: readonly unknown[], tokens: number): ScriptedReply =>
  cohere({ float: vectors }, "embeddings_by_type", tokens);

/** Cohere Embed 3. Source: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed-v3.html (read 2026-11-28). */
export const bedrockCohereV3Kit = defineKit({
  ...invoked("cohere.embed-english-v3", COHERE_FIELDS, findCohereFault),
  simple: v3([[0.5, -1.25]], 11),
  embedding: { textsOf: ({ texts }) => listOf(texts), reply: v3, textsPerCall: 96 },
});

/** Cohere Embed 4. Source: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed-v4.html (read 2026-11-28). */
export const bedrockCohereV4Kit = defineKit({
  ...invoked(
    "us.cohere.embed-v4:0",
    [...COHERE_FIELDS, "inputs", "output_dimension", "max_tokens"],
    (body) => findCohereFault(body) ?? isOneOf(body["output_dimension"], [256, 512, 1024, 1536]),
  ),
  simple: v4([[0.5, -1.25]], 11),
  embedding: {
    textsOf: ({ texts }) => listOf(texts),
    reply: v4,
    textsPerCall: 96,
    dimensionsOf: ({ output_dimension: dimensions }) => dimensions,
  },
});
