import { isObject, objectOf, textOf } from "../../core/json-values.ts";
import type { ChunkSink, JsonObject, ReplyContext, StreamEvent, StreamTranslator } from "../../core/translation.ts";
import { readStreamFailure } from "../../dialects/bedrock/stream-failure.ts";
import { toOpenaiUsage } from "../../dialects/bedrock/usage.ts";
import { ChunkWriter } from "../../dialects/openai/chat-reply.ts";
import { parseJsonText } from "../../wire/json-depth.ts";
import { unwrapAnswer } from "../openai-chat-to-anthropic-messages/structured-output.ts";
import { type ConversePlan, planConverse } from "./plan.ts";
import { toFinishReason } from "./reply.ts";

/** A call of a tool under way. */
interface OpenCall {
  /** Its place among the answer's calls; `undefined` when its arguments are the answer itself. */
  readonly index: number | undefined;
  /** Arguments told so far. */
  text: string;
}

/**
 * ConverseStream's events as chunks.
 * Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html (read 2026-11-28).
 */
export class ConverseStream implements StreamTranslator {
  readonly #writer: ChunkWriter;
  readonly #plan: ConversePlan;
  readonly #calls = new Map<unknown, OpenCall>();
  #callCount = 0;
  #isStopped = false;
  #usage: JsonObject | undefined;

  constructor(context: ReplyContext) {
    this.#writer = new ChunkWriter(context);
    this.#plan = planConverse(context.request, context.model);
  }

  event(event: StreamEvent, sink: ChunkSink): void {
    const failure = readStreamFailure(event);
    if (failure !== undefined) {
      sink.fail(failure);
      return;
    }
    const data = objectOf(JSON.parse(event.data));
    switch (event.event) {
      case "contentBlockStart":
        this.#start(data, sink);
        return;
      case "contentBlockDelta":
        this.#delta(objectOf(data["delta"]), data["contentBlockIndex"], sink);
        return;
      case "contentBlockStop":
        this.#stopBlock(data["contentBlockIndex"], sink);
        return;
      case "messageStop":
        this.#isStopped = true;
        this.#writer.finish(sink, toFinishReason(data["stopReason"], this.#callCount > 0));
        return;
      case "metadata":
        this.#usage = toOpenaiUsage(objectOf(data["usage"]));
        return;
      default: // `messageStart` tells nothing; events to come are none of the answer.
    }
  }

  #start({ start, contentBlockIndex }: JsonObject, sink: ChunkSink): void {
    const { toolUse } = objectOf(start);
    if (!isObject(toolUse)) {
      return;
    }
    const name = textOf(toolUse["name"]) ?? "";
    const { output, toCaller } = this.#plan;
    if (output.kind === "tool" && name === output.name) {
      this.#calls.set(contentBlockIndex, { index: undefined, text: "" });
      return;
    }
    const index = this.#callCount++;
    this.#calls.set(contentBlockIndex, { index, text: "" });
    const called = { name: toCaller.get(name) ?? name, arguments: "" };
    this.#writer.delta(sink, {
      tool_calls: [{ index, id: toolUse["toolUseId"], type: "function", function: called }],
    });
  }

  #delta(delta: JsonObject, blockIndex: unknown, sink: ChunkSink): void {
    const { text, toolUse, reasoningContent, citation } = delta;
    if (typeof text === "string") {
      this.#writer.delta(sink, { content: text });
    } else if (isObject(toolUse)) {
      this.#addArguments(textOf(toolUse["input"]) ?? "", blockIndex, sink);
    } else if (isObject(reasoningContent)) {
      this.#think(reasoningContent, sink);
    } else if (isObject(citation)) {
      this.#writer.delta(sink, { provider_specific_fields: { citation } });
    }
  }

  #addArguments(text: string, blockIndex: unknown, sink: ChunkSink): void {
    const call = this.#calls.get(blockIndex);
    if (call === undefined || text === "") {
      return;
    }
    call.text += text;
    if (call.index !== undefined) {
      this.#writer.delta(sink, { tool_calls: [{ index: call.index, function: { arguments: text } }] });
    } else if (!this.#isWrapped) {
      this.#writer.delta(sink, { content: text });
    }
  }

  get #isWrapped(): boolean {
    return this.#plan.output.kind === "tool" && this.#plan.output.isWrapped;
  }

  /** Thoughts in pieces, as LiteLLM has them: the text, its signature when it is told, or what is told in secret. */
  #think({ text, signature, redactedContent }: JsonObject, sink: ChunkSink): void {
    if (typeof redactedContent === "string") {
      this.#writer.delta(sink, { thinking_blocks: [{ type: "redacted_thinking", data: redactedContent }] });
      return;
    }
    const block = {
      type: "thinking",
      thinking: textOf(text) ?? "",
      ...(typeof signature === "string" ? { signature } : {}),
    };
    this.#writer.delta(sink, { reasoning_content: block.thinking, thinking_blocks: [block] });
  }

  #stopBlock(blockIndex: unknown, sink: ChunkSink): void {
    const call = this.#calls.get(blockIndex);
    this.#calls.delete(blockIndex);
    if (call === undefined) {
      return;
    }
    if (call.index === undefined) {
      if (this.#isWrapped) {
        const answer = unwrapAnswer(this.#plan.output, parseJsonText(call.text || "{}"));
        this.#writer.delta(sink, { content: JSON.stringify(answer ?? null) });
      }
    } else if (call.text === "") {
      // A call without arguments: clients parse what they have gathered.
      this.#writer.delta(sink, { tool_calls: [{ index: call.index, function: { arguments: "{}" } }] });
    }
  }

  end(): boolean {
    return this.#isStopped;
  }

  get usage(): JsonObject | undefined {
    return this.#usage;
  }
}
