import { GatewayError } from "../../core/errors.ts";
import { isObject, numberOf, objectOf, textOf } from "../../core/json-values.ts";
import type { ChunkSink, JsonObject, ReplyContext, StreamEvent, StreamTranslator } from "../../core/translation.ts";
import { statusOfErrorType } from "../../dialects/anthropic/errors.ts";
import { mergeUsage, toOpenaiUsage, toPromptUsage } from "../../dialects/anthropic/usage.ts";
import { ChunkWriter } from "../../dialects/openai/chat-reply.ts";
import { parseJsonText } from "../../wire/json-depth.ts";
import { orderField, toOrderEntry } from "./block-order.ts";
import { serverFields, stopFields, toFinishReason } from "./blocks.ts";
import { callerFields } from "./reply.ts";
import { type Agreement, agreementOf } from "./request.ts";
import { unwrapAnswer } from "./structured-output.ts";

/** Most blocks that are written at once; the vendor writes one after the other. */
const MAX_OPEN_BLOCKS = 1024;

/** A block that is being written. */
interface Block {
  readonly kind: "text" | "thinking" | "call" | "answer" | "server" | "other";
  readonly start: JsonObject;
  /** Of a call: its place among the calls. */
  readonly callIndex: number;
  /** JSON of a tool's arguments so far. */
  json: string;
  text: string;
  thinking: string;
  signature: string;
}

/**
 * A stream of Anthropic's as chunks of a chat.
 * Source: https://platform.claude.com/docs/en/build-with-claude/streaming (read 2026-11-28).
 */
export class MessagesStream implements StreamTranslator {
  readonly #writer: ChunkWriter;
  readonly #agreement: Agreement;
  readonly #blocks = new Map<number, Block>();
  readonly #stop: Record<string, unknown> = {};
  readonly #order: (string | number)[] = [];
  #usage: JsonObject | undefined;
  #calls = 0;
  #isAnswered = false;
  #isCounted = false;
  #isStopped = false;
  /** Text that is held back: where a tool may hold the answer, words beside it are none of it. */
  #held = "";

  constructor(context: ReplyContext) {
    this.#writer = new ChunkWriter(context);
    this.#agreement = agreementOf(context.request, context.model, context.options);
  }

  event({ data }: StreamEvent, sink: ChunkSink): void {
    const event = objectOf(parseJsonText(data));
    switch (event["type"]) {
      case "message_start":
        this.#start(objectOf(event["message"]), sink);
        return;
      case "content_block_start":
        this.#startBlock(numberOf(event["index"]) ?? 0, objectOf(event["content_block"]), sink);
        return;
      case "content_block_delta":
        this.#delta(numberOf(event["index"]) ?? 0, objectOf(event["delta"]), sink);
        return;
      case "content_block_stop":
        this.#stopBlock(numberOf(event["index"]) ?? 0, sink);
        return;
      case "message_delta":
        this.#note(event);
        return;
      case "message_stop":
        this.#finish(sink);
        return;
      case "error":
        fail(objectOf(event["error"]), sink);
        return;
      default: // `ping`, and events to come, which the vendor asks to pass over.
    }
  }

  end(): boolean {
    return this.#isStopped;
  }

  /** What the beginning tells of the answer is no count of it: `message_delta` has that. */
  get usage(): JsonObject | undefined {
    if (this.#usage === undefined) {
      return undefined;
    }
    return this.#isCounted || this.#isStopped ? toOpenaiUsage(this.#usage) : toPromptUsage(this.#usage);
  }

