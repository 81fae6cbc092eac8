import { isObject } from "../../../src/core/json-values.ts";
import { defineKit, type VendorKit } from "./vendor-kit.ts";

const FIELDS =
  /^(?:text|max_length|length_no_input|end_sequence|remove_input|num_beams|num_return_sequences|top_k|top_p|temperature|repetition_penalty|bad_words|remove_end_sequence)$/;

/** Text generation of NLP Cloud. Source: PyPI `nlpcloud` 1.1.47, npm `nlpcloud` 2.0.8 (read 2026-11-28). */
export const nlpCloudKit: VendorKit = defineKit({
  providers: ["nlp_cloud"],
  operation: "chat",
  check: ({ headers, json: body, path }) => {
    if (!headers.get("authorization")?.startsWith("Token ")) return { status: 401, body: { detail: "Invalid token" } };
    if (!path.endsWith("/generation")) return { status: 404, body: { detail: "Not Found" } };
    const unknown = isObject(body) ? Object.keys(body).find((name) => !FIELDS.test(name)) : "body";
    if (unknown !== undefined) return { status: 422, body: { detail: `unknown field ${unknown}` } };
    return isObject(body) && typeof body["text"] === "string" ? undefined : { status: 422, body: { detail: "text" } };
  },
  simple: { body: { generated_text: "caf\u00e9", nb_input_tokens: 11, nb_generated_tokens: 7 } },
  error: (status, detail) => ({ status, body: { detail } }),
  skipped: {
    tools: "text generation has no tools",
    images: "text generation has no images",
    "structured output": "text generation has no response format",
    stream: "no documented format; the whole answer is sent in pieces",
  },
});
