import { defineInference } from "../http/endpoint.ts";

/** Legacy text completions. Source: https://platform.openai.com/docs/api-reference/completions (read 2026-11-23). */
export const completions = defineInference({
  operation: "completion",
  suffix: "/completions",
  summary: "Complete a text (legacy API); streams with `stream: true`.",
  takesPathModel: true,
});
