import { isObject } from "../../core/json-values.ts";
import type { JsonObject } from "../../core/translation.ts";
import type { ClaudeTraits } from "../../dialects/anthropic/claude-models.ts";
import { toOutputSchema } from "../../dialects/anthropic/output-schema.ts";
import { readResponseFormat } from "../../dialects/openai/chat-params.ts";
import type { ToolNames } from "./names.ts";

/** How an answer is brought into the form that `response_format` asks for. */
export type OutputPlan =
  | { readonly kind: "text" }
  /** The vendor's own structured outputs. */
  | { readonly kind: "native"; readonly schema: JsonObject }
  /**
   * A tool that the model must call, whose arguments are the answer. `isWrapped`: the answer is no object by its schema and
   * stands in the argument `answer`.
   */
  | {
      readonly kind: "tool";
      readonly name: string;
      readonly description: string;
      readonly schema: JsonObject;
      readonly isWrapped: boolean;
    }
  /** An instruction, where the model can neither be bound by a schema nor forced to call a tool. */
  | { readonly kind: "instruction" };

/** Said to the model where nothing else binds it. */
export const JSON_INSTRUCTION =
  "Answer with one valid JSON object and nothing else: no words before or after it, no Markdown.";

/** What an output plan depends on beside the caller's `response_format`. */
export interface OutputSituation {
  readonly traits: ClaudeTraits;
  readonly takesSchemas: boolean;
  readonly hasTools: boolean;
  /** Thinking with a budget: no call can be forced then. */
  readonly thinksByBudget: boolean;
  readonly names: ToolNames;
}

const JSON_TOOL = "json_tool_call";
const TOOL_DESCRIPTION = "Gives the final answer to the user. Its arguments are the whole answer.";

/**
 * Plans the form of the answer: structured outputs where the model has them and the schema fits, else a tool that holds the
 * answer, else an instruction. The same request gives the same plan when its reply is read.
 * Source: https://platform.claude.com/docs/en/build-with-claude/structured-outputs (read 2026-11-28).
 * @throws GatewayError `invalid-request`
 */
export function planOutput(body: JsonObject, situation: OutputSituation): OutputPlan {
  const format = readResponseFormat(body);
  if (format.kind === "text") {
    return { kind: "text" };
  }
  const { traits, takesSchemas, hasTools, thinksByBudget, names } = situation;
  if (format.kind === "json") {
    return hasTools || thinksByBudget || !traits.forcesTools
      ? { kind: "instruction" }
      : toTool({ type: "object", additionalProperties: true }, TOOL_DESCRIPTION, names);
  }
  const schema = takesSchemas && traits.structuredOutputs ? toOutputSchema(format.schema) : undefined;
  if (schema !== undefined) {
    return { kind: "native", schema };
  }
  return toTool(format.schema, format.description ?? TOOL_DESCRIPTION, names);
}

function toTool(schema: JsonObject, description: string, names: ToolNames): OutputPlan {
  const name = names.unused(JSON_TOOL);
  const { $defs, definitions, ...inner } = schema;
  const isWrapped = schema["type"] !== "object" && !isObject(schema["properties"]);
  const shared = { ...($defs === undefined ? {} : { $defs }), ...(definitions === undefined ? {} : { definitions }) };
  const wrapped = { type: "object", properties: { answer: inner }, required: ["answer"], ...shared };
  return { kind: "tool", name, description, schema: isWrapped ? wrapped : { ...schema, type: "object" }, isWrapped };
}

/** The answer that the arguments of the plan's tool are. */
export const unwrapAnswer = (plan: OutputPlan, input: unknown): unknown =>
  plan.kind === "tool" && plan.isWrapped && isObject(input) ? input["answer"] : input;
