import { toBoundedMap } from "../../core/bounded-map.ts";
/** How a model can be told to think: by a budget of tokens, by effort alone, by either, or not at all. */
export type ThinkingMode = "none" | "budget" | "either" | "adaptive";

/** How thinking is turned off: the value of `thinking.type`, or `undefined` where it cannot be. */
export type ThinkingOff = "disabled" | "between_tools" | undefined;

/** What a Claude model takes and what it refuses with a 400. */
export interface ClaudeTraits {
  /** Most tokens of one answer; sent as `max_tokens` when the caller sets none. */
  readonly maxOutputTokens: number;
  readonly thinking: ThinkingMode;
  /** Whether it thinks when nothing is said of thinking. */
  readonly thinksUnasked: boolean;
  readonly thinkingOff: ThinkingOff;
  /** Values of `output_config.effort`; empty when it has none. */
  readonly efforts: readonly string[];
  /** Whether `temperature`, `top_p` and `top_k` may differ from their defaults. */
  readonly takesSampling: boolean;
  /** Whether `temperature` and `top_p` may stand side by side. */
  readonly takesBothSamplings: boolean;
  /** Whether `tool_choice` may force a call. */
  readonly forcesTools: boolean;
  /** Whether the conversation may end with the beginning of the answer. */
  readonly takesPrefill: boolean;
  /** Whether it has `output_config.format` and strict tools. */
  readonly structuredOutputs: boolean;
}

/** What a name says: the family, and the version as major × 10 + minor. */
interface Generation {
  readonly family: string;
  readonly version: number;
  readonly isPreview: boolean;
}

/** Output limit where the name says nothing of the model; every Claude takes it. */
const SMALLEST_LIMIT = 4096;

const NEW_NAME = /claude-(opus|sonnet|haiku|fable|mythos)-(?:(\d{1,2})(?:[-.](\d{1,2}))?(?!\d)|(preview))/;
const OLD_NAME = /claude-(\d)(?:[-.](\d))?-(opus|sonnet|haiku)/;

/** Reads `claude-opus-4-5-20251101`, `anthropic.claude-3-5-sonnet-20241022-v2:0`, `claude-haiku-4-5@20251001` and the like. */
function readGeneration(model: string): Generation | undefined {
  const [, family, major, minor = "0", preview] = NEW_NAME.exec(model) ?? [];
  if (family !== undefined) {
    return { family, version: Number(major ?? "5") * 10 + Number(minor), isPreview: preview !== undefined };
  }
  const [, oldMajor, oldMinor = "0", oldFamily] = OLD_NAME.exec(model) ?? [];
  return oldFamily === undefined
    ? undefined
    : { family: oldFamily, version: Number(oldMajor) * 10 + Number(oldMinor), isPreview: false };
}

/**
 * The traits of a model, by its name on any cloud. A name that tells no generation (a profile, an ARN) gets what the
 * widest range of models takes; the vendor then has the last word.
 *
 * Sources: https://platform.claude.com/docs/en/about-claude/models/overview,
 * https://platform.claude.com/docs/en/build-with-claude/thinking-troubleshooting (thinking),
 * https://platform.claude.com/docs/en/build-with-claude/effort, https://platform.claude.com/docs/en/build-with-claude/structured-outputs,
 * https://platform.claude.com/docs/en/about-claude/models/migration-guide (sampling, prefill),
 * https://platform.claude.com/docs/en/models/opus-5-5/whats-new-opus-5-5,
 * https://platform.claude.com/docs/en/models/sonnet-5-5/whats-new-sonnet-5-5,
 * https://platform.claude.com/docs/en/models/haiku-5-5/whats-new-haiku-5-5 (all read 2026-11-28).
 */
export const readClaudeTraits = toBoundedMap(256, traitsOf);

function traitsOf(model: string): ClaudeTraits {
  const generation = readGeneration(model);
  if (generation === undefined) {
    return UNKNOWN;
  }
  const { family, version, isPreview } = generation;
  const isApart = family === "fable" || family === "mythos";
  const hasThinking = isApart || version >= 37;
  const isAdaptive = isApart || version >= 46;
  const isAdaptiveOnly = (isApart && !isPreview) || (!isApart && version >= 47);
  const isAlwaysOn = isApart || (family === "opus" && version >= 55);
  const isBetweenTools = family === "sonnet" && version >= 55;
  return {
    maxOutputTokens: readOutputLimit(family, version, isAdaptive),
    thinking: readThinkingMode(hasThinking, isAdaptive, isAdaptiveOnly),
    thinksUnasked: isApart || version >= 50,
    thinkingOff: readThinkingOff(isAlwaysOn, isBetweenTools),
    efforts: readEfforts(family, version, isAdaptive, isAdaptiveOnly),
    takesSampling: !isApart && version < 47,
    takesBothSamplings: !isApart && version < 41,
    forcesTools: !(isPreview || (isApart && version >= 51) || (/opus|sonnet/.test(family) && version >= 55)),
    takesPrefill: !isAdaptive,
    structuredOutputs: isApart || version >= 45,
  };
}

const UNKNOWN: ClaudeTraits = {
  maxOutputTokens: SMALLEST_LIMIT,
  thinking: "either",
  thinksUnasked: false,
  thinkingOff: "disabled",
  efforts: ["low", "medium", "high", "max"],
  takesSampling: true,
  takesBothSamplings: true,
  forcesTools: true,
  takesPrefill: true,
  structuredOutputs: true,
};

function readOutputLimit(family: string, version: number, isAdaptive: boolean): number {
  if (isAdaptive) {
    return 128_000;
  }
  if (version >= 45) {
    return 64_000;
  }
  if (version >= 40) {
    return family === "opus" ? 32_000 : 64_000;
  }
  if (version >= 37) {
    return 64_000;
  }
  return version >= 35 ? 8192 : SMALLEST_LIMIT;
}

function readThinkingMode(hasThinking: boolean, isAdaptive: boolean, isAdaptiveOnly: boolean): ThinkingMode {
  if (isAdaptiveOnly) {
    return "adaptive";
  }
  if (isAdaptive) {
    return "either";
  }
  return hasThinking ? "budget" : "none";
}

function readThinkingOff(isAlwaysOn: boolean, isBetweenTools: boolean): ThinkingOff {
  if (isAlwaysOn) {
    return undefined;
  }
  return isBetweenTools ? "between_tools" : "disabled";
}

function readEfforts(family: string, version: number, isAdaptive: boolean, isAdaptiveOnly: boolean): readonly string[] {
  const common = ["low", "medium", "high"];
  if (isAdaptiveOnly) {
    return [...common, "xhigh", "max"];
  }
  if (isAdaptive) {
    return [...common, "max"];
  }
  return family === "opus" && version === 45 ? common : [];
}
