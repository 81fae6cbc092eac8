import type { JsonSchema } from "../http/endpoint-description.ts";

/** Shape of one deployment in `/model/info` and `/v2/model/info`. */
export const MODEL_INFO_SCHEMA: JsonSchema = {
  type: "object",
  required: ["model_name", "litellm_params", "model_info"],
  properties: {
    model_name: { type: "string" },
    litellm_params: { type: "object", description: "As configured; secrets are left out or masked." },
    model_info: {
      type: "object",
      required: ["id", "db_model"],
      properties: {
        id: { type: "string", description: "Deployment id, also a name that calls may use." },
        db_model: { const: false },
        key: { type: "string", description: "Provider and model." },
        mode: { type: ["string", "null"] },
        litellm_provider: { type: ["string", "null"] },
        supported_openai_params: { type: ["array", "null"], items: { type: "string" } },
      },
    },
  },
};
