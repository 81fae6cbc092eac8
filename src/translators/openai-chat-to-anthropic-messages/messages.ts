import { append } from "../../core/append.ts";
import type { JsonObject } from "../../core/translation.ts";
import {
  type ChatMessage,
  type ContentPart,
  contentText,
  invalidField,
  parseArguments,
} from "../../dialects/openai/chat-request.ts";
import { restoreOrder } from "./block-order.ts";
import { CallIds, cacheControlOf, type ToolNames } from "./names.ts";
import { type PartWriting, writeParts } from "./parts.ts";
import { readThoughts } from "./thinking.ts";

/** What a user says where the caller's conversation does not begin with a user, as LiteLLM has it. */
const PLACEHOLDER: JsonObject = { type: "text", text: "." };

/** What messages are written with. */
export interface MessageWriting extends PartWriting {
  readonly names: ToolNames;
  /** Whether the conversation may end with the beginning of the answer. */
  readonly takesPrefill: boolean;
}

/** A conversation as Anthropic takes it. */
export interface Conversation {
  /** Blocks of the system prompt; empty when there is none. */
  readonly system: readonly JsonObject[];
  readonly messages: readonly JsonObject[];
}

/**
 * Puts a conversation into Anthropic's order: system messages, wherever they stand, become the system prompt; users and
 * the model take turns, a user first; results stand first in the turn after their calls.
 * Source: https://platform.claude.com/docs/en/api/messages/create (read 2026-11-28).
 * @throws GatewayError
 */
export function writeConversation(messages: readonly ChatMessage[], writing: MessageWriting): Conversation {
  const system = messages.filter(({ role }) => role === "system").flatMap((message) => writeSystem(message, writing));
  const turns = new Turns(writing);
  for (const message of messages) {
    if (message.role !== "system") {
      turns.add(message);
    }
  }
  return { system, messages: turns.finish() };
}

function writeSystem({ content, raw, path, name }: ChatMessage, { ledger }: MessageWriting): readonly JsonObject[] {
  if (name !== undefined) {
    ledger.drop(`${path}.name`);
  }
  const blocks = content.flatMap((part) => {
    if (part.kind !== "text") {
      ledger.refuse(part.path, "anything but text in system messages");
      return [];
    }
    return part.text.trim() === "" ? [] : [{ type: "text", text: part.text, ...cacheControlOf(part.raw) }];
  });
  return withCacheControl(blocks, raw);
}

/** A whole message's `cache_control` is its last block's. */
function withCacheControl(blocks: readonly JsonObject[], raw: JsonObject): readonly JsonObject[] {
  const last = blocks.at(-1);
  const control = cacheControlOf(raw);
  return last === undefined || control["cache_control"] === undefined
    ? blocks
    : [...blocks.slice(0, -1), { ...last, ...control }];
}

interface Turn {
  readonly role: "user" | "assistant";
  readonly results: JsonObject[];
  readonly blocks: JsonObject[];
  /** Where its last message stood. */
  path: string;
}

/** Gathers messages into turns. */
class Turns {
  readonly #writing: MessageWriting;
  readonly #ids = new CallIds();
  readonly #turns: Turn[] = [];
  #lastCaller = "";

  constructor(writing: MessageWriting) {
    this.#writing = writing;
  }

  add(message: ChatMessage): void {
    const { role, raw, path, name, content } = message;
    if (role === "assistant") {
      this.#addAnswer(message);
    } else if (role === "tool") {
      this.#addResult(message);
    } else {
      this.#push("user", path, withCacheControl(writeParts(content, "user", this.#writing), raw));
    }
    if (name !== undefined && role !== "tool") {
      this.#writing.ledger.drop(`${path}.name`);
    }
  }

  finish(): readonly JsonObject[] {
    this.#checkAnswered();
    this.#endSoundly();
    if (this.#turns[0]?.role !== "user") {
      this.#turns.unshift({ role: "user", results: [], blocks: [PLACEHOLDER], path: "messages" });
    }
    return this.#turns.map(({ role, results, blocks }) => ({ role, content: [...results, ...blocks] }));
  }

