import type { CallFinished } from "../../core/call-event.ts";
import { ByteArena } from "../../wire/byte-arena.ts";
import type { ByteWriter } from "../../wire/byte-writer.ts";
import { BatchSender } from "../batch-sender.ts";
import type { ObserverStats } from "../call-observer.ts";
import type { ObserverContext } from "../observer-context.ts";
import type { CallFacts, FactsReader } from "./call-facts.ts";
import { cutContent } from "./content-texts.ts";
import type { LangfuseProject } from "./project.ts";
import { type Endpoint, SEPARATOR, toSend } from "./send-batch.ts";
import type { WrittenCall } from "./written-call.ts";

/** How calls are written for an endpoint. */
export interface LangfuseWriter extends Endpoint {
  /**
   * Writes a call as JSON.
   * @param callNumber this call's alone, in this process
   */
  write(out: ByteWriter, event: CallFinished, facts: CallFacts, callNumber: number): void;
}

/** What the queues of an observer have in common. */
export interface QueueOptions {
  readonly context: ObserverContext<"langfuse" | "langfuse_otel">;
  readonly writer: LangfuseWriter;
  readonly readFacts: FactsReader;
  readonly maxQueuedBytes: number;
  readonly nextNumber: () => number;
}

/** Calls that wait at most. */
const MAX_QUEUED_CALLS = 20_000;
const MAX_BATCH_CALLS = 1000;
/** Langfuse takes requests up to 4.5 MB. Beyond this size a batch has left the processor's caches when it is sent. */
const MAX_BATCH_BYTES = 512 * 1024;
/** A call is two events at most, and Langfuse takes events up to 1 MB. */
const MAX_CALL_BYTES = 1_800_000;
const MAX_RETRIES = 3;

/**
 * The calls that wait for one project. Each project has an arena of its own: calls of a server that hangs would keep the
 * blocks of all others from being used again.
 */
export class ProjectQueue {
  readonly #options: QueueOptions;
  readonly #arena = new ByteArena();
  readonly #sender: BatchSender<WrittenCall>;

  constructor(project: LangfuseProject, options: QueueOptions) {
    this.#options = options;
    const { context, writer, maxQueuedBytes } = options;
    this.#sender = new BatchSender({
      name: context.name,
      send: toSend(project, writer, context),
      sizeOf: ({ piece }) => piece.end - piece.start,
      release: ({ piece }) => this.#arena.free(piece),
      maxQueuedItems: MAX_QUEUED_CALLS,
      maxQueuedBytes,
      maxBatchItems: MAX_BATCH_CALLS,
      maxBatchBytes: MAX_BATCH_BYTES,
      intervalMs: context.settings.flush_interval,
      maxRetries: MAX_RETRIES,
      log: context.log,
      random: context.random,
    });
  }

  get stats(): ObserverStats {
    return this.#sender.stats;
  }

  /** Takes a call; what would be dropped is not written first. */
  push(event: CallFinished): void {
    if (this.#sender.hasRoom()) {
      this.#sender.push(this.#write(event));
    }
  }

  /** As {@link BatchSender.close}. */
  close(withinMs: number): Promise<void> {
    return this.#sender.close(withinMs);
  }

  #write(event: CallFinished): WrittenCall {
    const facts = this.#options.readFacts(event);
    const whole = this.#keep(event, facts);
    if (whole.piece.end - whole.piece.start <= MAX_CALL_BYTES) {
      return whole;
    }
    this.#arena.free(whole.piece);
    return this.#keep(event, {
      ...facts,
      traceContent: cutContent(facts.traceContent),
      content: cutContent(facts.content),
    });
  }

  #keep(event: CallFinished, facts: CallFacts): WrittenCall {
    const { writer, nextNumber } = this.#options;
    const number = nextNumber();
    const out = this.#arena.begin();
    out.raw(SEPARATOR);
    writer.write(out, event, facts, number);
    return { piece: this.#arena.keep(), number };
  }
}
