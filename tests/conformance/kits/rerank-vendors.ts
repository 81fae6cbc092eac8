import { isObject, listOf, objectOf, textOf } from "../../../src/core/json-values.ts";
import type { JsonObject } from "../../../src/core/translation.ts";
import type { RecordedRequest } from "../../support/recorded-request.ts";
import type { ScriptedReply } from "../../support/scripted-reply.ts";
import { defineKit, type Ranked, type VendorKit } from "./vendor-kit.ts";

/** What a vendor takes: fields it cannot do without, fields that it knows besides, and how its documents look. */
interface Rules {
  readonly providers: readonly string[];
  readonly path: string;
  readonly needs: readonly string[];
  readonly knows: readonly string[];
  readonly documents: string;
  readonly takes: (document: unknown) => boolean;
  /** The text of a document, where documents are not texts. */
  readonly textOf?: (document: unknown) => string | undefined;
  /** How the vendor asks for some results only; absent where it always ranks all. */
  readonly topN?: string;
  readonly takesObjects?: true;
  /** A ranking in the vendor's words. */
  readonly reply: (ranked: readonly Ranked[]) => unknown;
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

const toKit = (rules: Rules): VendorKit => {
  const { topN } = rules;
  return defineKit({
    providers: rules.providers,
    operation: "rerank",
    check: (request) => {
      if (!request.path.endsWith(rules.path)) return rules.error(404, "no such path");
      const fault = findFault(rules, request);
      return fault === undefined ? undefined : rules.error(422, fault);
    },
    simple: {
      body: rules.reply([
        { index: 1, score: 0.5 },
        { index: 0, score: 0.00001 },
      ]),
    },
    rerank: {
      documentsOf: (body) => listOf(body[rules.documents]).map((document) => rules.textOf?.(document) ?? document),
      ...(topN === undefined ? {} : { topNOf: (body) => body[topN] }),
      reply: (ranked) => ({ body: rules.reply(ranked) }),
      ...(rules.takesObjects === undefined ? {} : { takesObjects: true }),
    },
    error: rules.error,
  });
};

const detail = (status: number, message: string): ScriptedReply => ({ status, body: { detail: message } });
const openai = (status: number, message: string): ScriptedReply => ({ status, body: { error: { message } } });
const scored = (ranked: readonly Ranked[]): unknown =>
  ranked.map(({ index, score }) => ({ index, relevance_score: score }));
const USAGE = { prompt_tokens: 11, total_tokens: 11 };

/** Source: https://docs.jina.ai (github.com/jina-ai/meta-prompt v7.txt) (read 2026-11-28). */
export const jinaRerankKit = toKit({
  providers: ["jina_ai"],
  path: "/rerank",
  needs: ["model", "query", "documents"],
  knows: ["top_n", "return_documents"],
  documents: "documents",
  takes: (document) => isText(document) || isObject(document),
  topN: "top_n",
  takesObjects: true,
  reply: (ranked) => ({ model: "m", results: scored(ranked), usage: USAGE }),
  error: detail,
});

/** Source: PyPI together 3.1.1 (read 2026-11-28). */
export const togetherRerankKit = toKit({
  providers: ["together_ai"],
  path: "/rerank",
  needs: ["model", "query", "documents"],
  knows: ["top_n", "return_documents", "rank_fields"],
  documents: "documents",
  takes: (document) => isText(document) || isObject(document),
  topN: "top_n",
  takesObjects: true,
  reply: (ranked) => ({ object: "rerank", id: "r", model: "m", results: scored(ranked), usage: USAGE }),
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
  topN: "top_n",
  reply: (ranked) => ({ id: "r", model: "m", results: scored(ranked), usage: USAGE }),
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
  topN: "top_k",
  reply: (ranked) => ({ object: "list", data: scored(ranked), model: "m", usage: { total_tokens: 11 } }),
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
  reply: (ranked) => ranked,
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
  textOf: (document) => textOf(objectOf(document)["text"]),
  reply: (ranked) => ({ rankings: ranked.map(({ index, score: logit }) => ({ index, logit })) }),
  error: detail,
});