  #push(role: Turn["role"], path: string, blocks: readonly JsonObject[]): void {
    if (blocks.length > 0) {
      append(this.#turn(role, path).blocks, blocks);
    }
  }

  #turn(role: Turn["role"], path: string): Turn {
    const last = this.#turns.at(-1);
    if (last?.role === role) {
      last.path = path;
      return last;
    }
    if (role === "assistant") {
      this.#checkAnswered();
      this.#ids.startTurn();
    }
    const turn: Turn = { role, results: [], blocks: [], path };
    this.#turns.push(turn);
    return turn;
  }

  #addAnswer(message: ChatMessage): void {
    const { path, raw, toolCalls } = message;
    const thoughts = readThoughts(message);
    this.#noteLostThoughts(message, thoughts.length);
    const said = writeParts(message.content, "assistant", this.#writing);
    if (said.length + toolCalls.length === 0) {
      return; // Thoughts that led to nothing are refused: a turn may not end with them.
    }
    this.#turn("assistant", path); // Begins the turn, so that its calls are told from those before.
    const calls = toolCalls.map((call): JsonObject => {
      const id = this.#ids.add(call.id);
      const name = this.#writing.names.toVendor(call.name);
      return { type: "tool_use", id, name, input: parseArguments(call.arguments), ...cacheControlOf(call.raw) };
    });
    const blocks = restoreOrder(raw, thoughts, calls) ?? [...thoughts, ...said, ...calls];
    this.#push("assistant", path, withCacheControl(blocks, raw));
    if (toolCalls.length > 0) {
      this.#lastCaller = path;
    }
  }

  /** Thoughts without a signature cannot be sent back: Anthropic takes only its own. */
  #noteLostThoughts({ raw, path }: ChatMessage, kept: number): void {
    const { thinking_blocks: blocks, reasoning_content: reasoning } = raw;
    if (Array.isArray(blocks) && blocks.length > kept) {
      this.#writing.ledger.drop(`${path}.thinking_blocks`);
    } else if (kept === 0 && typeof reasoning === "string" && reasoning !== "") {
      this.#writing.ledger.drop(`${path}.reasoning_content`);
    }
  }

  #addResult(message: ChatMessage): void {
    const { path, raw, toolCallId = "" } = message;
    const id = this.#ids.answer(toolCallId);
    if (id === undefined) {
      throw invalidField(path, `a preceding message with the tool call '${toolCallId}' that this one answers`);
    }
    const content = writeResult(message.content, this.#writing);
    const { is_error: isError } = raw;
    this.#turn("user", path).results.push({
      type: "tool_result",
      tool_use_id: id,
      ...(content === undefined ? {} : { content }),
      ...(typeof isError === "boolean" ? { is_error: isError } : {}),
      ...cacheControlOf(raw),
    });
  }

  #checkAnswered(): void {
    const [id] = this.#ids.unanswered;
    if (id !== undefined) {
      throw invalidField(this.#lastCaller, `a tool message right after it for the tool call '${id}'`);
    }
  }

  /** The last turn of the model, when it is to be gone on with: it may not end in white space. */
  #endSoundly(): void {
    const last = this.#turns.at(-1);
    if (last?.role !== "assistant") {
      return;
    }
    const block = last.blocks.at(-1);
    const text = block?.["type"] === "text" ? block["text"] : undefined;
    if (block === undefined || typeof text !== "string") {
      return; // A turn that paused at a tool of the vendor's own goes on by itself.
    }
    if (!this.#writing.takesPrefill) {
      this.#writing.ledger.refuse(last.path, "answers that the caller begins, from this model");
      this.#turns.pop();
      return;
    }
    last.blocks[last.blocks.length - 1] = { ...block, text: text.trimEnd() };
  }
}

/** The content of a result: text as text, anything else as blocks; absent when there is none. */
function writeResult(
  content: readonly ContentPart[],
  writing: PartWriting,
): string | readonly JsonObject[] | undefined {
  const blocks = writeParts(content, "user", writing);
  const isPlain = blocks.every((block) => block["type"] === "text" && block["cache_control"] === undefined);
  if (blocks.length === 0) {
    return undefined;
  }
  return isPlain && content.length === 1 ? contentText(content) : blocks;
}
