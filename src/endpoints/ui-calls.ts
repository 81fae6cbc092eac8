import { LIVE_CALLS, type LiveCallsAnswer, type LiveCallsRequest } from "../core/live-feed.ts";
import { definePlain } from "../http/endpoint.ts";
import { readQuery } from "../http/request-target.ts";
import { readCount } from "./query.ts";
import { checkHost } from "./ui/check-host.ts";
import { readCursor } from "./ui/cursor.ts";
import { mergeCalls } from "./ui/merge-live.ts";

/** Calls of each process in one answer, at most. */
const MAX_CALLS = 500;

/** The calls that have just ended, for the page at `/ui`. */
export const uiCalls = definePlain({
  method: "GET",
  paths: ["/ui/api/calls"],
  summary: "List the calls that have just ended, oldest first: the last 500 of each process, without conversations.",
  isPublic: false,
  query: {
    after: "`cursor` of an earlier answer: only calls that ended since.",
    limit: `Calls of each process at most, ${MAX_CALLS} unless told.`,
  },
  responseSchema: {
    type: "object",
    required: ["cursor", "missed", "has_more", "calls"],
    properties: {
      cursor: { type: "string" },
      missed: { type: "integer", description: "Calls after `after` that are forgotten already." },
      has_more: { type: "boolean" },
      calls: { type: "array", items: { type: "object" } },
    },
  },
  handle: async (call) => {
    checkHost(call);
    const limit = readCount(call.target, "limit", { preset: MAX_CALLS, maximum: MAX_CALLS });
    const after = readCursor(readQuery(call.target, "after"));
    const asked: LiveCallsRequest = { after, limit };
    const answers = await call.services.siblings.ask(LIVE_CALLS, asked);
    return Response.json(mergeCalls(answers as readonly LiveCallsAnswer[], after), { headers: NOT_STORED });
  },
});

const NOT_STORED = { "cache-control": "no-store" };
