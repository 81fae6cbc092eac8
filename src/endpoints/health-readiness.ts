import { definePlain } from "../http/endpoint.ts";
import type { SharingStatus } from "../routing/sharing-loop.ts";

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
      router_state: {
        type: "object",
        description: "Where processes share routing state: whether that works.",
        properties: {
          state: { enum: ["ok", "open"], description: "`open`: it does not, and each process goes by what it knows." },
          exchanges: { type: "integer" },
          failures: { type: "integer" },
          lag_ms: { type: ["integer", "null"], description: "Milliseconds since the latest exchange." },
        },
      },
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
      ...toRouterState(services.sharing()),
    }),
});

/** The latest error is left out: it is for the log, and anybody may ask here. */
const toRouterState = (status: SharingStatus | undefined): object =>
  status === undefined
    ? {}
    : {
        router_state: {
          state: status.state,
          exchanges: status.exchanges,
          failures: status.failures,
          lag_ms: status.lagMs ?? null,
        },
      };
