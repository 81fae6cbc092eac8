import { defineInference } from "../http/endpoint.ts";

/** Moderations. Source: https://platform.openai.com/docs/api-reference/moderations/create (read 2026-11-23). */
export const moderations = defineInference({
  operation: "moderation",
  suffix: "/moderations",
  summary: "Classify text as potentially harmful.",
  takesPathModel: false,
});
