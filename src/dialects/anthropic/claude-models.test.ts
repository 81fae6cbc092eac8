import { expect, test } from "bun:test";
import { readClaudeTraits } from "./claude-models.ts";

const WITHOUT_XHIGH = ["low", "medium", "high", "max"];
const ALL = ["low", "medium", "high", "xhigh", "max"];

// One row for each generation, by names as different clouds write them.
test.each([
  ["claude-3-haiku-20240307", 4096, "none", "disabled", []],
  ["anthropic.claude-3-5-sonnet-20241022-v2:0", 8192, "none", "disabled", []],
  ["claude-3-7-sonnet-20250219", 64_000, "budget", "disabled", []],
  ["claude-opus-4@20250514", 32_000, "budget", "disabled", []],
  ["claude-sonnet-4-20250514", 64_000, "budget", "disabled", []],
  ["us.anthropic.claude-opus-4-1-20250805-v1:0", 32_000, "budget", "disabled", []],
  ["claude-haiku-4-5-20251001", 64_000, "budget", "disabled", []],
  ["claude-opus-4-5", 64_000, "budget", "disabled", ["low", "medium", "high"]],
  ["claude-sonnet-4.6", 128_000, "either", "disabled", WITHOUT_XHIGH],
  ["anthropic.claude-opus-4-6-v1", 128_000, "either", "disabled", WITHOUT_XHIGH],
  ["claude-opus-4-7", 128_000, "adaptive", "disabled", ALL],
  ["claude-sonnet-5", 128_000, "adaptive", "disabled", ALL],
  ["claude-opus-5", 128_000, "adaptive", "disabled", ALL],
  ["claude-opus-5-5", 128_000, "adaptive", undefined, ALL],
  ["claude-sonnet-5-5", 128_000, "adaptive", "between_tools", ALL],
  ["claude-haiku-5-5", 128_000, "adaptive", "disabled", ALL],
  ["claude-fable-5-1", 128_000, "adaptive", undefined, ALL],
  ["claude-mythos-preview", 128_000, "either", undefined, WITHOUT_XHIGH],
  ["arn:aws:bedrock:eu-west-1:1:application-inference-profile/x", 4096, "either", "disabled", WITHOUT_XHIGH],
] as const)("%s", (model, maxOutputTokens, thinking, thinkingOff, efforts) => {
  expect(readClaudeTraits(model)).toMatchObject({ maxOutputTokens, thinking, thinkingOff, efforts });
});

test.each<[string, boolean, boolean, boolean, boolean, boolean]>([
  ["claude-3-7-sonnet-20250219", true, true, true, true, false],
  ["claude-opus-4-1-20250805", true, false, true, true, false],
  ["claude-sonnet-4-5", true, false, true, true, true],
  ["claude-sonnet-4-6", true, false, true, false, true],
  ["claude-opus-4-8", false, false, true, false, true],
  ["claude-opus-5", false, false, true, false, true],
  ["claude-haiku-5-5", false, false, true, false, true],
  ["claude-opus-5-5", false, false, false, false, true],
  ["claude-sonnet-5-5", false, false, false, false, true],
  ["claude-fable-5", false, false, true, false, true],
  ["claude-fable-5-1", false, false, false, false, true],
  ["claude-mythos-preview", false, false, false, false, true],
])(
  "%s: sampling, both, forced tools, prefill, structured outputs",
  (model, sampling, both, forced, prefill, structured) => {
    const traits = readClaudeTraits(model);
    const { takesSampling, takesBothSamplings, forcesTools, takesPrefill, structuredOutputs } = traits;
    expect([takesSampling, takesBothSamplings, forcesTools, takesPrefill, structuredOutputs]).toEqual([
      sampling,
      both,
      forced,
      prefill,
      structured,
    ]);
  },
);
