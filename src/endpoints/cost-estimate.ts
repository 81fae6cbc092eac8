import { toCallCost } from "../catalog/call-price.ts";
import { toShownFacts } from "../catalog/shown-facts.ts";
import type { CallCost } from "../core/call-cost.ts";
import { GatewayError } from "../core/errors.ts";
import { NO_DETAILS } from "../core/usage.ts";
import { definePlain } from "../http/endpoint.ts";
import { scanBody } from "../http/intake.ts";
import { modeOf } from "../routing/deployment-operation.ts";
import type { ScannedObject } from "../wire/scanned-object.ts";

/** Most of anything that is reckoned with. */
const MAX_COUNT = 1e12;
const MAX_NAME_LENGTH = 512;
const NANO_PER_USD = 1e9;

const COUNT = { type: "integer", minimum: 0, maximum: MAX_COUNT } as const;
const USD = {
  type: ["number", "null"],
  description: "US dollars; `null`: nobody knows the price, or it is paid by time.",
} as const;

/**
 * What a call of so many tokens would cost, by the prices that calls are charged by (contract 1.6); a rerank is one search.
 * Asks no vendor.
 */
export const costEstimate = definePlain({
  method: "POST",
  paths: ["/cost/estimate"],
  summary: "Estimate what calls of a model cost.",
  isPublic: false,
  requestSchema: {
    type: "object",
    required: ["model", "input_tokens", "output_tokens"],
    properties: {
      model: { type: "string" },
      input_tokens: COUNT,
      output_tokens: COUNT,
      num_requests_per_day: COUNT,
      num_requests_per_month: COUNT,
    },
  },
  responseSchema: {
    type: "object",
    required: ["model", "provider", "cost_per_request", "daily_cost", "monthly_cost"],
    properties: {
      model: { type: "string" },
      provider: { type: "string" },
      cost_per_request: USD,
      input_cost_per_request: USD,
      output_cost_per_request: USD,
      margin_cost_per_request: USD,
      daily_cost: USD,
      monthly_cost: USD,
    },
  },
  handle: ({ body: bytes, state, services }) => {
    const body = scanBody(bytes);
    const model = body.readString(body.find("model")) ?? "";
    const deployment = model.length > MAX_NAME_LENGTH ? undefined : state.models.resolve(model)?.deployments[0];
    if (deployment === undefined) {
      const shown = model.slice(0, MAX_NAME_LENGTH);
      throw new GatewayError("invalid-request", `Invalid or unknown 'model': '${shown}'.`, { param: "model" });
    }
    const promptTokens = readCount(body, "input_tokens");
    const completionTokens = readCount(body, "output_tokens");
    const perDay = readOptionalCount(body, "num_requests_per_day");
    const perMonth = readOptionalCount(body, "num_requests_per_month");
    const { price } = deployment.facts.value;
    const totalTokens = promptTokens + completionTokens;
    const searchUnits = modeOf(deployment.entry, deployment) === "rerank" ? 1 : 0;
    const details = { ...NO_DETAILS, searchUnits };
    const usage = { promptTokens, completionTokens, totalTokens, cachedTokens: 0, reasoningTokens: 0, details };
    // Nobody knows how long a call will take.
    const isKnown = price !== undefined && price.price.perSecond === 0;
    const cost = isKnown ? toCallCost(price, usage, { startedAt: services.now(), upstreamMs: 0 }) : undefined;
    return Response.json({
      model,
      provider: deployment.provider.name,
      input_tokens: promptTokens,
      output_tokens: completionTokens,
      num_requests_per_day: perDay ?? null,
      num_requests_per_month: perMonth ?? null,
      cost_per_request: toUsd(cost?.nanoUsd),
      input_cost_per_request: toUsd(cost?.inputNanoUsd),
      output_cost_per_request: toUsd(cost?.outputNanoUsd),
      margin_cost_per_request: toUsd(cost?.marginNanoUsd),
      daily_cost: toTotal(cost, perDay),
      monthly_cost: toTotal(cost, perMonth),
      ...toShownFacts(deployment.facts.value),
    });
  },
});

function readOptionalCount(body: ScannedObject, name: string): number | undefined {
  const field = body.find(name);
  return field === undefined || field.kind === "null" ? undefined : readCount(body, name);
}

function readCount(body: ScannedObject, name: string): number {
  const count = body.readNumber(body.find(name));
  if (count === undefined || !Number.isInteger(count) || count < 0 || count > MAX_COUNT) {
    const message = `Invalid or missing '${name}': expected a whole number from 0 to ${MAX_COUNT}.`;
    throw new GatewayError("invalid-request", message, { param: name });
  }
  return count;
}

const toUsd = (nanoUsd: number | undefined): number | null => (nanoUsd === undefined ? null : nanoUsd / NANO_PER_USD);

/** `null` where the price is unknown, or nobody asked. */
const toTotal = (cost: CallCost | undefined, count: number | undefined): number | null =>
  count === undefined || cost === undefined ? null : (cost.nanoUsd * count) / NANO_PER_USD;
