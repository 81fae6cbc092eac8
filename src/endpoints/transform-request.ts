import { GatewayError } from "../core/errors.ts";
import { OPERATIONS, type Operation } from "../core/operation.ts";
import { describeUpstreamRequest } from "../http/dry-run.ts";
import { definePlain } from "../http/endpoint.ts";
import { scanBody } from "../http/intake.ts";

/** LiteLLM's names of calls, and the gateway's own, as operations (contract 1.6). */
const CALL_TYPES: Readonly<Record<string, Operation>> = {
  ...Object.fromEntries(OPERATIONS.map((operation) => [operation, operation])),
  completion: "chat",
  acompletion: "chat",
  text_completion: "completion",
  atext_completion: "completion",
  aembedding: "embedding",
  amoderation: "moderation",
  arerank: "rerank",
};

/** Shows the exact request that a vendor would get for a body, secrets masked (contract 1.6). Nothing is sent. */
export const transformRequest = definePlain({
  method: "POST",
  paths: ["/utils/transform_request"],
  summary: "Show the request that the vendor would get for a body.",
  isPublic: false,
  requestSchema: {
    type: "object",
    required: ["call_type", "request_body"],
    properties: {
      call_type: { enum: Object.keys(CALL_TYPES), description: "`completion` is a chat, as in LiteLLM." },
      request_body: { type: "object", description: "The body as callers send it." },
    },
  },
  responseSchema: {
    type: "object",
    required: ["raw_request_api_base", "raw_request_body", "raw_request_headers", "dropped"],
    properties: {
      raw_request_api_base: { type: "string", description: "Full URL." },
      raw_request_body: { description: "The body; a list of bodies where the vendor needs several requests." },
      raw_request_headers: { type: "object", additionalProperties: { type: "string" } },
      dropped: { type: "array", items: { type: "string" }, description: "What could not be carried, as paths." },
    },
  },
  handle: async ({ request, body: bytes, state, services }) => {
    const body = scanBody(bytes);
    const type = body.readString(body.find("call_type"));
    const operation = type !== undefined && Object.hasOwn(CALL_TYPES, type) ? CALL_TYPES[type] : undefined;
    if (operation === undefined) {
      const message = `Invalid or missing 'call_type': expected one of ${Object.keys(CALL_TYPES).join(", ")}.`;
      throw new GatewayError("invalid-request", message, { param: "call_type" });
    }
    const field = body.find("request_body");
    if (field?.kind !== "object") {
      throw new GatewayError("invalid-request", "Invalid or missing 'request_body': expected an object.", {
        param: "request_body",
      });
    }
    const described = await describeUpstreamRequest(operation, bytes.slice(field.valueStart, field.valueEnd), {
      state,
      services,
      request,
    });
    return Response.json({
      raw_request_api_base: described.url,
      raw_request_body: described.body,
      raw_request_headers: described.headers,
      dropped: described.dropped,
    });
  },
});
