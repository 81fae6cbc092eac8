import { isObject, listOf } from "../../core/json-values.ts";
import { scrubSecrets } from "../../core/scrub-secrets.ts";
import type { ByteWriter } from "../../wire/byte-writer.ts";
import { parseJsonText } from "../../wire/json-depth.ts";
import { DELIVERED, type Delivery, type Endpoint, isPassing } from "./send-batch.ts";
import type { WrittenCall } from "./written-call.ts";

/** Longest reason that is logged. */
const MAX_REASON = 300;

/** The ids of calls' events, of which each call has two: the server takes each id once, however often it is sent. */
export class EventIds {
  readonly #prefix: string;
  readonly #begin: Uint8Array;

  /** @param prefix this process' alone */
  constructor(prefix: string) {
    this.#prefix = `${prefix}-`;
    this.#begin = Buffer.from(`"${prefix}-`);
  }

  of(callNumber: number): readonly string[] {
    return [`${this.#prefix}${callNumber}-t`, `${this.#prefix}${callNumber}-g`];
  }

  /** Writes an id as JSON. */
  write(out: ByteWriter, callNumber: number, which: "trace" | "generation"): void {
    out.raw(this.#begin);
    out.integer(callNumber);
    out.raw(which === "trace" ? OF_TRACE : OF_GENERATION);
  }
}

/** All that an answer is read with. */
type KnownIds = Pick<EventIds, "of">;

const OF_TRACE = Buffer.from('-t"');
const OF_GENERATION = Buffer.from('-g"');

/**
 * The ingestion endpoint: batches of events, each of which is taken or refused by itself. Trace ids stay as callers write
 * them, which the OpenTelemetry endpoint cannot do.
 * Source: https://api.reference.langfuse.com (read 2026-11-28).
 */
export const ingestion = (ids: KnownIds): Endpoint => ({
  path: "/api/public/ingestion",
  around: { begin: '{"batch":[', end: '],"metadata":{"sdk_name":"portolan"}}' },
  tellsOfEach: true,
  readReply: (calls, { text }) => (text === "" || text.endsWith(NO_ERRORS) ? DELIVERED : readErrors(calls, text, ids)),
});

/** How an answer ends that has nothing but a line for each event, which need not be parsed then. */
const NO_ERRORS = ',"errors":[]}';

/**
 * A call is refused when one of its events is, and sent again when one can be. Faults of events that are not named are some
 * call's too.
 */
function readErrors(calls: readonly WrittenCall[], text: string, ids: KnownIds): Delivery | undefined {
  const answer = parse(text);
  if (answer === undefined || !(Array.isArray(answer["successes"]) || Array.isArray(answer["errors"]))) {
    return undefined;
  }
  const errors = listOf(answer["errors"]).filter(isObject);
  if (errors.length === 0) {
    return DELIVERED;
  }
  const statuses = new Map(errors.map(({ id, status }) => [id, typeof status === "number" ? status : 400]));
  const remaining: WrittenCall[] = [];
  let refusedCount = 0;
  let namedCount = 0;
  for (const call of calls) {
    const own = ids.of(call.number).flatMap((id) => statuses.get(id) ?? []);
    namedCount += own.length;
    if (own.some((status) => !isPassing(status))) {
      refusedCount++;
    } else if (own.length > 0) {
      remaining.push(call);
    }
  }
  const othersCount = calls.length - refusedCount - remaining.length;
  refusedCount += Math.min(errors.length - namedCount, othersCount);
  return { refusedCount, remaining, reason: describe(errors[0] ?? {}) };
}

function describe({ status, message, error }: Readonly<Record<string, unknown>>): string {
  const why = [message, error].filter((part) => typeof part === "string").join(": ");
  return scrubSecrets(`an event was answered ${String(status)}: ${why.slice(0, MAX_REASON)}`);
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value = parseJsonText(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
