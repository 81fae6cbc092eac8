import { findPercentile, LATENCY_BUCKETS } from "../../core/latency-buckets.ts";
import type { LiveCallsAnswer, LiveHourAnswer, LiveMinute } from "../../core/live-feed.ts";
import { type LivePlaces, writeCursor } from "./cursor.ts";
import type { LiveCallsPage, LiveHourPage, LiveMinuteSums, LiveSums } from "./live-types.ts";

/** Processes whose places a cursor keeps though they did not answer: they may have been busy, or may have ended. */
const MAX_SILENT = 64;

/** The answers of all processes as one page, by the time at which calls ended. */
export function mergeCalls(answers: readonly LiveCallsAnswer[], after: LivePlaces): LiveCallsPage {
  const answered = answers.map(({ process, last }): [string, number] => [process, last]);
  const names = new Set(answered.map(([process]) => process));
  const silent = Object.entries(after)
    .filter(([process]) => !names.has(process))
    .slice(0, MAX_SILENT);
  return {
    cursor: writeCursor(Object.fromEntries([...answered, ...silent])),
    missed: answers.reduce((sum, { missed }) => sum + missed, 0),
    has_more: answers.some(({ hasMore }) => hasMore),
    calls: answers.flatMap(({ calls }) => calls).sort((left, right) => left.ended_at - right.ended_at),
  };
}

/** Sums under way. */
interface Tally {
  requests: number;
  errors: number;
  clientsGone: number;
  promptTokens: number;
  completionTokens: number;
  costNanoUsd: number;
  unpriced: number;
  gatewayMs: number;
  gatewayCalls: number;
  readonly latencies: Uint32Array;
}

const toTally = (): Tally => ({
  requests: 0,
  errors: 0,
  clientsGone: 0,
  promptTokens: 0,
  completionTokens: 0,
  costNanoUsd: 0,
  unpriced: 0,
  gatewayMs: 0,
  gatewayCalls: 0,
  latencies: new Uint32Array(LATENCY_BUCKETS),
});

function addTo(tally: Tally, minute: LiveMinute): void {
  tally.requests += minute.requests;
  tally.errors += minute.errors;
  tally.clientsGone += minute.clientsGone;
  tally.promptTokens += minute.promptTokens;
  tally.completionTokens += minute.completionTokens;
  tally.costNanoUsd += minute.costNanoUsd;
  tally.unpriced += minute.unpriced;
  tally.gatewayMs += minute.gatewayMs;
  tally.gatewayCalls += minute.gatewayCalls;
  const { latencies } = minute;
  for (let at = 0; at + 1 < latencies.length; at += 2) {
    const bucket = latencies[at] ?? 0;
    tally.latencies[bucket] = (tally.latencies[bucket] ?? 0) + (latencies[at + 1] ?? 0);
  }
}

const toSums = (tally: Tally): LiveSums => ({
  requests: tally.requests,
  errors: tally.errors,
  clients_gone: tally.clientsGone,
  prompt_tokens: tally.promptTokens,
  completion_tokens: tally.completionTokens,
  cost_nano_usd: tally.costNanoUsd,
  unpriced: tally.unpriced,
  gateway_ms: tally.gatewayCalls === 0 ? null : round(tally.gatewayMs / tally.gatewayCalls),
  p50_ms: roundIfKnown(findPercentile(tally.latencies, 0.5)),
  p99_ms: roundIfKnown(findPercentile(tally.latencies, 0.99)),
});

const round = (ms: number): number => Math.round(ms * 100) / 100;

const roundIfKnown = (ms: number | undefined): number | null => (ms === undefined ? null : round(ms));

/** The last sixty minutes up to now, those without calls too. */
export function mergeHour(answers: readonly LiveHourAnswer[], now: number): LiveHourPage {
  const current = Math.floor(now / 60_000);
  const first = current - 59;
  const tallies = Array.from({ length: 60 }, toTally);
  const total = toTally();
  for (const minute of answers.flatMap(({ minutes }) => minutes)) {
    const tally = tallies[minute.minute - first];
    if (tally !== undefined) {
      addTo(tally, minute);
      addTo(total, minute);
    }
  }
  const minutes = tallies.map((tally, index): LiveMinuteSums => ({ at: (first + index) * 60, ...toSums(tally) }));
  return { now, minutes, total: toSums(total) };
}
