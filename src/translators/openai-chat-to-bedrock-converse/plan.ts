import { isObject } from "../../core/json-values.ts";
import type { JsonObject } from "../../core/translation.ts";
import { type ModelTraits, readModelTraits } from "../../dialects/bedrock/models.ts";
import { toBedrockName } from "../../dialects/bedrock/names.ts";
import { readTools, type Tools } from "../../dialects/openai/chat-params.ts";
import { ToolNames } from "../openai-chat-to-anthropic-messages/names.ts";
import { type OutputPlan, planOutput } from "../openai-chat-to-anthropic-messages/structured-output.ts";

/** What a request and the reading of its reply have in common; the same body gives the same plan. */
export interface ConversePlan {
  readonly traits: ModelTraits;
  readonly tools: Tools;
  readonly output: OutputPlan;
  /** The caller's name of a tool, by Bedrock's. */
  readonly toCaller: ReadonlyMap<string, string>;
}

/** Plans a call. @throws GatewayError `invalid-request` */
export function planConverse(body: JsonObject, model: string): ConversePlan {
  const traits = readModelTraits(model);
  const tools = readTools(body);
  const names = tools.functions.map(({ name }) => name);
  const thinking = body["thinking"];
  const output = planOutput(body, {
    traits: traits.claude,
    takesSchemas: true,
    hasTools: names.length > 0,
    thinksByBudget: traits.isClaude && traits.claude.thinking === "budget" && (isObject(thinking) || wantsEffort(body)),
    names: new ToolNames(names),
  });
  return { traits, tools, output, toCaller: new Map(names.map((name) => [toBedrockName(name), name])) };
}

const wantsEffort = ({ reasoning_effort: effort }: JsonObject): boolean =>
  effort !== undefined && effort !== null && effort !== "none";
