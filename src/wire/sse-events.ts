import { readFrameData } from "./frame-data.ts";
import { SseFrameSplitter } from "./sse-frames.ts";
import { readUtf8, toBuffer } from "./utf8.ts";

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;

/** Longest event that is read; vendors send images in single events. */
const MAX_EVENT_BYTES = 64 * 1024 * 1024;

const EVENT_FIELD = Buffer.from("event:");
const DATA_FIELD = Buffer.from("data:");
const EVENT_LINE = /(?:^|\r\n|\n|\r)event:[ ]?([^\r\n]*)/g;

/** Takes the events of a stream in order: `event` is the event's name (empty when it has none), `data` its data. */
export type OnEvent = (event: string, data: string) => void;

/** Reads a stream of server-sent events that is to be understood, not passed on. Comments and events without data are skipped. */
export class SseEventReader {
  readonly #splitter = new SseFrameSplitter(MAX_EVENT_BYTES);
  readonly #onFrame: (bytes: Uint8Array) => void;

  constructor(onEvent: OnEvent) {
    this.#onFrame = (bytes) => {
      const eventEnd = findEventLineEnd(bytes);
      if (eventEnd !== undefined) {
        const data = behindColon(bytes, eventEnd + 1, DATA_FIELD.length, bytes.length - 2);
        onEvent(behindColon(bytes, 0, EVENT_FIELD.length, eventEnd), data);
        return;
      }
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

/**
 * Where the `event` line ends if the frame is what nearly all named ones are: one `event:` line, one `data:` line, LF
 * line ends.
 */
function findEventLineEnd(frame: Uint8Array): number | undefined {
  const buffer = toBuffer(frame);
  if (!startsWith(buffer, EVENT_FIELD, 0)) {
    return undefined;
  }
  const lineEnd = buffer.indexOf(LF);
  const isUsual =
    startsWith(buffer, DATA_FIELD, lineEnd + 1) &&
    buffer.indexOf(LF, lineEnd + 1) === buffer.length - 2 &&
    buffer[buffer.length - 1] === LF &&
    !buffer.includes(CR);
  return isUsual ? lineEnd : undefined;
}

function startsWith(buffer: Buffer, field: Buffer, at: number): boolean {
  for (let index = 0; index < field.length; index++) {
    if (buffer[at + index] !== field[index]) {
      return false;
    }
  }
  return true;
}

/** The value of a field that begins at `start`, without the one space that may follow the colon. */
function behindColon(bytes: Uint8Array, start: number, nameLength: number, end: number): string {
  const from = start + nameLength;
  return readUtf8(bytes, bytes[from] === SPACE ? from + 1 : from, end);
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
