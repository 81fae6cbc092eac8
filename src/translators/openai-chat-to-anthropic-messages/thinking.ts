import { isObject, listOf, objectOf } from "../../core/json-values.ts";
import type { JsonObject, Ledger } from "../../core/translation.ts";
import type { ClaudeTraits } from "../../dialects/anthropic/claude-models.ts";
import { type ChatMessage, invalidField } from "../../dialects/openai/chat-request.ts";

/** Thinking budgets of efforts, in tokens, as LiteLLM has them; the vendor's least is 1024. */
const BUDGETS: Readonly<Record<string, number>> = {
  minimal: 1024,
  low: 1024,
  medium: 2048,
  high: 4096,
  xhigh: 8192,
  max: 16_384,
};

const LEAST_BUDGET = 1024;

/** Room for the answer beside the thinking, in tokens, where the model's own limit leaves none. */
const ANSWER_TOKENS = 4096;

/** How a request tells Anthropic to think. */
export interface ThinkingPlan {
  /** `thinking`; absent to leave it to the model. */
  readonly thinking: JsonObject | undefined;
  /** `output_config.effort`. */
  readonly effort: string | undefined;
  readonly maxTokens: number;
  /** Thinking with a budget: forced tool calls and prefill are refused then. */
  readonly isBudget: boolean;
  /** Whether thinking was asked for. */
  readonly isOn: boolean;
}

/** What thinking is planned from. */
export interface ThinkingSituation {
  readonly traits: ClaudeTraits;
  /** The caller's limit of the answer, when there is one. */
  readonly maxTokens: number | undefined;
  readonly messages: readonly ChatMessage[];
  readonly ledger: Ledger;
}

/**
 * Plans the thinking that `thinking` and `reasoning_effort` ask for: by effort where the model thinks adaptively, by a
 * budget where it does not. Thoughts are asked for as text, which newer models would leave out.
 * Sources: https://platform.claude.com/docs/en/build-with-claude/thinking,
 * https://platform.claude.com/docs/en/build-with-claude/thinking-troubleshooting,
 * https://platform.claude.com/docs/en/build-with-claude/extended-thinking (all read 2026-11-28).
 * @throws GatewayError
 */
export function planThinking(body: JsonObject, situation: ThinkingSituation): ThinkingPlan {
  const effort = readEffort(body);
  const given = body["thinking"] ?? undefined;
  if (given !== undefined && !isObject(given)) {
    throw invalidField("thinking", "an object");
  }
  if (given !== undefined) {
    return planGiven(given, effort, situation);
  }
  return effort === undefined ? quiet(situation) : planEffort(effort, situation);
}

/** `reasoning_effort`, also as `{effort}`. */
function readEffort(body: JsonObject): string | undefined {
  const { reasoning_effort: given } = body;
  const value = isObject(given) ? given["effort"] : given;
  if (value === undefined || value === null) {
    return undefined;
  }
  if (typeof value !== "string" || (value !== "none" && !Object.hasOwn(BUDGETS, value))) {
    throw invalidField("reasoning_effort", `one of none, ${Object.keys(BUDGETS).join(", ")}`);
  }
  return value;
}

const quiet = ({ traits, maxTokens }: ThinkingSituation): ThinkingPlan => ({
  thinking: undefined,
  effort: undefined,
  maxTokens: maxTokens ?? traits.maxOutputTokens,
  isBudget: false,
  isOn: false,
});

/** The effort itself, or the nearest one below it that the model has. */
function toOutputEffort(effort: string, { efforts }: ClaudeTraits): string | undefined {
  const order = ["low", "medium", "high", "xhigh", "max"];
  const wanted = effort === "minimal" ? "low" : effort;
  return order
    .slice(0, order.indexOf(wanted) + 1)
    .filter((value) => efforts.includes(value))
    .at(-1);
}

function planEffort(effort: string, situation: ThinkingSituation): ThinkingPlan {
  const { traits, ledger } = situation;
  if (effort === "none") {
    return planOff(situation);
  }
  if (traits.thinking === "none") {
    ledger.refuse("reasoning_effort", "reasoning_effort for this model");
    return quiet(situation);
  }
  if (traits.thinking === "budget") {
    return planBudget(BUDGETS[effort] ?? LEAST_BUDGET, { type: "enabled" }, "reasoning_effort", situation);
  }
  return planAdaptive({ type: "adaptive", display: "summarized" }, toOutputEffort(effort, traits), situation);
}

/** No thinking, or as little as the model can. */
function planOff(situation: ThinkingSituation): ThinkingPlan {
  const { traits } = situation;
  if (!traits.thinksUnasked) {
    return quiet(situation);
  }
  return traits.thinkingOff === undefined
    ? { ...quiet(situation), effort: "low" }
    : { ...quiet(situation), thinking: { type: traits.thinkingOff } };
}

