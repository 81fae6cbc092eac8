import { append } from "../../core/append.ts";
import { Counters } from "../../core/counters.ts";
import { isObject, objectOf } from "../../core/json-values.ts";
import { Queue } from "../../core/queue.ts";
import type { JsonObject, Ledger } from "../../core/translation.ts";
import { toBedrockName } from "../../dialects/bedrock/names.ts";
import {
  type ChatMessage,
  type ContentPart,
  invalidField,
  parseArguments,
} from "../../dialects/openai/chat-request.ts";
import { readThoughts } from "../openai-chat-to-anthropic-messages/thinking.ts";
import { type FileWriting, writeAudio, writeFile, writeImage } from "./files.ts";

/** What a user says where the caller's conversation does not begin with a user, as LiteLLM has it. */
const PLACEHOLDER: JsonObject = { text: "." };

/** Said instead of a result that is empty: Bedrock refuses blank texts. */
const EMPTY_RESULT: JsonObject = { json: {} };

/** What messages are written with. */
export interface MessageWriting extends FileWriting {
  readonly ledger: Ledger;
  readonly takesCachePoints: boolean;
}

/** A conversation as Converse takes it. */
export interface Conversation {
  readonly system: readonly JsonObject[];
  readonly messages: readonly JsonObject[];
  /** Names of tools that the model called earlier, as Bedrock has them. */
  readonly calledTools: readonly string[];
}

/**
 * Puts a conversation into Bedrock's order: system messages, wherever they stand, become the system prompt; users and the
 * model take turns, a user first; results of tools stand first in the turn after their calls.
 * Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html (read 2026-11-28).
 * @throws GatewayError `invalid-request`
 */
export function writeConversation(messages: readonly ChatMessage[], writing: MessageWriting): Conversation {
  const system = messages.filter(({ role }) => role === "system").flatMap((message) => writeSystem(message, writing));
  const turns = new Turns(writing);
  for (const message of messages) {
    if (message.role !== "system") {
      turns.add(message);
    }
  }
  return { system, messages: turns.finish(), calledTools: [...turns.calledTools] };
}

function writeSystem(message: ChatMessage, writing: MessageWriting): readonly JsonObject[] {
  noteName(message, writing.ledger);
  const blocks = message.content.flatMap((part) => {
    if (part.kind === "text" || part.kind === "refusal" || isGuarded(part)) {
      return writePart(part, writing);
    }
    writing.ledger.refuse(part.path, "anything but text in system messages");
    return [];
  });
  return blocks.length === 0 ? blocks : [...blocks, ...cachePointOf(message.raw, message.path, writing)];
}

const noteName = ({ name, role, path }: ChatMessage, ledger: Ledger): void => {
  if (name !== undefined && role !== "tool") {
    ledger.drop(`${path}.name`);
  }
};

/** `cache_control` of Anthropic's callers, as a cache point behind what it stands on. */
export function cachePointOf(
  { cache_control: control }: JsonObject,
  path: string,
  { ledger, takesCachePoints }: Pick<MessageWriting, "ledger" | "takesCachePoints">,
): readonly JsonObject[] {
  if (!isObject(control)) {
    return [];
  }
  if (!takesCachePoints) {
    ledger.drop(`${path}.cache_control`);
    return [];
  }
  const { ttl } = control;
  return [{ cachePoint: { type: "default", ...(ttl === "5m" || ttl === "1h" ? { ttl } : {}) } }];
}

/** LiteLLM's part for texts that a guardrail is to look at. */
const isGuarded = (part: ContentPart): boolean => part.kind === "other" && part.type === "guarded_text";

/** A part of a user's message as blocks: none, one, or one with its cache point. */
function writePart(part: ContentPart, writing: MessageWriting): readonly JsonObject[] {
  const block = toBlock(part, writing);
  return block === undefined ? [] : [block, ...cachePointOf(part.raw, part.path, writing)];
}

function toBlock(part: ContentPart, writing: MessageWriting): JsonObject | undefined {
  switch (part.kind) {
    case "text":
    case "refusal":
      return part.text.trim() === "" ? undefined : { text: part.text };
    case "image":
      if (part.detail !== undefined) {
        writing.ledger.drop(`${part.path}.image_url.detail`);
      }
      return writeImage(part, writing);
    case "audio":
      return writeAudio(part);
    case "file": {
      const block = writeFile(part, writing);
      if (block === undefined) {
        writing.ledger.refuse(`${part.path}.file.file_id`, "uploaded files");
      }
      return block;
    }
    case "other": {
      const { text } = part.raw;
      if (isGuarded(part) && typeof text === "string" && text.trim() !== "") {
        return { guardContent: { text: { text } } };
      }
      writing.ledger.refuse(part.path, `parts of type '${part.type}'`);
      return undefined;
    }
    default:
      return part satisfies never;
  }
}

/** The turns of a conversation, consecutive messages of one side put together. */
class Turns {
  readonly #writing: MessageWriting;
  readonly #turns: { readonly role: string; readonly content: JsonObject[] }[] = [];
  readonly #usedIds = new Set<string>();
  readonly #idCounts = new Counters();
  /** Calls of the latest turn of the model that wait for their results, by the caller's ids. */
  readonly #pending = new Map<string, Queue<{ readonly vendorId: string; readonly path: string }>>();
  readonly calledTools = new Set<string>();

