import { isObject, listOf, textOf } from "../core/json-values.ts";
import type { JsonObject } from "../core/translation.ts";
import { parseJsonText } from "../wire/json-depth.ts";
import { SseEventReader } from "../wire/sse-events.ts";
import { type Mapping, mergePiece, newMapping } from "./merge-pieces.ts";

/** Choices and tool calls that are put together at most: a vendor writes their numbers. */
const MAX_PARTS = 128;

const DONE = "[DONE]";

/** A choice as far as its chunks have come. */
interface StreamedChoice {
  /** Text by field: `content`, `reasoning_content`, `refusal`; `text` of text completions. */
  readonly texts: Map<string, string>;
  readonly toolCalls: Map<number, StreamedToolCall>;
  /** What else a message says: `audio`, `annotations`, `function_call`, fields of vendors' own. */
  readonly others: Mapping;
  /** What else stands beside it: `logprobs`. */
  readonly beside: Mapping;
  role: unknown;
  finishReason: unknown;
}

interface StreamedToolCall {
  id: unknown;
  type: unknown;
  name: string;
  arguments: string;
}

const TEXT_FIELDS: readonly string[] = ["content", "reasoning_content", "reasoning", "refusal"];

/** Fields of a chunk's choice, and of its delta, that have a reading of their own. */
const CHOICE_FIELDS: ReadonlySet<string> = new Set(["index", "delta", "text", "finish_reason"]);
const DELTA_FIELDS: ReadonlySet<string> = new Set(["role", "tool_calls"]);

/** Fields of an answer, beside those that all have; of its chunks the last that says one counts. */
const ANSWER_FIELDS: readonly string[] = ["service_tier", "system_fingerprint", "citations", "search_results"];

/** Puts the chunks of OpenAI's streams (chat and text completions) together again. */
class StreamedAnswer {
  readonly #choices = new Map<number, StreamedChoice>();
  #head: JsonObject | undefined;
  readonly #fields: Mapping = {};
  #usage: unknown;
  #error: unknown;

  add(chunk: JsonObject): void {
    if (chunk["error"] !== undefined && chunk["error"] !== null) {
      this.#error = chunk["error"];
      return;
    }
    this.#head ??= chunk;
    this.#usage = chunk["usage"] ?? this.#usage;
    for (const name of ANSWER_FIELDS) {
      if (chunk[name] !== undefined && chunk[name] !== null) {
        this.#fields[name] = chunk[name];
      }
    }
    for (const choice of listOf(chunk["choices"])) {
      if (isObject(choice)) {
        this.#addChoice(choice);
      }
    }
  }

  /** The whole answer; `undefined` when there was no chunk at all. */
  toBody(): JsonObject | undefined {
    if (this.#head === undefined) {
      return this.#error === undefined ? undefined : { error: this.#error };
    }
    const isChat = this.#head["object"] !== "text_completion";
    const choices = [...this.#choices].toSorted(([left], [right]) => left - right);
    return {
      id: this.#head["id"],
      object: isChat ? "chat.completion" : "text_completion",
      created: this.#head["created"],
      model: this.#head["model"],
      ...this.#fields,
      choices: choices.map(([index, choice]) => toWholeChoice(index, choice, isChat)),
      ...(this.#usage === undefined || this.#usage === null ? {} : { usage: this.#usage }),
      ...(this.#error === undefined ? {} : { error: this.#error }),
    };
  }

  #addChoice(chunk: JsonObject): void {
    const choice = this.#choiceAt(chunk["index"]);
    if (choice === undefined) {
      return;
    }
    choice.finishReason = chunk["finish_reason"] ?? choice.finishReason;
    append(choice.texts, "text", chunk["text"]);
    for (const [name, value] of Object.entries(chunk)) {
      if (!CHOICE_FIELDS.has(name)) {
        choice.beside[name] = typeof value === "object" ? mergePiece(choice.beside[name], value) : value;
      }
    }
    const { delta } = chunk;
    if (!isObject(delta)) {
      return;
    }
    choice.role = delta["role"] ?? choice.role;
    for (const [field, value] of Object.entries(delta)) {
      if (TEXT_FIELDS.includes(field) && typeof value === "string") {
        append(choice.texts, field, value);
      } else if (!DELTA_FIELDS.has(field)) {
        choice.others[field] = mergePiece(choice.others[field], value);
      }
    }
    for (const call of listOf(delta["tool_calls"])) {
      if (isObject(call)) {
        addToolCall(choice.toolCalls, call);
      }
    }
  }

  #choiceAt(index: unknown): StreamedChoice | undefined {
    const at = typeof index === "number" ? index : 0;
    let choice = this.#choices.get(at);
    if (choice === undefined && this.#choices.size < MAX_PARTS) {
      choice = {
        texts: new Map(),
        toolCalls: new Map(),
        others: newMapping(),
        beside: newMapping(),
        role: undefined,
        finishReason: null,
      };
      this.#choices.set(at, choice);
    }
    return choice;
  }
}

function append(texts: Map<string, string>, field: string, piece: unknown): void {
  if (typeof piece === "string" && piece !== "") {
    texts.set(field, (texts.get(field) ?? "") + piece);
  }
}

function addToolCall(calls: Map<number, StreamedToolCall>, piece: JsonObject): void {
  const index = typeof piece["index"] === "number" ? piece["index"] : calls.size;
  let call = calls.get(index);
  if (call === undefined) {
    if (calls.size >= MAX_PARTS) {
      return;
    }
    call = { id: undefined, type: undefined, name: "", arguments: "" };
    calls.set(index, call);
  }
  call.id ??= piece["id"];
  call.type ??= piece["type"];
  const made = isObject(piece["function"]) ? piece["function"] : {};
  call.name += textOf(made["name"]) ?? "";
  call.arguments += textOf(made["arguments"]) ?? "";
}

function toWholeChoice(index: number, choice: StreamedChoice, isChat: boolean): JsonObject {
  const { texts, toolCalls, others, beside, role, finishReason } = choice;
  if (!isChat) {
    return { index, text: texts.get("text") ?? "", ...beside, finish_reason: finishReason };
  }
  const calls = [...toolCalls].toSorted(([left], [right]) => left - right).map(([, call]) => toWholeCall(call));
  const said = TEXT_FIELDS.filter((field) => texts.has(field));
  const message = {
    role: role ?? "assistant",
    content: null,
    ...others,
    ...Object.fromEntries(said.map((field) => [field, texts.get(field)])),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
  return { index, message, ...beside, finish_reason: finishReason };
}

const toWholeCall = (call: StreamedToolCall): JsonObject => ({
  id: call.id,
  type: call.type ?? "function",
  function: { name: call.name, arguments: call.arguments },
});

/**
 * What a stream of OpenAI's chunks said, as the whole reply that it would have been; as much of it as came. Events that are
 * no such chunks are passed over. Never throws.
 * @param bytes server-sent events, whole or cut anywhere
 */
export function readStreamedAnswer(bytes: Uint8Array): JsonObject | undefined {
  const answer = new StreamedAnswer();
  const reader = new SseEventReader((_event, data) => {
    const chunk = data === DONE ? undefined : parseChunk(data);
    if (isObject(chunk)) {
      answer.add(chunk);
    }
  });
  reader.push(bytes);
  reader.end();
  return answer.toBody();
}

/** `undefined` for what is no JSON: the last event of a cut stream, or one nested too deep. */
function parseChunk(data: string): unknown {
  try {
    return parseJsonText(data);
  } catch {
    return undefined;
  }
}