const planAdaptive = (
  thinking: JsonObject,
  effort: string | undefined,
  { traits, maxTokens }: ThinkingSituation,
): ThinkingPlan => ({
  thinking,
  effort,
  maxTokens: maxTokens ?? traits.maxOutputTokens,
  isBudget: false,
  isOn: true,
});

/** Thinking with a budget, which must be less than the limit of the answer. */
function planBudget(wanted: number, rest: JsonObject, path: string, situation: ThinkingSituation): ThinkingPlan {
  const { traits, maxTokens, messages, ledger } = situation;
  const limit = maxTokens ?? Math.max(traits.maxOutputTokens, wanted + ANSWER_TOKENS);
  const budget = Math.min(wanted, limit - 1);
  if (budget < LEAST_BUDGET || lacksThoughts(messages)) {
    ledger.drop(path); // There is no room to think in, or the turn began without thoughts: Anthropic refuses both.
    return quiet(situation);
  }
  const thinking = { ...rest, type: "enabled", budget_tokens: budget };
  return { thinking, effort: undefined, maxTokens: limit, isBudget: true, isOn: true };
}

/** Whether the turn that goes on began without thoughts: calls of tools whose thinking blocks the caller has not kept. */
function lacksThoughts(messages: readonly ChatMessage[]): boolean {
  const last = messages.findLastIndex(({ role }) => role === "assistant");
  const isGoingOn = messages.slice(last + 1).every(({ role }) => role === "tool") && last >= 0;
  const message = messages[last];
  return isGoingOn && message !== undefined && message.toolCalls.length > 0 && readThoughts(message).length === 0;
}

function planGiven(given: JsonObject, effort: string | undefined, situation: ThinkingSituation): ThinkingPlan {
  const { traits, ledger } = situation;
  const { type, budget_tokens: budget, ...rest } = given;
  const own = effort === undefined || effort === "none" ? undefined : toOutputEffort(effort, traits);
  switch (type) {
    case "enabled":
      if (typeof budget !== "number" || !Number.isInteger(budget) || budget < LEAST_BUDGET) {
        throw invalidField("thinking.budget_tokens", `a whole number of at least ${LEAST_BUDGET}`);
      }
      if (traits.thinking === "adaptive") {
        const thinking = { display: "summarized", ...rest, type: "adaptive" };
        return planAdaptive(thinking, own ?? toOutputEffort(effortOf(budget), traits), situation);
      }
      break;
    case "adaptive":
      if (traits.thinking === "either" || traits.thinking === "adaptive") {
        return planAdaptive(given, own, situation);
      }
      break;
    default:
      return planOther(given, own, situation);
  }
  if (traits.thinking === "none") {
    ledger.refuse("thinking", "thinking for this model");
    return quiet(situation);
  }
  const wanted = typeof budget === "number" ? budget : (BUDGETS[effort ?? "medium"] ?? LEAST_BUDGET);
  const { display: _display, ...plain } = rest;
  return { ...planBudget(wanted, type === "enabled" ? rest : plain, "thinking", situation), effort: own };
}

/** `disabled`, and types to come, which the vendor may know. */
function planOther(given: JsonObject, effort: string | undefined, situation: ThinkingSituation): ThinkingPlan {
  const { traits, ledger } = situation;
  if (given["type"] !== "disabled") {
    return { ...quiet(situation), thinking: given, effort };
  }
  if (traits.thinking === "none" || traits.thinkingOff === "disabled") {
    const isTooMuch = effort === "xhigh" || effort === "max"; // Newer models refuse both together.
    const thinking = traits.thinking === "none" ? undefined : given;
    return { ...quiet(situation), thinking, effort: isTooMuch ? "high" : effort };
  }
  if (traits.thinkingOff === undefined) {
    ledger.refuse("thinking", "answers without thinking from this model");
    return { ...quiet(situation), effort };
  }
  return { ...quiet(situation), thinking: { type: traits.thinkingOff }, effort };
}

/** The effort whose budget a budget reaches. */
function effortOf(budget: number): string {
  const reached = ["low", "medium", "high", "xhigh"].filter((effort) => budget >= (BUDGETS[effort] ?? 0));
  return reached.at(-1) ?? "low";
}

/**
 * Thinking blocks that the caller kept of an earlier answer, as they came: a signature covers them.
 * LiteLLM's own client has them in `provider_specific_fields`.
 */
export function readThoughts({ raw }: ChatMessage): readonly JsonObject[] {
  const kept = raw["thinking_blocks"] ?? objectOf(raw["provider_specific_fields"])["thinking_blocks"];
  return listOf(kept)
    .map(toThought)
    .filter((block) => block !== undefined);
}

function toThought(block: unknown): JsonObject | undefined {
  const { type, thinking, signature, data } = objectOf(block);
  if (type === "thinking" && typeof signature === "string" && signature !== "") {
    return { type, thinking: typeof thinking === "string" ? thinking : "", signature };
  }
  return type === "redacted_thinking" && typeof data === "string" ? { type, data } : undefined;
}
