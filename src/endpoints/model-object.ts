import type { JsonSchema } from "../http/endpoint-description.ts";

/** A model as `/v1/models` shows it (contract 1.5). */
export interface ModelObject {
  readonly id: string;
  readonly object: "model";
  readonly created: number;
  readonly owned_by: string;
}

/** LiteLLM gives every model this time, seconds since the epoch; clients have come to compare it. */
const CREATED = 1_677_610_602;

/** A model of a list has the owner `openai`, whoever serves it; a single one has its provider. */
export const toModelObject = (id: string, owner = "openai"): ModelObject => ({
  id,
  object: "model",
  created: CREATED,
  owned_by: owner,
});

/** Shape of {@link ModelObject}. */
export const MODEL_SCHEMA: JsonSchema = {
  type: "object",
  required: ["id", "object", "created", "owned_by"],
  properties: {
    id: { type: "string", examples: ["gpt-4o"] },
    object: { const: "model" },
    created: { type: "integer", description: "Always the same constant." },
    owned_by: { type: "string" },
  },
};
