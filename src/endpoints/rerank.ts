import { defineInference } from "../http/endpoint.ts";

/** Reranking, in Cohere's shape. Source: https://docs.cohere.com/reference/rerank (read 2026-11-28). */
export const rerank = defineInference({
  operation: "rerank",
  suffix: "/rerank",
  alsoAt: ["/v2/rerank"],
  summary: "Order documents by how well they answer a query.",
  takesPathModel: false,
});
