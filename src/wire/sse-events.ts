import { readFrameData } from "./frame-data.ts";
import { SseFrameSplitter } from "./sse-frames.ts";
import { toBuffer } from "./utf8.ts";

/** Longest event that is read; vendors send images in single events. */
const MAX_EVENT_BYTES = 64 * 1024 * 1024;

const EVENT_FIELD = Buffer.from("event:");
const EVENT_LINE = /(?:^|\r\n|\n|\r)event:[ ]?([^\r\n]*)/g;

/** Takes the events of a stream in order: `event` is the event's name (empty when it has none), `data` its data. */
export type OnEvent = (event: string, data: string) => void;

/** Reads a stream of server-sent events that is to be understood, not passed on. Comments and events without data are skipped. */
export class SseEventReader {
  readonly #splitter = new SseFrameSplitter(MAX_EVENT_BYTES);
  readonly #onFrame: (bytes: Uint8Array) => void;

  constructor(onEvent: OnEvent) {
    this.#onFrame = (bytes) => {
      const data = readFrameData(bytes);
      if (data !== undefined) {
        onEvent(readEventName(bytes), data);
      }
    };
  }

  /** Takes the next bytes of the stream. */
  push(chunk: Uint8Array): void {
    this.#splitter.push(chunk, this.#onFrame);
  }

  /** The stream is over; a last event may lack its blank line. */
  end(): void {
    const rest = this.#splitter.end(this.#onFrame);
    if (rest.length > 0) {
      this.#onFrame(rest);
    }
  }
}

/** The last `event` line of a frame. */
function readEventName(frame: Uint8Array): string {
  const buffer = toBuffer(frame);
  if (buffer.indexOf(EVENT_FIELD) < 0) {
    return "";
  }
  let name = "";
  for (const match of buffer.toString("utf8").matchAll(EVENT_LINE)) {
    name = match[1] ?? "";
  }
  return name;
}
