import { defineInference } from "../http/endpoint.ts";

/** Chat completions. Source: https://platform.openai.com/docs/api-reference/chat/create (read 2026-11-23). */
export const chatCompletions = defineInference({
  operation: "chat",
  suffix: "/chat/completions",
  summary: "Chat with a model; streams with `stream: true`.",
  takesPathModel: true,
});
