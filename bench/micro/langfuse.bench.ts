// What a call costs the Langfuse callbacks, without the network: reading it, and writing the events that are sent.

import type { CallFinished } from "../../src/core/call-event.ts";
import { answeredCall, detailedCall } from "../../src/observers/calls-for-tests.ts";
import { openLangfuse } from "../../src/observers/langfuse/langfuse.ts";
import { openLangfuseOtel } from "../../src/observers/langfuse/langfuse-otel.ts";
import { bareConfig } from "./gateway-config.ts";
import { measure } from "./measure.ts";

const CALLS = 100;

const settings = {
  public_key: "pk-lf-bench",
  secret_key: "sk-lf-bench",
  host: "http://127.0.0.1",
  release: undefined,
  environment: undefined,
  flush_interval: 1,
  turn_off_message_logging: false,
};
const world = {
  config: bareConfig,
  environment: {},
  post: async () => ({ status: 207, text: '{"successes":[],"errors":[]}', retryAfterMs: undefined }),
  now: Date.now,
  random: Math.random,
  version: "0",
  log: () => undefined,
  write: () => undefined,
  settings,
};
const ingestion = await openLangfuse({ ...world, name: "langfuse" });
const otel = await openLangfuseOtel({ ...world, name: "langfuse_otel" });

const metadata = {
  trace_id: "trace-id22",
  generation_name: "test",
  generation_id: "gen-id22",
  trace_user_id: "user-id2",
};

/** New objects every time, as what is read of a call is kept with it. */
const SCENARIOS: Readonly<Record<string, () => CallFinished>> = {
  "small chat": () => detailedCall(),
  "small chat with metadata": () => detailedCall({ metadataText: JSON.stringify(metadata) }),
};

measure("a call by itself", () => answeredCall());
for (const [name, toCall] of Object.entries(SCENARIOS)) {
  for (const observer of [ingestion, otel]) {
    const batches = Array.from({ length: CALLS }, toCall);
    console.log(`${observer.name}, ${name}, batches of ${CALLS}:`);
    measure(`  observe, for ${CALLS} calls`, () => observer.observe(batches.map((event) => ({ ...event }))));
  }
}
await Promise.all([ingestion.close?.(0), otel.close?.(0)]);
process.exit(0);
