import { GatewayError } from "../core/errors.ts";
import { writeMetrics } from "../core/metrics-text.ts";
import { definePlain } from "../http/endpoint.ts";

const HINT = "Metrics are off: add 'prometheus' to litellm_settings.callbacks.";

/** Prometheus' page (contract 8.6), of all processes on the port. */
export const metrics = definePlain({
  method: "GET",
  paths: ["/metrics"],
  summary: "Metrics in Prometheus' text format, with the `prometheus` callback.",
  isPublic: true, // By itself: scrapers have no key, unless `require_auth_for_metrics_endpoint` says so.
  mediaType: "text/plain",
  handle: async ({ request, services, state }) => {
    if (state.config.observing.prometheus.requiresKey) {
      state.auth.authenticate(request.headers);
    }
    const families = await services.metrics();
    if (families === undefined) {
      throw new GatewayError("not-found", HINT);
    }
    const headers = { "content-type": "text/plain; version=0.0.4; charset=utf-8", "cache-control": "no-store" };
    return new Response(writeMetrics(families), { headers });
  },
});
