import { isObject, listOf, objectsOf } from "../core/json-values.ts";
import type { JsonObject } from "../core/translation.ts";

/** Fields of a message, or of a piece of one, that are text of the answer. */
const TEXT_FIELDS = ["content", "reasoning_content", "reasoning", "refusal", "text"] as const;

/**
 * The texts of an answer in OpenAI's form, a JSON body or a stream of server-sent events, each put together from its
 * pieces: what was said, what was thought, and the calls of tools. What cannot be read counts nothing. Never throws.
 */
export function readAnswerTexts(answer: string): readonly string[] {
  const texts = new Map<string, string>();
  const begin = answer.trimStart();
  const bodies = begin.startsWith("{") ? [begin] : readDataLines(answer);
  for (const body of bodies) {
    readBody(body, texts);
  }
  return [...texts.values()];
}

/** `data:` lines; vendors write a chunk in one. */
function* readDataLines(stream: string): Generator<string> {
  for (const match of stream.matchAll(/^data:[ \t]*(\{.*)$/gm)) {
    yield match[1] ?? "";
  }
}

function readBody(body: string, texts: Map<string, string>): void {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return; // The last event of a stream that was cut.
  }
  for (const [at, choice] of objectsOf(isObject(parsed) ? parsed["choices"] : undefined).entries()) {
    const index = typeof choice["index"] === "number" ? choice["index"] : at;
    for (const part of [choice, choice["delta"], choice["message"]]) {
      if (isObject(part)) {
        readPart(part, `${index}`, texts);
      }
    }
  }
}

function readPart(part: JsonObject, key: string, texts: Map<string, string>): void {
  for (const name of TEXT_FIELDS) {
    const value = part[name];
    const pieces = typeof value === "string" ? [value] : listOf(value).map((item) => textIn(item));
    add(texts, `${key} ${name}`, pieces.join(""));
  }
  readCall(part["function_call"], `${key} function`, texts);
  for (const [at, call] of objectsOf(part["tool_calls"]).entries()) {
    readCall(call["function"], `${key} tool ${typeof call["index"] === "number" ? call["index"] : at}`, texts);
  }
}

function readCall(called: unknown, key: string, texts: Map<string, string>): void {
  if (isObject(called)) {
    for (const name of ["name", "arguments"]) {
      const value = called[name];
      add(texts, `${key} ${name}`, typeof value === "string" ? value : "");
    }
  }
}

const textIn = (item: unknown): string => (isObject(item) && typeof item["text"] === "string" ? item["text"] : "");

function add(texts: Map<string, string>, key: string, text: string): void {
  if (text !== "") {
    texts.set(key, (texts.get(key) ?? "") + text);
  }
}
