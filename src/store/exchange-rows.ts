import type { CooldownRow, IncomingState, LatencyRow, OutgoingState, UsageRow } from "./shared-state.ts";

/** The argument of the exchange script: JSON with short rows. */
export function toScriptArgument(outgoing: OutgoingState): string {
  return JSON.stringify({
    process: outgoing.processId,
    now: outgoing.nowMs,
    usage: outgoing.usage.map(({ id, requests, tokens }) => [id, requests, tokens]),
    latencies: outgoing.latencies.map(({ id, answerMs, firstByteMs }) => [id, answerMs, firstByteMs]),
    cooldowns: outgoing.cooldowns.map(({ id, untilMs, reason }) => [untilMs, `${reason} ${id}`]),
    gauge: JSON.stringify([...outgoing.inFlight]),
  });
}

/** Reads what the exchange script returns. @throws TypeError when that is none of its answers */
export function readScriptReply(reply: unknown, processId: string): IncomingState {
  if (!Array.isArray(reply) || reply.length !== 4) {
    throw new TypeError("Redis answered with something that is not shared state");
  }
  const [gauges, totals, latencies, cooldowns] = reply.map(toPairs);
  return {
    inFlight: readGauges(gauges ?? [], processId),
    usage: readTotals(totals ?? []),
    latencies: (latencies ?? []).flatMap(([id, text]) => readLatency(id, text, processId) ?? []),
    cooldowns: (cooldowns ?? []).flatMap(([text, until]) => readCooldown(text, until) ?? []),
  };
}

type Pair = readonly [name: string, value: string];

/** A flat list of names and values. What stands in Redis may be anybody's, so whatever cannot be read is passed over. */
function toPairs(list: unknown): readonly Pair[] {
  const items: readonly unknown[] = Array.isArray(list) ? list : [];
  const pairs: Pair[] = [];
  for (let index = 0; index + 1 < items.length; index += 2) {
    pairs.push([String(items[index]), String(items[index + 1])]);
  }
  return pairs;
}

/** Splits at the first space: the rest may be any text. */
function splitFirst(text: string): Pair {
  const space = text.indexOf(" ");
  return space < 0 ? [text, ""] : [text.slice(0, space), text.slice(space + 1)];
}

const readCount = (value: unknown): number => (typeof value === "number" && value > 0 ? Math.floor(value) : 0);

function readGauges(pairs: readonly Pair[], processId: string): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const [process, text] of pairs) {
    const rows = process === processId ? [] : readRows(text);
    for (const row of rows) {
      if (Array.isArray(row)) {
        const id = String(row[0]);
        sums.set(id, (sums.get(id) ?? 0) + readCount(row[1]));
      }
    }
  }
  return sums;
}

function readRows(text: string): readonly unknown[] {
  try {
    const rows: unknown = JSON.parse(text);
    return Array.isArray(rows) ? rows : [];
  } catch {
    return [];
  }
}

function readTotals(pairs: readonly Pair[]): ReadonlyMap<string, Omit<UsageRow, "id">> {
  return new Map(
    pairs.map(([id, text]) => {
      const [requests, tokens] = splitFirst(text);
      return [id, { requests: readCount(Number(requests)), tokens: readCount(Number(tokens)) }];
    }),
  );
}

function readLatency(id: string, text: string, processId: string): LatencyRow | undefined {
  const [process, answerMs, firstByteMs] = text.split(" ");
  return process === processId ? undefined : { id, answerMs: readMs(answerMs), firstByteMs: readMs(firstByteMs) };
}

function readMs(text: string | undefined): number {
  const value = Number(text);
  return Number.isFinite(value) && value > 0 ? value : 0;
}

function readCooldown(text: string, until: string): CooldownRow | undefined {
  const [reason, id] = splitFirst(text);
  const untilMs = readMs(until);
  return untilMs === 0 ? undefined : { id, untilMs, reason };
}
