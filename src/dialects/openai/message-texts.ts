/** The texts of a conversation that are counted, and tokens that stand for everything else. */
export interface CountableTexts {
  readonly texts: readonly string[];
  readonly extraTokens: number;
}

/**
 * Frame of each message, its optional name, and the beginning of the reply.
 * Source: https://cookbook.openai.com/examples/how_to_count_tokens_with_tiktoken (read 2026-11-23).
 */
const TOKENS_PER_MESSAGE = 3;
const TOKENS_PER_NAME = 1;
const TOKENS_OF_REPLY = 3;

/**
 * An image of low detail, and any other whose size is not known without fetching it (LiteLLM's default).
 * Source: https://platform.openai.com/docs/guides/images-vision#calculating-costs (read 2026-11-23).
 */
const TOKENS_OF_SMALL_IMAGE = 85;
const TOKENS_OF_IMAGE = 250;

type Mapping = Readonly<Record<string, unknown>>;

/** What to count of chat `messages`; parts of unknown kinds count nothing. `undefined` when they are no list of objects. */
export function readMessageTexts(messages: unknown): CountableTexts | undefined {
  if (!Array.isArray(messages) || !messages.every(isMapping)) {
    return undefined;
  }
  const texts: string[] = [];
  let extraTokens = TOKENS_OF_REPLY;
  for (const message of messages) {
    extraTokens += TOKENS_PER_MESSAGE + (message["name"] === undefined ? 0 : TOKENS_PER_NAME);
    for (const value of Object.values(message)) {
      if (typeof value === "string") {
        texts.push(value);
      }
    }
    extraTokens += readParts(message["content"], texts);
    readToolCalls(message["tool_calls"], texts);
  }
  return { texts, extraTokens };
}

/** What to count of Google's `contents`: the texts of all parts. */
export function readContentTexts(contents: unknown): CountableTexts | undefined {
  if (typeof contents === "string") {
    return { texts: [contents], extraTokens: 0 };
  }
  if (!Array.isArray(contents) || !contents.every(isMapping)) {
    return undefined;
  }
  const parts = contents.flatMap((content) => (Array.isArray(content["parts"]) ? content["parts"] : []));
  const texts = parts.filter(isMapping).map((part) => part["text"]);
  return { texts: texts.filter((text) => typeof text === "string"), extraTokens: 0 };
}

function readParts(content: unknown, texts: string[]): number {
  let imageTokens = 0;
  for (const part of Array.isArray(content) ? content : []) {
    if (typeof part === "string") {
      texts.push(part);
    } else if (isMapping(part) && typeof part["text"] === "string") {
      texts.push(part["text"]);
    } else if (isMapping(part) && part["type"] === "image_url") {
      const image = part["image_url"];
      imageTokens += isMapping(image) && image["detail"] === "low" ? TOKENS_OF_SMALL_IMAGE : TOKENS_OF_IMAGE;
    }
  }
  return imageTokens;
}

function readToolCalls(calls: unknown, texts: string[]): void {
  for (const call of Array.isArray(calls) ? calls : []) {
    const called = isMapping(call) ? call["function"] : undefined;
    for (const name of ["name", "arguments"]) {
      const value = isMapping(called) ? called[name] : undefined;
      if (typeof value === "string") {
        texts.push(value);
      }
    }
  }
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
