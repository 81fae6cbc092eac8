import type { JsonObject } from "../../core/translation.ts";
import { type ClaudeTraits, readClaudeTraits } from "../anthropic/claude-models.ts";

/** What of Converse differs from model to model. */
export interface ModelTraits {
  readonly isClaude: boolean;
  readonly isNova: boolean;
  /** What becomes of `reasoning_effort` among `additionalModelRequestFields`; `undefined` where it is Claude's or there is none. */
  readonly effortField: ((effort: string) => JsonObject) | undefined;
  /** Whether cache points pass; models without prompt caching refuse them. */
  readonly takesCachePoints: boolean;
  /** Whether `toolChoice` may name a tool. */
  readonly forcesTools: boolean;
  /** What Claude takes; of models that are none, nothing of it. */
  readonly claude: ClaudeTraits;
}

const CLAUDE = /anthropic\.|claude/;
const NOVA = /amazon\.nova/;
const NOVA_2 = /amazon\.nova-2/;
const GPT_OSS = /openai\.gpt-oss/;
const GPT = /openai\.gpt-/;
const MISTRAL = /mistral\./;
/** Names that say nothing of the model behind them. */
const UNTOLD = /^arn:|\*/;

const NO_CLAUDE: ClaudeTraits = {
  maxOutputTokens: 4096,
  thinking: "none",
  thinksUnasked: false,
  thinkingOff: "disabled",
  efforts: [],
  takesSampling: true,
  takesBothSamplings: true,
  forcesTools: false,
  takesPrefill: true,
  structuredOutputs: false,
};

/**
 * The traits of a model by its Bedrock name.
 * Sources: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolChoice.html,
 * https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html (read 2026-11-28).
 */
export function readModelTraits(model: string): ModelTraits {
  const isClaude = CLAUDE.test(model);
  const isNova = NOVA.test(model);
  const claude = isClaude ? readClaudeTraits(model) : NO_CLAUDE;
  const forcesTools = isClaude ? claude.forcesTools : isNova || MISTRAL.test(model);
  return {
    isClaude,
    isNova,
    effortField: readEffortField(model),
    takesCachePoints: isClaude || isNova || UNTOLD.test(model),
    forcesTools,
    claude: { ...claude, forcesTools },
  };
}

/**
 * Sources: https://github.com/langchain-ai/docs/pull/5239 (by family), https://github.com/anomalyco/opencode/pull/48195 (gpt-oss and
 * later GPTs, tried out at the vendor), both read 2026-11-28.
 */
function readEffortField(model: string): ModelTraits["effortField"] {
  if (GPT_OSS.test(model)) {
    return (effort) => ({ reasoning_effort: effort });
  }
  if (GPT.test(model)) {
    return (effort) => ({ reasoning: { effort } });
  }
  return NOVA_2.test(model)
    ? (effort) => ({
        reasoningConfig: effort === "none" ? { type: "disabled" } : { type: "enabled", maxReasoningEffort: effort },
      })
    : undefined;
}
