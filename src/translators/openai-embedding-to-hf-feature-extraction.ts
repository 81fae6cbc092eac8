import { GatewayError } from "../core/errors.ts";
import { countOf, withoutUndefined } from "../core/json-values.ts";
import { readDimensions, readTexts, writeEmbeddings } from "../dialects/openai/embedding-request.ts";
import { defineTranslator } from "./define-translator.ts";

const KNOWN: ReadonlySet<string> = new Set(["model", "input", "encoding_format", "dimensions"]);

/**
 * Embeddings as Hugging Face's feature extraction: a bare list of vectors. `normalize`, `prompt_name`, `truncate` and
 * `truncation_direction` are the vendor's own and pass; tokens are told in a header, by Text Embeddings Inference only.
 * Source: PyPI huggingface_hub 2.4.0 (`feature_extraction`);
 * https://github.com/huggingface/text-embeddings-inference/blob/main/docs/openapi.json (`/embed`) (read 2026-11-28).
 */
export const openaiEmbeddingToHfFeatureExtraction = defineTranslator({
  from: "openai-embedding",
  to: "hf-feature-extraction",
  fields: { dimensions: "forwarded", encoding_format: "emulated" },
  request: (body) => ({
    inputs: readTexts(body["input"]),
    ...withoutUndefined({ dimensions: readDimensions(body) }),
    ...Object.fromEntries(Object.entries(body).filter(([name]) => !KNOWN.has(name))),
  }),
  response: (reply, context) => {
    const vectors = Array.isArray(reply) ? (reply as readonly unknown[]) : [];
    if (vectors.length === 0 || !vectors.every(isVector)) {
      throw new GatewayError(
        "upstream-malformed",
        "the reply is no list of vectors: does the model embed whole texts?",
      );
    }
    return writeEmbeddings(vectors, context, countOf(Number(context.header("x-compute-tokens"))));
  },
});

const isVector = (value: unknown): boolean => Array.isArray(value) && typeof value[0] === "number";
