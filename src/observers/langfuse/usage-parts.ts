import { type CallCost, NANO_USD_PLACES } from "../../core/call-cost.ts";
import type { CallFinished } from "../../core/call-event.ts";
import type { Usage } from "../../core/usage.ts";
import type { ByteWriter } from "../../wire/byte-writer.ts";

type Parts = Readonly<Record<string, number>>;

/** Dividing is exact where multiplying by a billionth is not. */
const NANO_PER_USD = 1e9;

const USAGE = Buffer.from(',"usage":{"input":');
const INPUT = '"input":';
const OUTPUT = Buffer.from(',"output":');
const TOTAL = Buffer.from(',"total":');
const DETAILS = Buffer.from(',"unit":"TOKENS"},"usageDetails":{');
const COSTS = Buffer.from(',"costDetails":{"input":');
const TOOLS = Buffer.from(',"tools":');
const CLOSE = Buffer.from("}");

/** Writes a generation's tokens and cost, where they are known, each behind a comma: the sums, {@link usagePartsOf} and {@link costPartsOf}. */
export function writeUsage(out: ByteWriter, { usage, cost }: CallFinished): void {
  if (usage !== undefined) {
    writeTokens(out, usage);
  }
  if (cost !== undefined) {
    writeCosts(out, cost);
  }
}

function writeTokens(out: ByteWriter, usage: Usage): void {
  out.raw(USAGE);
  const sums = out.length - INPUT.length;
  out.integer(usage.promptTokens);
  out.raw(OUTPUT);
  out.integer(usage.completionTokens);
  out.raw(TOTAL);
  out.integer(usage.totalTokens);
  const end = out.length;
  out.raw(DETAILS);
  if (usage.cachedTokens === 0 && usage.reasoningTokens === 0) {
    out.repeat(sums, end);
  } else {
    out.text(JSON.stringify(usagePartsOf(usage)).slice(1, -1));
  }
  out.raw(CLOSE);
}

function writeCosts(out: ByteWriter, { inputNanoUsd, outputNanoUsd, toolNanoUsd, nanoUsd }: CallCost): void {
  out.raw(COSTS);
  out.decimal(inputNanoUsd, NANO_USD_PLACES);
  out.raw(OUTPUT);
  out.decimal(outputNanoUsd, NANO_USD_PLACES);
  if (toolNanoUsd !== 0) {
    out.raw(TOOLS);
    out.decimal(toolNanoUsd, NANO_USD_PLACES);
  }
  out.raw(TOTAL);
  out.decimal(nanoUsd, NANO_USD_PLACES);
  out.raw(CLOSE);
}

/**
 * Tokens as parts that do not overlap, since Langfuse adds up all whose names hold `input` or `output`. Cached and
 * reasoning tokens have parts of their own, where there are any.
 */
export function usagePartsOf({
  promptTokens,
  completionTokens,
  totalTokens,
  cachedTokens,
  reasoningTokens,
}: Usage): Parts {
  if (cachedTokens === 0 && reasoningTokens === 0) {
    return { input: promptTokens, output: completionTokens, total: totalTokens };
  }
  return {
    input: Math.max(0, promptTokens - cachedTokens),
    output: Math.max(0, completionTokens - reasoningTokens),
    total: totalTokens,
    ...(cachedTokens === 0 ? {} : { cache_read_input_tokens: cachedTokens }),
    ...(reasoningTokens === 0 ? {} : { output_reasoning_tokens: reasoningTokens }),
  };
}

/** US dollars; `undefined` where the price is not known. */
export function costPartsOf({ cost }: CallFinished): Parts | undefined {
  return cost === undefined
    ? undefined
    : {
        input: cost.inputNanoUsd / NANO_PER_USD,
        output: cost.outputNanoUsd / NANO_PER_USD,
        ...(cost.toolNanoUsd === 0 ? {} : { tools: cost.toolNanoUsd / NANO_PER_USD }),
        total: cost.nanoUsd / NANO_PER_USD,
      };
}
