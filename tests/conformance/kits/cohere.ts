import { listOf } from "../../../src/core/json-values.ts";
import type { JsonObject } from "../../../src/core/translation.ts";
import type { ScriptedReply } from "../../support/scripted-reply.ts";
import { checkBearer, checkCohereChat, checkCohereEmbed, checkCohereRerank, cohereError } from "./cohere-rules.ts";
import { defineKit, type Ranked, type VendorKit } from "./vendor-kit.ts";

const USAGE = { billed_units: { input_tokens: 5, output_tokens: 7 }, tokens: { input_tokens: 11, output_tokens: 7 } };

/** An event as Cohere frames it: named, and with its name repeated in the data. */
const frame = (type: string, fields: JsonObject): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;

const message = (fields: JsonObject): JsonObject => ({ delta: { message: fields } });

const START = frame("message-start", { id: "c14c80c3", delta: { message: { role: "assistant", content: [] } } });
const end = (reason: string): string =>
  frame("message-end", { id: "c14c80c3", delta: { finish_reason: reason, usage: USAGE } });

const reply = (said: JsonObject, reason: string): JsonObject => ({
  id: "c14c80c3",
  message: { role: "assistant", ...said },
  finish_reason: reason,
  usage: USAGE,
});

const TOO_LONG =
  "too many tokens: total number of tokens in the prompt cannot exceed 4081 - received 4292. Try using a shorter prompt.";

/** Cohere's chat. Source: https://docs.cohere.com/reference/chat, /chat-stream (read 2026-11-28). */
export const cohereChatKit = defineKit({
  providers: ["cohere", "cohere_chat"],
  operation: "chat",
  check: checkCohereChat,
  simple: { body: reply({ content: [{ type: "text", text: "café" }] }, "COMPLETE") },
  stream: {
    chunks: [
      START,
      frame("content-start", { index: 0, ...message({ content: { type: "text", text: "" } }) }),
      frame("content-delta", { index: 0, ...message({ content: { text: "ca" } }) }),
      frame("content-delta", { index: 0, ...message({ content: { text: "fé" } }) }),
      frame("content-end", { index: 0 }),
      end("COMPLETE"),
    ],
  },
  tool: {
    body: reply(
      {
        tool_plan: "I will look.",
        tool_calls: [{ id: "look_1", type: "function", function: { name: "look", arguments: '{"at":"sea"}' } }],
      },
      "TOOL_CALL",
    ),
  },
  toolStream: {
    chunks: [
      START,
      frame("tool-plan-delta", message({ tool_plan: "I will look." })),
      frame("tool-call-start", {
        index: 0,
        ...message({ tool_calls: { id: "look_1", type: "function", function: { name: "look", arguments: "" } } }),
      }),
      frame("tool-call-delta", { index: 0, ...message({ tool_calls: { function: { arguments: '{"at":' } } }) }),
      frame("tool-call-delta", { index: 0, ...message({ tool_calls: { function: { arguments: '"sea"}' } } }) }),
      frame("tool-call-end", { index: 0 }),
      end("TOOL_CALL"),
    ],
  },
  error: cohereError,
  failingStream: {
    chunks: [
      START,
      frame("content-delta", { index: 0, ...message({ content: { text: "ca" } }) }),
      frame("message-end", { id: "c14c80c3", delta: { finish_reason: "ERROR", error: "the model is overloaded" } }),
    ],
  },
  contextWindow: { status: 400, message: TOO_LONG },
  contentPolicy: { status: 498, message: "blocked input: please rephrase" },
});

/** Cohere's embeddings. Source: https://docs.cohere.com/reference/embed (read 2026-11-28). */
export const cohereEmbedKit = defineKit({
  providers: ["cohere", "cohere_chat"],
  operation: "embedding",
  check: checkCohereEmbed,
  simple: {
    body: {
      id: "da6e531f",
      texts: ["Hello"],
      embeddings: { float: [[0.5, -1.25]] },
      meta: { api_version: { version: "2" }, billed_units: { input_tokens: 11 } },
      response_type: "embeddings_by_type",
    },
  },
  embedding: {
    textsOf: ({ texts }) => listOf(texts),
    reply: (vectors, tokens) => ({
      body: {
        id: "da6e531f",
        embeddings: { float: vectors },
        meta: { api_version: { version: "2" }, billed_units: { input_tokens: tokens } },
        response_type: "embeddings_by_type",
      },
    }),
    textsPerCall: 96,
    dimensionsOf: ({ output_dimension: dimensions }) => dimensions,
  },
  error: cohereError,
});

const ranking = (ranked: readonly Ranked[]): ScriptedReply => ({
  body: {
    id: "07734bd2",
    results: ranked.map(({ index, score }) => ({ index, relevance_score: score })),
    meta: { api_version: { version: "2", is_experimental: false }, billed_units: { search_units: 1 } },
  },
});

const RERANK = {
  operation: "rerank",
  simple: ranking([
    { index: 1, score: 0.5 },
    { index: 0, score: 0.00001 },
  ]),
  rerank: {
    documentsOf: ({ documents }) => listOf(documents),
    topNOf: ({ top_n: topN }) => topN,
    reply: ranking,
  },
  error: cohereError,
} satisfies Partial<VendorKit>;

/** Cohere's reranking. Source: https://docs.cohere.com/reference/rerank (read 2026-11-28). */
export const cohereRerankKit = defineKit({
  ...RERANK,
  providers: ["cohere", "cohere_chat"],
  check: (request) => checkBearer(request) ?? checkCohereRerank(request),
});

/**
 * Cohere's reranking on Azure: a resource takes its key in a header of its own.
 * Source: https://learn.microsoft.com/azure/ai-foundry/how-to/deploy-models-cohere-rerank (read 2026-11-28).
 */
export const azureAiRerankKit = defineKit({
  ...RERANK,
  providers: ["azure_ai"],
  check: (request) =>
    request.headers.get("api-key") === null
      ? { status: 401, body: { error: { code: "401", message: "Access denied due to invalid subscription key." } } }
      : checkCohereRerank(request),
});
