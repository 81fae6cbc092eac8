import { stringify } from "yaml";
import { GatewayError } from "../../core/errors.ts";
import { isObject, listOf, numberOf, objectOf, textOf } from "../../core/json-values.ts";
import type { JsonObject, ReplyContext } from "../../core/translation.ts";
import { invalidField } from "../openai/chat-request.ts";

/** What a caller asks to be ranked. */
export interface RerankRequest {
  readonly query: string;
  /** Every document as text, in the caller's order. */
  readonly texts: readonly string[];
  /** The most results to be told; all when absent. */
  readonly topN: number | undefined;
}

/** Parameters of reranking that are read here; what is beside them is the vendor's own. */
const KNOWN: ReadonlySet<string> = new Set([
  "model",
  "query",
  "documents",
  "top_n",
  "return_documents",
  "rank_fields",
  "max_chunks_per_doc",
  "max_tokens_per_doc",
]);

/**
 * Reads a rerank request. Documents may be texts or objects: of these the `rank_fields` are ranked, as YAML, or their `text`.
 * Source: https://docs.cohere.com/v1/reference/rerank; https://docs.cohere.com/docs/rerank-overview (structured data as YAML) (read 2026-11-28).
 * @param takesObjects the vendor ranks objects by itself: they need no text here, and `texts` is empty
 * @throws GatewayError `invalid-request`
 */
export function readRerank(body: JsonObject, takesObjects = false): RerankRequest {
  const { query, documents, top_n: topN } = body;
  if (typeof query !== "string") {
    throw invalidField("query", "text");
  }
  if (!Array.isArray(documents) || documents.length === 0) {
    throw invalidField("documents", "a list of at least one text or object");
  }
  if (topN !== undefined && topN !== null && !(Number.isInteger(topN) && Number(topN) > 0)) {
    throw invalidField("top_n", "a whole number above 0");
  }
  const fields = readRankFields(body["rank_fields"]);
  if (takesObjects) {
    const odd = documents.findIndex((document) => typeof document !== "string" && !isObject(document));
    if (odd >= 0) {
      throw invalidField(`documents[${odd}]`, "a text or an object");
    }
    return { query, texts: [], topN: numberOf(topN) };
  }
  const texts = documents.map((document: unknown, index) => toText(document, fields, `documents[${index}]`));
  return { query, texts, topN: numberOf(topN) };
}

function readRankFields(value: unknown): readonly string[] | undefined {
  if (value === undefined || value === null) {
    return undefined;
  }
  if (!Array.isArray(value) || value.length === 0 || !value.every((name) => typeof name === "string")) {
    throw invalidField("rank_fields", "a list of at least one name of a field");
  }
  return value;
}

function toText(document: unknown, fields: readonly string[] | undefined, path: string): string {
  if (typeof document === "string") {
    return document;
  }
  if (!isObject(document)) {
    throw invalidField(path, "a text or an object");
  }
  if (fields === undefined) {
    const text = textOf(document["text"]);
    if (text === undefined) {
      throw invalidField(`${path}.text`, "text, or 'rank_fields' that say what to rank by");
    }
    return text;
  }
  const ranked = fields.filter((name) => Object.hasOwn(document, name)).map((name) => [name, document[name]] as const);
  return stringify(Object.fromEntries(ranked), { lineWidth: 0 }).trimEnd();
}

/** Fields of a rerank request that are the vendor's own parameters. */
export const ownRerankFields = (body: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(body).filter(([name]) => !KNOWN.has(name)));

/** What a vendor says of a ranking. */
export interface RerankReply {
  readonly id: unknown;
  /** In the vendor's order, best first. */
  readonly results: readonly { readonly index: unknown; readonly score: unknown }[];
  /** Tokens that the vendor read, where it tells them in `usage`. */
  readonly usage?: unknown;
  /** Cohere's own `meta`; else made of the usage. */
  readonly meta?: unknown;
  /** Whatever else callers may see. */
  readonly rest?: JsonObject;
}

/**
 * A rerank reply in Cohere's shape (contract 2.10), with the caller's own documents when it asked for them: Cohere's second
 * version and others tell indexes only.
 * @throws GatewayError `upstream-malformed` on an index that no document has, or that comes twice
 */
export function writeRerank(context: ReplyContext, { id, results, usage, meta, rest }: RerankReply): JsonObject {
  const documents = listOf(context.request["documents"]);
  const returns = context.request["return_documents"] === true;
  if (new Set(results.map(({ index }) => index)).size < results.length) {
    throw new GatewayError("upstream-malformed", "the reply ranks a document twice");
  }
  return {
    id: textOf(id) ?? context.id.replace(/^chatcmpl-/, ""),
    results: results.map(({ index, score }) => {
      if (typeof index !== "number" || typeof score !== "number" || !(index in documents)) {
        throw new GatewayError("upstream-malformed", "the reply ranks a document that was not sent");
      }
      const document = documents[index];
      return {
        index,
        relevance_score: score,
        ...(returns ? { document: typeof document === "string" ? { text: document } : document } : {}),
      };
    }),
    meta: isObject(meta) ? meta : toMeta(usage),
    ...(isObject(usage) ? { usage } : {}),
    ...rest,
  };
}

function toMeta(usage: unknown): JsonObject {
  if (!isObject(usage)) {
    return {};
  }
  const total = numberOf(usage["total_tokens"]) ?? numberOf(usage["prompt_tokens"]);
  const input = numberOf(usage["prompt_tokens"]) ?? total;
  return total === undefined ? {} : { billed_units: { total_tokens: total }, tokens: { input_tokens: input } };
}

/** Results of vendors that spell them `{index, relevance_score}`. @throws GatewayError `upstream-malformed` when there are none */
export function readResults(list: unknown, scoreName = "relevance_score"): RerankReply["results"] {
  if (!Array.isArray(list)) {
    throw new GatewayError("upstream-malformed", "the reply has no results");
  }
  return list.map(objectOf).map((result) => ({ index: result["index"], score: result[scoreName] }));
}
