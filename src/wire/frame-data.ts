import { readUtf8, toBuffer } from "./utf8.ts";

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const LINE_END = /\r\n|\n|\r/;
/** `data:` as bytes. */
const DATA_FIELD = [0x64, 0x61, 0x74, 0x61, 0x3a] as const;

/**
 * The data of one event: its `data` lines joined by a line feed, each without the one space that may follow the colon.
 * `undefined` when there is no such line (a comment, a lone `event:`). A byte order mark in front is skipped.
 * Source: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation (read 2026-11-23).
 */
export function readFrameData(frame: Uint8Array): string | undefined {
  const lineEnd = findOnlyDataLineEnd(frame);
  if (lineEnd !== undefined) {
    const start = DATA_FIELD.length;
    return readUtf8(frame, frame[start] === SPACE ? start + 1 : start, lineEnd);
  }
  const text = readUtf8(frame, 0, frame.length);
  let data: string | undefined;
  for (const line of (text.startsWith("\uFEFF") ? text.slice(1) : text).split(LINE_END)) {
    if (line === "data" || line.startsWith("data:")) {
      const value = line.slice(line[DATA_FIELD.length] === " " ? DATA_FIELD.length + 1 : DATA_FIELD.length);
      data = data === undefined ? value : `${data}\n${value}`;
    }
  }
  return data;
}

/** Where the line ends if the frame is what nearly all are: one `data:` line and LF, LF. */
function findOnlyDataLineEnd(frame: Uint8Array): number | undefined {
  if (!DATA_FIELD.every((byte, index) => frame[index] === byte)) {
    return undefined;
  }
  const buffer = toBuffer(frame);
  const lineEnd = buffer.indexOf(LF);
  return lineEnd === buffer.length - 2 && buffer[lineEnd + 1] === LF && !buffer.includes(CR) ? lineEnd : undefined;
}
