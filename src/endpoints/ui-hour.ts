import { LIVE_HOUR, type LiveHourAnswer } from "../core/live-feed.ts";
import { definePlain } from "../http/endpoint.ts";
import { checkHost } from "./ui/check-host.ts";
import { mergeHour } from "./ui/merge-live.ts";

/** The last hour minute by minute, for the page at `/ui`. */
export const uiHour = definePlain({
  method: "GET",
  paths: ["/ui/api/hour"],
  summary: "Sum up the last sixty minutes: requests, errors, tokens, cost, latencies.",
  isPublic: false,
  responseSchema: {
    type: "object",
    required: ["now", "minutes", "total"],
    properties: {
      now: { type: "number", description: "Epoch milliseconds." },
      minutes: { type: "array", items: { type: "object" } },
      total: { type: "object" },
    },
  },
  handle: async (call) => {
    checkHost(call);
    const answers = await call.services.siblings.ask(LIVE_HOUR, undefined);
    const page = mergeHour(answers as readonly LiveHourAnswer[], call.services.now());
    return Response.json(page, { headers: { "cache-control": "no-store" } });
  },
});
