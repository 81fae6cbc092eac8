import { listOf, numberOf, objectOf, objectsOf, textOf } from "../../core/json-values.ts";
import type { JsonObject, ReplyContext } from "../../core/translation.ts";
import { signId } from "../../dialects/gemini/thought-signatures.ts";

/** What stands in the parts of a candidate, sorted by where OpenAI has it. */
export interface CandidateParts {
  readonly text: string;
  readonly reasoning: string;
  /** LiteLLM's `thinking_blocks`, one for each part that is a thought. */
  readonly thinkingBlocks: readonly JsonObject[];
  readonly toolCalls: readonly JsonObject[];
  readonly images: readonly JsonObject[];
  readonly audio: JsonObject | undefined;
  /** LiteLLM's `thought_signatures`: of all parts, in order. */
  readonly signatures: readonly string[];
  /** Parts that OpenAI has no place for, as they came: code that ran, calls of built-in tools. */
  readonly others: readonly JsonObject[];
}

/** Audio is said to be kept for as long, in seconds; the vendor keeps none. */
const AUDIO_SECONDS = 24 * 3600;

/** How many calls and images a candidate has had before these parts. */
export interface Counts {
  readonly toolCalls: number;
  readonly images: number;
  /** Which of several candidates it is. */
  readonly candidate: number;
}

/** Sorts parts. Source: `Part` in https://ai.google.dev/api/caching#Part (read 2026-11-28). */
export function readParts(candidate: JsonObject, context: ReplyContext, before: Counts): CandidateParts {
  const parts = objectsOf(objectOf(candidate["content"])["parts"]);
  const toolCalls: JsonObject[] = [];
  const images: JsonObject[] = [];
  const thinkingBlocks: JsonObject[] = [];
  const others: JsonObject[] = [];
  let [text, reasoning] = ["", ""];
  let audio: JsonObject | undefined;
  for (const part of parts) {
    const { type, data } = blobOf(part);
    if (part["functionCall"] !== undefined) {
      toolCalls.push(toToolCall(part, context, { ...before, toolCalls: before.toolCalls + toolCalls.length }));
    } else if (part["thought"] === true) {
      const thought = textOf(part["text"]) ?? "";
      const signature = textOf(part["thoughtSignature"]);
      reasoning += thought;
      thinkingBlocks.push({ type: "thinking", thinking: thought, ...(signature === undefined ? {} : { signature }) });
    } else if (typeof part["text"] === "string") {
      text += part["text"];
    } else if (type.startsWith("image/")) {
      const index = before.images + images.length;
      images.push({ type: "image_url", image_url: { url: `data:${type};base64,${data}`, detail: "auto" }, index });
    } else if (type.startsWith("audio/")) {
      const id = `audio_${context.id}`;
      audio = { id, data, expires_at: context.created + AUDIO_SECONDS, transcript: "" };
    } else if (Object.keys(part).some((name) => name !== "thoughtSignature")) {
      others.push(part);
    }
  }
  const signatures = parts.map((part) => textOf(part["thoughtSignature"])).filter((found) => found !== undefined);
  return { text, reasoning, thinkingBlocks, toolCalls, images, audio, signatures, others };
}

function blobOf(part: JsonObject): { readonly type: string; readonly data: string } {
  const { mimeType, data } = objectOf(part["inlineData"]);
  return { type: textOf(mimeType) ?? "", data: textOf(data) ?? "" };
}

function toToolCall(part: JsonObject, context: ReplyContext, at: Counts): JsonObject {
  const { id, name, args } = objectOf(part["functionCall"]);
  const signature = textOf(part["thoughtSignature"]);
  const own = `call_${context.id.replace(/^[a-z]+-/, "").replaceAll("-", "")}_${at.candidate}_${at.toolCalls}`;
  return {
    index: at.toolCalls,
    id: signId(typeof id === "string" && id !== "" ? id : own, signature),
    type: "function",
    function: { name: textOf(name) ?? "", arguments: JSON.stringify(args ?? {}) },
    ...(signature === undefined ? {} : { provider_specific_fields: { thought_signature: signature } }),
  };
}

/**
 * Log probabilities as OpenAI writes them.
 * Source: https://ai.google.dev/api/generate-content#LogprobsResult (read 2026-11-28).
 */
export function toLogprobs(candidate: JsonObject): JsonObject | undefined {
  const { chosenCandidates: chosen, topCandidates: top } = objectOf(candidate["logprobsResult"]);
  if (!Array.isArray(chosen)) {
    return undefined;
  }
  const tops = listOf(top);
  return {
    content: objectsOf(chosen).map((token, index) => ({
      ...toToken(token),
      top_logprobs: objectsOf(objectOf(tops[index])["candidates"]).map(toToken),
    })),
    refusal: null,
  };
}

function toToken({ token, logProbability }: JsonObject): JsonObject {
  const text = textOf(token) ?? "";
  return { token: text, logprob: numberOf(logProbability) ?? -9999, bytes: [...Buffer.from(text)] };
}

/**
 * What was found on the web as OpenAI's annotations. The vendor counts bytes, OpenAI characters.
 * Source: https://ai.google.dev/api/generate-content#GroundingMetadata (read 2026-11-28).
 */
export function toAnnotations(candidate: JsonObject, text: string): readonly JsonObject[] {
  const { groundingSupports: supports, groundingChunks: chunks } = objectOf(candidate["groundingMetadata"]);
  const found = objectsOf(supports);
  if (found.length === 0) {
    return []; // As in nearly every event of a stream: the text is not looked at.
  }
  const toCharacter = toCharacterIndex(text);
  return found.flatMap(({ segment, groundingChunkIndices: indices }) => {
    const { startIndex, endIndex } = objectOf(segment);
    return listOf(indices).flatMap((index) => {
      const { uri, title } = objectOf(objectOf(listOf(chunks)[Number(index)])["web"]);
      const url = textOf(uri);
      return url === undefined
        ? []
        : [
            {
              type: "url_citation",
              url_citation: {
                start_index: toCharacter(startIndex),
                end_index: toCharacter(endIndex),
                url,
                title: textOf(title) ?? "",
              },
            },
          ];
    });
  });
}

/**
 * Finds how many characters a number of a text's bytes makes. What stands before each 1024th byte is counted once: a reply may have
 * thousands of places in a long text.
 */
function toCharacterIndex(text: string): (byte: unknown) => number {
  const bytes = Buffer.from(text);
  const known = [0];
  const countIn = (from: number, to: number): number => {
    let count = 0;
    for (let at = from; at < to; at++) {
      const byte = bytes[at] ?? 0;
      // Bytes that go on with a character count nothing; four of them make two UTF-16 units.
      count += (byte & 0xc0) === 0x80 ? 0 : byte >= 0xf0 ? 2 : 1;
    }
    return count;
  };
  return (byte) => {
    const end = Math.floor(Math.min(Math.max(numberOf(byte) ?? 0, 0), bytes.length));
    const step = Math.floor(end / BYTES_OF_STEP);
    while (known.length <= step) {
      const from = (known.length - 1) * BYTES_OF_STEP;
      known.push((known.at(-1) ?? 0) + countIn(from, from + BYTES_OF_STEP));
    }
    return (known[step] ?? 0) + countIn(step * BYTES_OF_STEP, end);
  };
}

const BYTES_OF_STEP = 1024;
