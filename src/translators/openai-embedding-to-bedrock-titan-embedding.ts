import { GatewayError } from "../core/errors.ts";
import { countOf, objectOf } from "../core/json-values.ts";
import type { JsonObject, RequestContext } from "../core/translation.ts";
import { restOf } from "../dialects/openai/chat-params.ts";
import { readDataUrl } from "../dialects/openai/chat-request.ts";
import { readDimensions, readTexts, writeEmbeddings } from "../dialects/openai/embedding-request.ts";
import { defineTranslator } from "./define-translator.ts";

/** Most texts of one call: each is a call of its own to the vendor. */
const MAX_TEXTS = 2048;

const FIELDS = { dimensions: "mapped", encoding_format: "emulated" } as const;

/**
 * Embeddings of Amazon's Titan models, which take one text a call. Option `variant` of the route: `image` for the multimodal
 * model, whose inputs may be images as data URLs; `text` for the others.
 * Sources: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html,
 * https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-mm.html (read 2026-11-28).
 */
export const openaiEmbeddingToBedrockTitanEmbedding = defineTranslator({
  from: "openai-embedding",
  to: "bedrock-titan-embedding",
  fields: FIELDS,
  request: writeRequests,
  response: (reply, context) => {
    const replies = (Array.isArray(reply) ? reply : [reply]).map(objectOf);
    for (const { embedding, message } of replies) {
      if (!Array.isArray(embedding)) {
        throw new GatewayError(
          "upstream-malformed",
          typeof message === "string" ? message : "the reply has no embedding",
        );
      }
    }
    const tokens = replies.reduce((sum, { inputTextTokenCount }) => sum + countOf(inputTextTokenCount), 0);
    return writeEmbeddings(
      replies.map(({ embedding }) => embedding),
      context,
      tokens,
    );
  },
});

function writeRequests(body: JsonObject, { options }: RequestContext): readonly JsonObject[] {
  const { input: _input, ...rest } = body;
  const dimensions = readDimensions(body);
  const texts = readTexts(body["input"]);
  if (texts.length > MAX_TEXTS) {
    throw new GatewayError("invalid-request", `'input' has ${texts.length} texts; at most ${MAX_TEXTS} may be.`, {
      param: "input",
    });
  }
  const own = restOf(rest, FIELDS);
  const hasDimensions = dimensions !== undefined;
  if (options["variant"] !== "image") {
    return texts.map((inputText) => ({ inputText, ...(hasDimensions ? { dimensions } : {}), ...own }));
  }
  const config = hasDimensions ? { embeddingConfig: { outputEmbeddingLength: dimensions } } : {};
  return texts.map((text, index) => {
    const image = readDataUrl(text, `input[${index}]`);
    return { ...(image === undefined ? { inputText: text } : { inputImage: image.base64 }), ...config, ...own };
  });
}
