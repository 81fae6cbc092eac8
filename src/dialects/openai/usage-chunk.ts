import { readFrameData } from "../../wire/frame-data.ts";
import { scanObject } from "../../wire/json-scan.ts";
import type { ScannedObject } from "../../wire/scanned-object.ts";
import { SseFrameSplitter } from "../../wire/sse-frames.ts";

/** What the usage chunk of a stream looks like, and where its usage is taken from. */
export interface UsageChunkShape {
  /** Value of `object`. */
  readonly object: string;
  /** Where the vendor's chunks have usage instead of at the top: a path of keys. */
  readonly usagePath: readonly string[];
}

/**
 * The chunk that closes OpenAI's streams when usage is asked for (`choices: []` and `usage`), as a frame, made of the last
 * chunk that has usage in another place. Values are copied as they are spelled. `undefined` when the stream has no usage,
 * or has it where clients look, on a chunk of its own or not.
 * Source: https://platform.openai.com/docs/api-reference/chat/create, `stream_options` (read 2026-11-23).
 * @param streamEnd the last bytes of a stream; a frame of which they hold only a part is not read
 */
export function writeUsageChunk(streamEnd: Uint8Array, { object, usagePath }: UsageChunkShape): Buffer | undefined {
  const frames = readFrames(streamEnd).reverse();
  for (const [at, frame] of frames.entries()) {
    const chunk = readChunk(frame);
    if (chunk === undefined) {
      continue;
    }
    if (findUsage(chunk, ["usage"]) !== undefined) {
      return undefined; // On whichever chunk: clients that add up the usage of all chunks would count it twice.
    }
    const usage = findUsage(chunk, usagePath);
    if (usage !== undefined) {
      return writeChunk(frames.slice(at), object, usage);
    }
  }
  return undefined;
}

function readFrames(bytes: Uint8Array): Uint8Array[] {
  const frames: Uint8Array[] = [];
  new SseFrameSplitter(Number.POSITIVE_INFINITY).push(bytes, (frame) => frames.push(frame));
  return frames;
}

/** The chunk that a frame carries; `undefined` for comments, `[DONE]` and what is no JSON object. */
function readChunk(frame: Uint8Array): ScannedObject | undefined {
  const data = readFrameData(frame);
  if (data === undefined || !data.startsWith("{")) {
    return undefined;
  }
  try {
    return scanObject(Buffer.from(data));
  } catch {
    return undefined;
  }
}

/** Text of the object at a path of keys; an empty one tells nothing and counts as absent. */
function findUsage(chunk: ScannedObject, path: readonly string[]): string | undefined {
  let scope = chunk;
  for (const key of path) {
    const field = scope.find(key);
    if (field?.kind !== "object") {
      return undefined;
    }
    scope = scanObject(scope.bytes.subarray(field.valueStart, field.valueEnd));
  }
  return scope.fields.length === 0 ? undefined : Buffer.from(scope.bytes).toString("utf8");
}

/** @param frames the latest first; a field that one lacks is taken from those before it */
function writeChunk(frames: readonly Uint8Array[], object: string, usage: string): Buffer {
  const repeat = (name: string): string => {
    for (const frame of frames) {
      const chunk = readChunk(frame);
      const field = chunk?.find(name);
      if (chunk !== undefined && field !== undefined) {
        return `"${name}":${chunk.readText(field)},`;
      }
    }
    return "";
  };
  const head = `${repeat("id")}"object":"${object}",${repeat("created")}${repeat("model")}`;
  // A value with a line end in it would break the frame's one line: JSON has them only between tokens.
  return Buffer.from(`data: {${head}"choices":[],"usage":${usage.replace(/[\r\n]+/g, " ")}}\n\n`);
}
