import { definePlain } from "../http/endpoint.ts";

/** Whether the process answers at all (contract 1.7). The first spelling is LiteLLM's, and the one in use. */
export const healthLiveness = definePlain({
  method: "GET",
  paths: ["/health/liveliness", "/health/liveness"],
  summary: "Tell that the process is alive.",
  isPublic: true,
  responseSchema: { const: "I'm alive!" },
  handle: () => Response.json("I'm alive!"),
});