  #start({ id, model, usage }: JsonObject, sink: ChunkSink): void {
    this.#writer.setHead({ id: textOf(id), model: textOf(model) });
    this.#usage = objectOf(usage);
    this.#writer.delta(sink, { content: "" });
  }

  #startBlock(index: number, start: JsonObject, sink: ChunkSink): void {
    if (this.#blocks.size >= MAX_OPEN_BLOCKS) {
      throw new GatewayError("upstream-malformed", `the stream has more than ${MAX_OPEN_BLOCKS} blocks open at once`);
    }
    const kind = this.#kindOf(start);
    const callIndex = kind === "call" ? this.#calls++ : -1;
    const block: Block = { kind, start, callIndex, json: "", text: "", thinking: "", signature: "" };
    this.#blocks.set(index, block);
    if (kind === "call") {
      this.#writer.delta(sink, { tool_calls: [this.#beginCall(block)] });
    } else if (kind === "text") {
      this.#say(block, textOf(start["text"]) ?? "", sink);
    }
  }

  #kindOf({ type, name }: JsonObject): Block["kind"] {
    const { output } = this.#agreement;
    switch (type) {
      case "text":
        return "text";
      case "thinking":
        return "thinking";
      case "tool_use":
        return output.kind === "tool" && name === output.name ? "answer" : "call";
      case "server_tool_use":
      case "mcp_tool_use":
        return "server";
      default:
        return "other";
    }
  }

  #beginCall({ start, callIndex }: Block): JsonObject {
    return {
      index: callIndex,
      id: textOf(start["id"]) ?? "",
      type: "function",
      function: { name: this.#agreement.tools.names.toCaller(textOf(start["name"]) ?? ""), arguments: "" },
      ...callerFields(start),
    };
  }

  #delta(index: number, delta: JsonObject, sink: ChunkSink): void {
    const block = this.#blocks.get(index);
    if (block === undefined) {
      return;
    }
    switch (delta["type"]) {
      case "text_delta":
        this.#say(block, textOf(delta["text"]) ?? "", sink);
        return;
      case "input_json_delta":
        this.#argue(block, textOf(delta["partial_json"]) ?? "", sink);
        return;
      case "thinking_delta":
        this.#think(block, textOf(delta["thinking"]) ?? "", sink);
        return;
      case "signature_delta":
        block.signature += textOf(delta["signature"]) ?? "";
        return;
      case "citations_delta":
        this.#writer.delta(sink, { provider_specific_fields: { citation: delta["citation"] } });
        return;
      default: // Kinds of deltas to come.
    }
  }

  #say(block: Block, text: string, sink: ChunkSink): void {
    block.text += text;
    if (this.#agreement.output.kind === "tool") {
      this.#held += text;
    } else if (text !== "") {
      this.#writer.delta(sink, { content: text });
    }
  }

  #argue(block: Block, json: string, sink: ChunkSink): void {
    block.json += json;
    if (json === "") {
      return;
    }
    if (block.kind === "call") {
      this.#writer.delta(sink, { tool_calls: [{ index: block.callIndex, function: { arguments: json } }] });
    } else if (block.kind === "answer" && !this.#isWrapped && !this.#isAnswered) {
      this.#writer.delta(sink, { content: json });
    }
  }

  get #isWrapped(): boolean {
    const { output } = this.#agreement;
    return output.kind === "tool" && output.isWrapped;
  }

  #think(block: Block, thinking: string, sink: ChunkSink): void {
    block.thinking += thinking;
    if (thinking !== "") {
      this.#writer.delta(sink, { reasoning_content: thinking });
    }
  }

  #stopBlock(index: number, sink: ChunkSink): void {
    const block = this.#blocks.get(index);
    this.#blocks.delete(index);
    const entry = block === undefined ? undefined : toOrderEntry(block.start["type"], block.text);
    if (entry !== undefined) {
      this.#order.push(entry);
    }
    switch (block?.kind) {
      case "thinking":
        this.#endThought(block, sink);
        return;
      case "call":
        this.#endCall(block, sink);
        return;
      case "answer":
        this.#endAnswer(block, sink);
        return;
      case "server":
        this.#tellServer({ ...block.start, ...(block.json === "" ? {} : { input: parse(block.json) }) }, sink);
        return;
      case "other":
        this.#endOther(block.start, sink);
        return;
      default: // Text has gone out already.
    }
  }

  /** The whole block with its signature, which must come back as it is. */
  #endThought({ start, thinking, signature }: Block, sink: ChunkSink): void {
    const whole = (textOf(start["thinking"]) ?? "") + thinking;
    const signed = signature === "" ? (textOf(start["signature"]) ?? "") : signature;
    this.#writer.delta(sink, { thinking_blocks: [{ type: "thinking", thinking: whole, signature: signed }] });
  }

  /** Arguments that came with the block's beginning, or none at all: callers want JSON. */
  #endCall({ start, callIndex, json }: Block, sink: ChunkSink): void {
    if (json === "") {
      const whole = JSON.stringify(isObject(start["input"]) ? start["input"] : {});
      this.#writer.delta(sink, { tool_calls: [{ index: callIndex, function: { arguments: whole } }] });
    }
  }

  #endAnswer({ start, json }: Block, sink: ChunkSink): void {
    if (!this.#isAnswered && (this.#isWrapped || json === "")) {
      const input = json === "" ? (start["input"] ?? {}) : parse(json);
      this.#writer.delta(sink, { content: JSON.stringify(unwrapAnswer(this.#agreement.output, input) ?? null) });
    }
    this.#isAnswered = true;
  }

  #endOther(start: JsonObject, sink: ChunkSink): void {
    const { type, data } = start;
    if (type === "redacted_thinking") {
      this.#writer.delta(sink, { thinking_blocks: [{ type, data: textOf(data) ?? "" }] });
    } else {
      this.#tellServer(start, sink);
    }
  }

  #tellServer(block: JsonObject, sink: ChunkSink): void {
    const fields = serverFields([block]);
    if (Object.keys(fields).length > 0) {
      this.#writer.delta(sink, { provider_specific_fields: fields });
    }
  }

  #note({ delta, usage, context_management: management }: JsonObject): void {
    Object.assign(this.#stop, objectOf(delta), isObject(management) ? { context_management: management } : {});
    const told = objectOf(usage);
    this.#isCounted ||= typeof told["output_tokens"] === "number";
    this.#usage = mergeUsage(this.#usage ?? {}, told);
  }

  #finish(sink: ChunkSink): void {
    if (this.#held !== "" && !this.#isAnswered) {
      this.#writer.delta(sink, { content: this.#held });
    }
    const { container, context_management: management } = this.#stop;
    const fields = {
      ...stopFields(this.#stop),
      ...orderField(this.#order),
      ...(isObject(container) ? { container } : {}),
      ...(isObject(management) ? { context_management: management } : {}),
    };
    if (Object.keys(fields).length > 0) {
      this.#writer.delta(sink, { provider_specific_fields: fields });
    }
    const reason = toFinishReason(this.#stop["stop_reason"]);
    this.#writer.finish(sink, reason === "tool_calls" && this.#calls === 0 ? "stop" : reason);
    this.#isStopped = true;
  }
}

function parse(json: string): unknown {
  try {
    return parseJsonText(json);
  } catch {
    return json; // Cut off at the limit of tokens.
  }
}

function fail({ type, message }: JsonObject, sink: ChunkSink): void {
  const kind = textOf(type);
  sink.fail({
    status: statusOfErrorType(kind),
    message: textOf(message) ?? "the vendor told an error without words",
    ...(kind === undefined ? {} : { type: kind }),
  });
}
