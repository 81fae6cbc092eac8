import { definePlain } from "../http/endpoint.ts";

/** Says which path was asked for (contract 1.6): a way to see what a proxy in front makes of requests. */
export const echoRoute = definePlain({
  method: "GET",
  paths: ["/test"],
  summary: "Answer with the path that was asked for.",
  isPublic: true,
  responseSchema: { type: "object", required: ["route"], properties: { route: { type: "string" } } },
  handle: ({ target }) => Response.json({ route: target.path }),
});
