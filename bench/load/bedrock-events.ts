import { EventStreamCodec } from "@smithy/eventstream-codec";
import { STREAM_CHUNKS } from "./rows.ts";

const codec = new EventStreamCodec(
  (bytes) => (typeof bytes === "string" ? bytes : Buffer.from(bytes).toString("utf8")),
  (text) => Buffer.from(text, "utf8"),
);

/** AWS pads its events so that their lengths tell nothing: this is the middle of what it adds. */
const PADDING = "abcdefghijklmnopqrst";

function event(name: string, fields: Readonly<Record<string, unknown>>): Uint8Array {
  const header = (value: string) => ({ type: "string", value }) as const;
  return codec.encode({
    headers: {
      ":event-type": header(name),
      ":content-type": header("application/json"),
      ":message-type": header("event"),
    },
    body: Buffer.from(JSON.stringify({ ...fields, p: PADDING })),
  });
}

/**
 * The same stream as `streamEvents` of replies.ts as Bedrock's ConverseStream sends it, by AWS' own codec.
 * Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStreamOutput.html (read 2026-11-28).
 */
export function bedrockStreamEvents(): Uint8Array[] {
  const usage = { inputTokens: 24, outputTokens: STREAM_CHUNKS, totalTokens: 24 + STREAM_CHUNKS };
  return [
    event("messageStart", { role: "assistant" }),
    ...Array.from({ length: STREAM_CHUNKS }, () =>
      event("contentBlockDelta", { contentBlockIndex: 0, delta: { text: " jour" } }),
    ),
    event("contentBlockStop", { contentBlockIndex: 0 }),
    event("messageStop", { stopReason: "end_turn" }),
    event("metadata", { usage, metrics: { latencyMs: 200 } }),
  ];
}
