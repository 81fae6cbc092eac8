import type { Operation } from "../core/operation.ts";
import { type UsageChunkShape, writeUsageChunk } from "../dialects/openai/usage-chunk.ts";
import { readFrameData } from "../wire/frame-data.ts";
import { scanObject } from "../wire/json-scan.ts";
import type { ScannedObject } from "../wire/scanned-object.ts";
import type { Call } from "./call.ts";
import { FrameEditor } from "./frame-editor.ts";
import type { UsageTap } from "./usage-tap.ts";

const DONE = "[DONE]";
const DONE_BYTES = Buffer.from(DONE);

/** `object` of the chunks of each operation that has usage on its streams. */
const CHUNK_OBJECTS: Readonly<Partial<Record<Operation, string>>> = {
  chat: "chat.completion.chunk",
  completion: "text_completion",
};

/**
 * The usage chunk that a streamed call's client is owed: where the vendor tells usage in a place of its own, and the
 * client or the configuration asks for it.
 */
export function usageChunkOf(call: Call): UsageChunkShape | undefined {
  const usagePath = call.deployment?.provider.usagePath;
  const object = CHUNK_OBJECTS[call.operation];
  if (usagePath === undefined || object === undefined) {
    return undefined;
  }
  const isWanted =
    call.state.config.general.alwaysIncludeStreamUsage || (call.body !== undefined && asksForUsage(call.body));
  return isWanted ? { object, usagePath } : undefined;
}

/** Whether a request body asks for usage on its stream (`stream_options.include_usage`). */
export function asksForUsage(body: ScannedObject): boolean {
  const field = body.find("stream_options");
  if (field?.kind !== "object") {
    return false;
  }
  const options = scanObject(body.bytes.subarray(field.valueStart, field.valueEnd));
  return options.find("include_usage")?.kind === "true";
}

/**
 * Puts a usage chunk before the `[DONE]` of a stream that told its usage in another place only: for clients that asked for
 * it. No other byte is touched.
 * @param tap has seen the bytes before they are pushed into the editor
 */
export function toUsageInserter(shape: UsageChunkShape, tap: UsageTap, pass: (bytes: Uint8Array) => void): FrameEditor {
  let isDone = false;
  const insert = (frame: Buffer, kept: Uint8Array[]): void => {
    if (!isDone && readFrameData(frame)?.startsWith(DONE) === true) {
      isDone = true;
      const chunk = writeUsageChunk(tap.readTail(), shape);
      if (chunk !== undefined) {
        kept.push(chunk);
      }
    }
    kept.push(frame);
  };
  return new FrameEditor(DONE_BYTES, insert, pass);
}
