import { type CallPrice, type PricedCall, toCallCost, toUsdText } from "../catalog/call-price.ts";
import { type CallCost, NANO_USD_PLACES } from "../core/call-cost.ts";
import { NO_DETAILS, type Usage } from "../core/usage.ts";
import type { ByteWriter } from "../wire/byte-writer.ts";
import type { Call } from "./call.ts";

/** What the call cost, from its usage; `undefined` without one, or where nobody knows the price. */
export function costOf(call: Call, usage: Usage | undefined): CallCost | undefined {
  if (call.operation === "moderation") {
    return FREE;
  }
  const price = call.deployment?.facts.value.price;
  const used = call.operation === "rerank" && price !== undefined ? toSearch(price, usage) : usage;
  return price === undefined || used === undefined
    ? undefined
    : toCallCost(price, used, call.isStream ? circumstancesOf(call) : call);
}

/** A stream takes the vendor until its end, at which it is priced: `upstreamMs` of the call ends with the first event. */
const circumstancesOf = ({ startedAt, isStream, upstreamMs, upstreamStartedAtMs }: Call): PricedCall => ({
  startedAt,
  upstreamMs: isStream ? performance.now() - upstreamStartedAtMs : upstreamMs,
});

/** A rerank whose vendor does not say how many searches it was is one; how many tokens it was nobody knows then. */
function toSearch({ price }: CallPrice, told: Usage | undefined): Usage | undefined {
  if (told === undefined && price.standard.base.input > 0) {
    return undefined;
  }
  const usage = told ?? NO_USAGE;
  const { details = NO_DETAILS } = usage;
  return details.searchUnits > 0 ? usage : { ...usage, details: { ...details, searchUnits: 1 } };
}

/** For a usage that is only known once the call is over; to be made at its end. */
export function toPricer(call: Call): (usage: Usage) => CallCost | undefined {
  const price = call.deployment?.facts.value.price;
  const circumstances = circumstancesOf(call);
  return (usage) => (price === undefined ? undefined : toCallCost(price, usage, circumstances));
}

/** Whether the price differs by service tier, so that the answer must be searched for it. */
export function hasServiceTiers({ deployment }: Call): boolean {
  const price = deployment?.facts.value.price?.price;
  return price?.flex !== undefined || price?.priority !== undefined;
}

/** Moderations cost nothing (contract 9.2). */
const FREE: CallCost = {
  nanoUsd: 0,
  inputNanoUsd: 0,
  outputNanoUsd: 0,
  toolNanoUsd: 0,
  originalNanoUsd: 0,
  discountNanoUsd: 0,
  marginNanoUsd: 0,
  source: "catalog",
};

const NO_USAGE: Usage = {
  promptTokens: 0,
  completionTokens: 0,
  totalTokens: 0,
  cachedTokens: 0,
  reasoningTokens: 0,
};

const COST = Buffer.from("x-litellm-response-cost: ");
const LINE_END = Buffer.from("\r\n");

/** Writes the header lines that tell the cost (contract 3.2); none where it is not known. */
export function writeCostLines(out: ByteWriter, call: Call, cost: CallCost | undefined): void {
  if (cost === undefined) {
    return;
  }
  out.raw(COST);
  out.decimal(cost.nanoUsd, NANO_USD_PLACES);
  out.raw(LINE_END);
  const adjustment = call.deployment?.facts.value.price?.adjustment;
  if (adjustment !== undefined) {
    const percent = Number(adjustment.marginBillionths) / 1e9;
    out.latin1(
      `x-litellm-response-cost-original: ${toUsdText(cost.originalNanoUsd)}\r\n` +
        `x-litellm-response-cost-discount-amount: ${toUsdText(cost.discountNanoUsd)}\r\n` +
        `x-litellm-response-cost-margin-amount: ${toUsdText(cost.marginNanoUsd)}\r\n` +
        `x-litellm-response-cost-margin-percent: ${percent}\r\n`,
    );
  }
}

/** On failures: nothing is charged. */
export const NO_COST_LINES: Uint8Array = Buffer.from("x-litellm-response-cost: 0\r\n");
