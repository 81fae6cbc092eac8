import { GatewayError } from "../core/errors.ts";
import { countOf, listOf, objectOf, textOf } from "../core/json-values.ts";
import { OCI_PLACE, writePlace } from "../dialects/oci/details.ts";
import { restOf } from "../dialects/openai/chat-params.ts";
import { readDimensions, readTexts, writeEmbeddings } from "../dialects/openai/embedding-request.ts";
import { defineTranslator } from "./define-translator.ts";

const FIELDS = { dimensions: "mapped", encoding_format: "emulated" } as const;

/** Most texts of one call (Oracle's PyPI `langchain-oci`, read 2026-11-28); more are sent as several calls. */
const MAX_INPUTS = 96;

/**
 * Embeddings by OCI's Generative AI. `input_type` (`search_document`, ...) and `truncate` (`NONE`, `START`, `END`) are its own.
 * Source: `EmbedTextDetails`, `EmbedTextResult` of PyPI `oci` 2.189.0 (read 2026-11-28).
 */
export const openaiEmbeddingToOciEmbed = defineTranslator({
  from: "openai-embedding",
  to: "oci-embed",
  fields: FIELDS,
  request: (body, context) => {
    const { input, input_type: type, truncate } = body;
    const texts = readTexts(input);
    const dimensions = readDimensions(body);
    const shared = {
      ...writePlace(body, context),
      ...(dimensions === undefined ? {} : { outputDimensions: dimensions }),
      ...(typeof type === "string" ? { inputType: type.toUpperCase() } : {}),
      ...(typeof truncate === "string" ? { truncate: truncate.toUpperCase() } : {}),
      ...restOf(body, { ...FIELDS, ...OCI_PLACE, input: "", input_type: "", truncate: "" }),
    };
    const calls = Array.from({ length: Math.ceil(texts.length / MAX_INPUTS) }, (_, at) => ({
      ...shared,
      inputs: texts.slice(at * MAX_INPUTS, (at + 1) * MAX_INPUTS),
    }));
    const [only, ...others] = calls;
    return only === undefined || others.length > 0 ? calls : only;
  },
  response: (reply, context) => {
    const replies = Array.isArray(reply) ? (reply as readonly unknown[]) : [reply];
    const vectors = replies.flatMap((part) => {
      const embeddings = objectOf(part)["embeddings"];
      if (!Array.isArray(embeddings)) {
        throw new GatewayError("upstream-malformed", "the reply has no embeddings");
      }
      return listOf(embeddings);
    });
    const usages = replies.map((part) => objectOf(objectOf(part)["usage"]));
    const tokens = usages.reduce((sum, usage) => sum + countOf(usage["promptTokens"] ?? usage["totalTokens"]), 0);
    const model = textOf(objectOf(replies[0])["modelId"]) ?? context.model;
    return writeEmbeddings(vectors, { ...context, model }, tokens);
  },
});
