import { listOf, objectOf } from "../../../src/core/json-values.ts";
import type { ScriptedReply } from "../../support/scripted-reply.ts";
import { defineKit } from "./vendor-kit.ts";

const KNOWN: readonly string[] = [
  "inputs",
  "dimensions",
  "normalize",
  "prompt_name",
  "truncate",
  "truncation_direction",
];

/** Types of failures by status; `/embed` has these. */
const TYPES: Readonly<Record<number, string>> = {
  413: "validation",
  422: "tokenizer",
  424: "backend",
  429: "overloaded",
};

const error = (status: number, message: string): ScriptedReply => ({
  status,
  body: { error: message, error_type: TYPES[status] ?? "unhealthy" },
});

/**
 * Embeddings of a Text Embeddings Inference server of one's own.
 * Source: https://github.com/huggingface/text-embeddings-inference/blob/main/docs/openapi.json (`/embed`, read 2026-11-28).
 */
export const huggingfaceEmbeddingKit = defineKit({
  providers: ["huggingface"],
  operation: "embedding",
  check: ({ path, headers, json }) => {
    if (path !== "/embed") return { status: 404, body: "" };
    if (headers.get("authorization")?.startsWith("Bearer ") !== true) return error(401, "no key");
    const { inputs } = objectOf(json);
    const unknown = Object.keys(objectOf(json)).find((name) => !KNOWN.includes(name));
    if (unknown !== undefined) return error(422, `unknown field ${unknown}`);
    const isSound = listOf(inputs).length > 0 && listOf(inputs).every((text) => typeof text === "string");
    return isSound ? undefined : error(413, "`inputs` cannot be empty");
  },
  simple: { headers: { "x-compute-tokens": "11" }, body: [[0.5, -1.25]] },
  embedding: {
    textsOf: ({ inputs }) => listOf(inputs),
    reply: (vectors, tokens) => ({ headers: { "x-compute-tokens": String(tokens) }, body: vectors }),
    dimensionsOf: ({ dimensions }) => dimensions,
  },
  error,
  contextWindow: {
    status: 413,
    message: "Input validation error: `inputs` must have less than 512 tokens. Given: 600",
  },
});
