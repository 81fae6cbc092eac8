import type { GatewayError } from "../core/errors.ts";
import { SseEventReader } from "../wire/sse-events.ts";
import type { Call } from "./call.ts";
import { findErrorInAnswer } from "./judge.ts";

const DONE = "[DONE]";
const DONE_FRAME = Buffer.from(`data: ${DONE}`);
const FINISH_REASON = /"finish_reason"\s*:\s*"/;
const CHOICES = Buffer.from('"choices"');
const ERROR = Buffer.from('"error"');

/** Whether a stream in OpenAI's format says that it is over. @param tail its last bytes */
export const isDone = (tail: Buffer): boolean => tail.indexOf(DONE_FRAME) >= 0;

/** Whether it holds choices and does not say that they are complete. Some vendors write no `[DONE]`, but a reason. */
export const isUnfinished = (tail: Buffer): boolean =>
  !isDone(tail) && tail.indexOf(CHOICES) >= 0 && !FINISH_REASON.test(tail.toString("latin1"));

/** The error object that a vendor ended its stream with, whatever followed as a mere end. */
export function findErrorAtEnd(call: Call, tail: Buffer): GatewayError | undefined {
  if (tail.indexOf(ERROR) < 0) {
    return undefined;
  }
  let last = "";
  const reader = new SseEventReader((_event, data) => {
    last = data === DONE ? last : data;
  });
  reader.push(tail);
  reader.end();
  return findErrorInAnswer(call, Buffer.from(last));
}
