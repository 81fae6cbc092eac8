import type { ObserverFactory } from "../observer-context.ts";
import { ingestion } from "./ingestion.ts";
import { LangfuseObserver } from "./langfuse-observer.ts";
import { type EventIds, writeEvents } from "./write-events.ts";

/** The `langfuse` callback: calls through Langfuse's ingestion endpoint, ids exactly as callers write them. */
export const openLangfuse: ObserverFactory<"langfuse"> = (context) => {
  // Ids that the server has seen are passed over, so they must differ between processes too.
  const prefix = crypto.randomUUID();
  let count = 0;
  return new LangfuseObserver(context, {
    ...ingestion,
    write: (event, facts) => {
      const eventIds: EventIds = [`${prefix}-${++count}`, `${prefix}-${++count}`];
      return { text: writeEvents(event, facts, eventIds), eventIds };
    },
  });
};
