// What a call costs the Langfuse callbacks, without queue and network: reading it, and writing what is sent.

import type { CallFinished } from "../../src/core/call-event.ts";
import { detailedCall } from "../../src/observers/calls-for-tests.ts";
import { toFactsReader } from "../../src/observers/langfuse/call-facts.ts";
import { EventIds } from "../../src/observers/langfuse/ingestion.ts";
import { writeEvents } from "../../src/observers/langfuse/write-events.ts";
import { writeSpan } from "../../src/observers/langfuse/write-span.ts";
import { ByteWriter } from "../../src/wire/byte-writer.ts";
import { measure } from "./measure.ts";

const CALLS = 100;

const readFacts = toFactsReader({
  release: undefined,
  environment: undefined,
  defaultTags: [],
  proxyBaseUrl: undefined,
  showsContent: true,
  hidesKeyInfo: false,
});
const metadata = {
  trace_id: "trace-id22",
  generation_name: "test",
  generation_id: "gen-id22",
  trace_user_id: "user-id2",
};

const COST = {
  nanoUsd: 9450,
  inputNanoUsd: 4050,
  outputNanoUsd: 5400,
  toolNanoUsd: 0,
  originalNanoUsd: 9450,
  discountNanoUsd: 0,
  marginNanoUsd: 0,
  source: "catalog",
} as const;

/** Calls of some seconds, each at a time of its own. */
const atTime = (index: number): Partial<CallFinished> => {
  const startedAt = Date.UTC(2026, 10, 23, 12) + index * 137;
  return { callId: crypto.randomUUID(), cost: COST, startedAt, durationMs: 1000 + index * 31 };
};

const SCENARIOS: Readonly<Record<string, (index: number) => CallFinished>> = {
  "small chat": (index) => detailedCall({}, atTime(index)),
  "small chat with metadata": (index) => detailedCall({ metadataText: JSON.stringify(metadata) }, atTime(index)),
};

const ids = new EventIds(crypto.randomUUID());
const out = new ByteWriter(16 * 1024);

for (const [name, toCall] of Object.entries(SCENARIOS)) {
  const calls = Array.from({ length: CALLS }, (_, index) => toCall(index));
  // As copies, as what is read of a call is kept with it.
  const forAll = (work: (event: CallFinished, index: number) => unknown) => () =>
    calls.map((event, index) => work({ ...event }, index));
  console.log(`${name}, for ${CALLS} calls:`);
  measure(
    "  read",
    forAll((event) => readFacts(event)),
  );
  measure(
    "  read, and written as events",
    forAll((event, number) => {
      out.clear();
      writeEvents(out, event, readFacts(event), { ids, number });
      return out.length;
    }),
  );
  measure(
    "  read, and written as a span",
    forAll((event, number) => {
      out.clear();
      writeSpan(out, event, readFacts(event), number);
      return out.length;
    }),
  );
}
