import { isObject } from "../../core/json-values.ts";
import { scrubSecrets } from "../../core/scrub-secrets.ts";
import { parseJsonText } from "../../wire/json-depth.ts";
import { DELIVERED, type Delivery, type Endpoint } from "./send-batch.ts";
import type { WrittenCall } from "./written-call.ts";

const MAX_REASON = 300;

/**
 * Langfuse's OpenTelemetry endpoint: OTLP over HTTP, in JSON.
 * Source: https://langfuse.com/integrations/native/opentelemetry (read 2026-11-28).
 */
export function otlpEndpoint(version: string): Endpoint {
  const resource = '{"attributes":[{"key":"service.name","value":{"stringValue":"litellm"}}]}';
  const scope = JSON.stringify({ name: "portolan", version });
  return {
    path: "/api/public/otel/v1/traces",
    around: {
      begin: `{"resourceSpans":[{"resource":${resource},"scopeSpans":[{"scope":${scope},"spans":[`,
      end: "]}]}]}",
    },
    tellsOfEach: false,
    readReply: (calls, { text }) => (text === "" || text.startsWith("{") ? readPartialSuccess(calls, text) : undefined),
  };
}

/** Spans that the server did not take are counted in its answer; it does not say which. */
function readPartialSuccess(calls: readonly WrittenCall[], text: string): Delivery {
  try {
    const value = text === "" ? undefined : parseJsonText(text);
    const partial = isObject(value) ? value["partialSuccess"] : undefined;
    const count = isObject(partial) ? Number(partial["rejectedSpans"] ?? 0) : 0;
    if (!isObject(partial) || !Number.isSafeInteger(count) || count <= 0) {
      return DELIVERED;
    }
    const why = typeof partial["errorMessage"] === "string" ? partial["errorMessage"] : "";
    return {
      refusedCount: Math.min(count, calls.length),
      remaining: [],
      reason: scrubSecrets(`spans were refused: ${why.slice(0, MAX_REASON)}`),
    };
  } catch {
    return DELIVERED;
  }
}
