import type { ObserverFactory } from "../observer-context.ts";
import { EventIds, ingestion } from "./ingestion.ts";
import { LangfuseObserver } from "./langfuse-observer.ts";
import { writeEvents } from "./write-events.ts";

/** The `langfuse` callback: calls through Langfuse's ingestion endpoint, ids exactly as callers write them. */
export const openLangfuse: ObserverFactory<"langfuse"> = (context) => {
  // Ids that the server has seen are passed over, so they must differ between processes too.
  const ids = new EventIds(crypto.randomUUID());
  return new LangfuseObserver(context, {
    ...ingestion(ids),
    write: (out, event, facts, number) => writeEvents(out, event, facts, { ids, number }),
  });
};
