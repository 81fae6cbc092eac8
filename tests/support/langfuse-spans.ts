// What Langfuse makes of the traces of spans.
// Source: https://github.com/langfuse/langfuse/blob/main/packages/shared/src/server/otel/OtelIngestionProcessor.ts (read 2026-11-29).

import type { ReadSpan } from "./otlp-schema.ts";

type Json = Readonly<Record<string, unknown>>;

/** Fields of a trace, by the attributes that say them. */
const TRACE_FIELDS: Readonly<Record<string, string>> = {
  name: "langfuse.trace.name",
  userId: "user.id",
  sessionId: "session.id",
  tags: "langfuse.trace.tags",
  public: "langfuse.trace.public",
  version: "langfuse.version",
  release: "langfuse.release",
  input: "langfuse.trace.input",
  output: "langfuse.trace.output",
};

/** Those that say nothing of a trace by themselves: observations have them too. */
const SHARED_FIELDS: ReadonlySet<string> = new Set(["version", "release"]);

const pickTrace = ({ attributes }: ReadSpan): Json =>
  Object.fromEntries(
    Object.entries(TRACE_FIELDS).flatMap(([field, key]) =>
      attributes[key] === undefined ? [] : [[field, attributes[key]]],
    ),
  );

/** The `trace-create` body of a span: of one without a parent, which is the trace's root, it stands for the whole trace. */
export const toTraceBody = (span: ReadSpan): Json => {
  const said = pickTrace(span);
  if (span.parentSpanId === undefined) {
    const { "langfuse.observation.input": input, "langfuse.observation.output": output } = span.attributes;
    return { id: span.traceId, name: span.name, input, output, ...said };
  }
  const isUpdate = Object.keys(said).some((field) => !SHARED_FIELDS.has(field));
  return { id: span.traceId, ...(isUpdate ? said : {}) };
};
