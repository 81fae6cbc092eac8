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
  if (isPlain(usage)) {
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

/** Nothing of it has a part of its own. */
const isPlain = ({ cachedTokens, reasoningTokens, details }: Usage): boolean =>
  cachedTokens === 0 && reasoningTokens === 0 && (details === undefined || details.cacheWriteTokens === 0);

/**
 * Tokens as parts that do not overlap, since Langfuse adds up all whose names hold `input` or `output`. Tokens read from a
 * cache, written to one and of reasoning have parts of their own, where there are any.
 */
export function usagePartsOf(usage: Usage): Parts {
  const { promptTokens, completionTokens, totalTokens, reasoningTokens, details } = usage;
  if (isPlain(usage)) {
    return { input: promptTokens, output: completionTokens, total: totalTokens };
  }
  const readTokens = Math.min(usage.cachedTokens, promptTokens);
  const writtenTokens = Math.min(details?.cacheWriteTokens ?? 0, promptTokens - readTokens);
  return {
    input: promptTokens - readTokens - writtenTokens,
    output: Math.max(0, completionTokens - reasoningTokens),
    total: totalTokens,
    ...(readTokens === 0 ? {} : { cache_read_input_tokens: readTokens }),
    ...(writtenTokens === 0 ? {} : { cache_creation_input_tokens: writtenTokens }),
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