  constructor(writing: MessageWriting) {
    this.#writing = writing;
  }

  add(message: ChatMessage): void {
    noteName(message, this.#writing.ledger);
    switch (message.role) {
      case "assistant":
        this.#addAnswer(message);
        return;
      case "tool":
        this.#addResult(message);
        return;
      default:
        this.#addUser(message);
    }
  }

  #addUser({ content, raw, path }: ChatMessage): void {
    const blocks = content.flatMap((part) => writePart(part, this.#writing));
    if (blocks.length > 0) {
      this.#checkAnswered();
      append(this.#turn("user"), [...blocks, ...cachePointOf(raw, path, this.#writing)]);
    }
  }

  #addAnswer(message: ChatMessage): void {
    const { content, raw, path, toolCalls } = message;
    const { ledger } = this.#writing;
    const thoughts = readThoughts(message).map(toReasoning);
    if (typeof raw["reasoning_content"] === "string" && thoughts.length === 0) {
      ledger.drop(`${path}.reasoning_content`);
    }
    const texts = content.flatMap((part) => {
      if (part.kind === "text" || part.kind === "refusal") {
        return writePart(part, this.#writing);
      }
      ledger.refuse(part.path, "anything but text in the model's own messages");
      return [];
    });
    const blocks = [...thoughts, ...texts];
    if (blocks.length === 0 && toolCalls.length === 0) {
      return;
    }
    this.#checkAnswered();
    const turn = this.#turn("assistant");
    append(turn, blocks);
    for (const call of toolCalls) {
      const name = toBedrockName(call.name);
      this.calledTools.add(name);
      turn.push({
        toolUse: { toolUseId: this.#newId(call.id, call.path), name, input: parseArguments(call.arguments) },
      });
    }
    turn.push(...cachePointOf(raw, path, this.#writing));
  }

  /** Legacy calls have no ids and some callers count from 0 in every turn: each id is used once. */
  #newId(id: string, path: string): string {
    let vendorId = toBedrockName(id);
    while (this.#usedIds.has(vendorId)) {
      vendorId = toBedrockName(`${id} ${this.#idCounts.next(id)}`);
    }
    this.#usedIds.add(vendorId);
    const waiting = this.#pending.get(id) ?? new Queue();
    waiting.add({ vendorId, path });
    this.#pending.set(id, waiting);
    return vendorId;
  }

  #addResult({ content, raw, path, toolCallId = "" }: ChatMessage): void {
    const waiting = this.#pending.get(toolCallId);
    const call = waiting?.take();
    if (waiting?.isEmpty === true) {
      this.#pending.delete(toolCallId);
    }
    if (call === undefined) {
      throw invalidField(`${path}.tool_call_id`, "the id of a tool call of the message before, answered once");
    }
    const blocks = content.flatMap((part) => this.#toResultPart(part));
    const status = raw["is_error"] === true ? { status: "error" } : {};
    const result = {
      toolResult: { toolUseId: call.vendorId, content: blocks.length === 0 ? [EMPTY_RESULT] : blocks, ...status },
    };
    const part = content.find(({ raw: partRaw }) => isObject(partRaw["cache_control"]));
    const cached = isObject(raw["cache_control"]) || part === undefined ? raw : part.raw;
    this.#turn("user").push(result, ...cachePointOf(cached, path, this.#writing));
  }

  #toResultPart(part: ContentPart): readonly JsonObject[] {
    if (part.kind === "audio" || part.kind === "other") {
      this.#writing.ledger.refuse(part.path, "such parts in the results of tools");
      return [];
    }
    const block = toBlock(part, this.#writing);
    return block === undefined ? [] : [block];
  }

  #checkAnswered(): void {
    const [open] = this.#pending;
    if (open !== undefined) {
      const [id, waiting] = open;
      throw invalidField(waiting.first?.path ?? "messages", `a tool message with the result of call '${id}' after it`);
    }
  }

  #turn(role: "user" | "assistant"): JsonObject[] {
    const last = this.#turns.at(-1);
    if (last?.role === role) {
      return last.content;
    }
    const turn = { role, content: [] };
    this.#turns.push(turn);
    return turn.content;
  }

  finish(): readonly JsonObject[] {
    this.#checkAnswered();
    if (this.#turns[0]?.role !== "user") {
      this.#turns.unshift({ role: "user", content: [PLACEHOLDER] });
    }
    return this.#turns.map(({ role, content }) => ({ role, content: withText(content) }));
  }
}

/** A document needs a text beside it: its name. */
function withText(content: readonly JsonObject[]): readonly JsonObject[] {
  const document = content.find((block) => isObject(block["document"]));
  if (document === undefined || content.some((block) => block["text"] !== undefined)) {
    return content;
  }
  return [...content, { text: String(objectOf(document["document"])["name"]) }];
}

/** A thinking block as it came, its signature with it. */
const toReasoning = ({ type, thinking, signature, data }: JsonObject): JsonObject =>
  type === "thinking"
    ? { reasoningContent: { reasoningText: { text: thinking, signature } } }
    : { reasoningContent: { redactedContent: data } };
