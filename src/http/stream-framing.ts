import type { StreamEvent, StreamFraming } from "../core/translation.ts";
import { AwsEventReader } from "../wire/aws-events.ts";
import { AwsPayloadLineReader } from "../wire/aws-payload-lines.ts";
import { JsonLineReader } from "../wire/json-lines.ts";
import { SseEventReader } from "../wire/sse-events.ts";
import { toBuffer } from "../wire/utf8.ts";

/** Cuts a vendor's stream into its events. Both methods throw what the bytes are not. */
export interface EventReader {
  push(chunk: Uint8Array): void;
  end(): void;
}

/** The reader of a framing. */
export function toEventReader(framing: StreamFraming, onEvent: (event: StreamEvent) => void): EventReader {
  switch (framing) {
    case "sse":
      return new SseEventReader((event, data) => onEvent({ event, data }));
    case "json-lines":
      return new JsonLineReader((data) => onEvent({ event: "", data }));
    case "aws-event-stream":
      return new AwsEventReader((event, data) => onEvent({ event, data: toBuffer(data).toString("utf8") }));
    case "aws-payload-lines":
      return new AwsPayloadLineReader((event, data) => onEvent({ event, data }));
    default:
      return framing satisfies never;
  }
}
