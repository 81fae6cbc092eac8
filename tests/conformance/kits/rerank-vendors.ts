import { listOf, objectOf, textOf } from "../../../src/core/json-values.ts";
import type { JsonObject } from "../../../src/core/translation.ts";
import type { RecordedRequest } from "../../support/recorded-request.ts";
import type { ScriptedReply } from "../../support/scripted-reply.ts";
import { defineKit, type VendorKit } from "./vendor-kit.ts";

/** What a vendor takes: fields it cannot do without, fields that it knows besides, and how its documents look. */
interface Rules {
  readonly providers: readonly string[];
  readonly path: string;
  readonly needs: readonly string[];
  readonly knows: readonly string[];
  readonly documents: string;
  readonly takes: (document: unknown) => boolean;
  /** The ranking in the vendor's words: the second of two documents first. */
  readonly reply: unknown;
  readonly error: (status: number, message: string) => ScriptedReply;
}

const isText = (document: unknown): boolean => typeof document === "string";
const hasText = (document: unknown): boolean => textOf(objectOf(document)["text"]) !== undefined;

const findFault = (rules: Rules, request: RecordedRequest): string | undefined => {
  const body: JsonObject = objectOf(request.json);
  const missing = rules.needs.find((name) => body[name] === undefined);
  const unknown = Object.keys(body).find((name) => ![...rules.needs, ...rules.knows].includes(name));
  if (missing !== undefined || unknown !== undefined) return `${missing ?? ""} is missing, ${unknown ?? ""} is unknown`;
  return listOf(body[rules.documents]).every(rules.takes) ? undefined : `${rules.documents} are of a wrong kind`;
};

const toKit = (rules: Rules): VendorKit =>
  defineKit({
    providers: rules.providers,
    operation: "rerank",
    check: (request) => {
      if (!request.path.endsWith(rules.path)) return rules.error(404, "no such path");
      const fault = findFault(rules, request);
      return fault === undefined ? undefined : rules.error(422, fault);
    },
    simple: { body: rules.reply },
    error: rules.error,
  });

const detail = (status: number, message: string): ScriptedReply => ({ status, body: { detail: message } });
const openai = (status: number, message: string): ScriptedReply => ({ status, body: { error: { message } } });
const SCORES = [
  { index: 1, relevance_score: 0.5 },
  { index: 0, relevance_score: 0.00001 },
];
const USAGE = { prompt_tokens: 11, total_tokens: 11 };

/** Source: https://docs.jina.ai (github.com/jina-ai/meta-prompt v7.txt) (read 2026-11-28). */
export const jinaRerankKit = toKit({
  providers: ["jina_ai"],
  path: "/rerank",
  needs: ["model", "query", "documents"],
  knows: ["top_n", "return_documents"],
  documents: "documents",
  takes: (document) => isText(document) || typeof document === "object",
  reply: { model: "m", results: SCORES, usage: USAGE },
  error: detail,
});

/** Source: PyPI together 3.1.1 (read 2026-11-28). */
export const togetherRerankKit = toKit({
  providers: ["together_ai"],
  path: "/rerank",
  needs: ["model", "query", "documents"],
  knows: ["top_n", "return_documents", "rank_fields"],
  documents: "documents",
  takes: (document) => isText(document) || typeof document === "object",
  reply: { object: "rerank", id: "r", model: "m", results: SCORES, usage: USAGE },
  error: openai,
});

/** Source: PyPI infinity-emb 0.0.78, https://docs.vllm.ai/en/stable/examples/pooling/score/ (read 2026-11-28). */
export const ownServerRerankKit = toKit({
  providers: ["hosted_vllm", "infinity"],
  path: "/rerank",
  needs: ["query", "documents"],
  knows: ["model", "top_n", "return_documents", "raw_scores"],
  documents: "documents",
  takes: isText,
  reply: { id: "r", model: "m", results: SCORES, usage: USAGE },
  error: openai,
});

/** Source: npm voyageai 0.4.0 (read 2026-11-28). */
export const voyageRerankKit = toKit({
  providers: ["voyage"],
  path: "/rerank",
  needs: ["model", "query", "documents"],
  knows: ["top_k", "return_documents", "truncation"],
  documents: "documents",
  takes: isText,
  reply: { object: "list", data: SCORES, model: "m", usage: { total_tokens: 11 } },
  error: detail,
});

/** Source: https://github.com/huggingface/text-embeddings-inference/blob/main/docs/openapi.json (read 2026-11-28). */
export const teiRerankKit = toKit({
  providers: ["huggingface"],
  path: "/rerank",
  needs: ["query", "texts"],
  knows: ["raw_scores", "return_text", "truncate", "truncation_direction"],
  documents: "texts",
  takes: isText,
  reply: SCORES.map(({ index, relevance_score: score }) => ({ index, score })),
  error: (status, message) => ({ status, body: { error: message, error_type: "validation" } }),
});

/** Source: https://docs.nvidia.com/nim/nemo-retriever/text-reranking/latest/using-reranking.html (read 2026-11-28). */
export const nvidiaRankingKit = toKit({
  providers: ["nvidia_nim"],
  path: "/ranking",
  needs: ["model", "query", "passages"],
  knows: ["truncate"],
  documents: "passages",
  takes: hasText,
  reply: { rankings: SCORES.map(({ index, relevance_score: logit }) => ({ index, logit })) },
  error: detail,
});
