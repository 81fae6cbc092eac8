import { countTokens } from "../catalog/token-counter.ts";
import type { TokenEncodingName } from "../catalog/token-encoding.ts";
import { isObject } from "../core/json-values.ts";
import { readMessageTexts } from "../dialects/openai/message-texts.ts";
import { toBuffer } from "../wire/utf8.ts";
import { readAnswerTexts } from "./answer-texts.ts";

/** A conversation to count. */
export interface CountRequest {
  readonly id: number;
  /** A JSON object of the request's content fields. */
  readonly request: Uint8Array;
  /** What there is of the answer, a JSON body or a stream; empty where there is nothing. */
  readonly response: Uint8Array;
  /** How much longer the answer was than what there is of it, as a factor from 1. */
  readonly stretch: number;
  readonly encoding: TokenEncodingName;
}

/** How many tokens it is. */
export interface CountReply {
  readonly id: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** It could not be counted. */
  readonly hasFailed?: true;
}

const NEVER = new AbortController().signal;

/** Counts a conversation. Never rejects; what cannot be read in it counts nothing. */
export const countConversation = (request: CountRequest): Promise<CountReply> =>
  count(request).catch(() => ({ id: request.id, promptTokens: 0, completionTokens: 0, hasFailed: true }));

async function count({ id, request, response, stretch, encoding }: CountRequest): Promise<CountReply> {
  const prompt = readPrompt(toText(request));
  const answerTokens = await countAll(readAnswerTexts(toText(response)), encoding);
  return {
    id,
    promptTokens: prompt.extraTokens + (await countAll(prompt.texts, encoding)),
    completionTokens: Math.round(answerTokens * stretch),
  };
}

const toText = (bytes: Uint8Array): string => toBuffer(bytes).toString("utf8");

async function countAll(texts: readonly string[], encoding: TokenEncodingName): Promise<number> {
  let total = 0;
  for (const text of texts) {
    total += await countTokens(text, encoding, NEVER);
  }
  return total;
}

interface Prompt {
  readonly texts: readonly string[];
  readonly extraTokens: number;
}

function readPrompt(json: string): Prompt {
  let body: unknown;
  try {
    body = JSON.parse(json);
  } catch {
    return { texts: [], extraTokens: 0 };
  }
  if (!isObject(body)) {
    return { texts: [], extraTokens: 0 };
  }
  const chat = readMessageTexts(body["messages"]);
  const tools = ["tools", "functions"].map((name) => body[name]).filter((list) => list !== undefined);
  const plain = readPlain(body["prompt"]);
  return {
    texts: [...(chat?.texts ?? []), ...tools.map((list) => JSON.stringify(list)), ...plain.texts],
    extraTokens: (chat?.extraTokens ?? 0) + plain.extraTokens,
  };
}

/** A text, a list of texts, token ids, or a list of lists of them. */
function readPlain(prompt: unknown): Prompt {
  const items: readonly unknown[] = (Array.isArray(prompt) ? prompt : [prompt]).flat();
  return {
    texts: items.filter((item) => typeof item === "string"),
    extraTokens: items.filter((item) => typeof item === "number").length,
  };
}
