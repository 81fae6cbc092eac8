import type { ObserverFactory } from "../observer-context.ts";
import { LangfuseObserver } from "./langfuse-observer.ts";
import { otlpEndpoint } from "./otlp-endpoint.ts";
import { writeSpan } from "./write-span.ts";

/** The `langfuse_otel` callback: the same calls through Langfuse's OpenTelemetry endpoint. */
export const openLangfuseOtel: ObserverFactory<"langfuse_otel"> = (context) =>
  new LangfuseObserver(context, {
    ...otlpEndpoint(context.version),
    write: writeSpan,
  });
