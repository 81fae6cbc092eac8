import { definePlain } from "../http/endpoint.ts";

/** Whether the process takes calls (contract 1.7). There is no database, cache or callback yet that could hold it up. */
export const healthReadiness = definePlain({
  method: "GET",
  paths: ["/health/readiness"],
  summary: "Tell that the gateway takes calls.",
  isPublic: true,
  responseSchema: {
    type: "object",
    required: ["status", "db", "litellm_version"],
    properties: {
      status: { type: "string" },
      db: { type: "string" },
      cache: { type: ["string", "null"] },
      litellm_version: { type: "string", description: "This gateway's version." },
      success_callbacks: { type: "array", items: { type: "string" } },
      use_aiohttp_transport: { const: false },
      log_level: { type: "string" },
      is_detailed_debug: { type: "boolean" },
    },
  },
  handle: ({ services }) =>
    Response.json({
      status: "healthy",
      db: "Not connected",
      cache: null,
      litellm_version: services.version,
      success_callbacks: [],
      use_aiohttp_transport: false,
      log_level: "INFO",
      is_detailed_debug: false,
    }),
});
