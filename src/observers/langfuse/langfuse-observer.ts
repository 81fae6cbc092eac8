import type { CallFinished } from "../../core/call-event.ts";
import { ByteArena } from "../../wire/byte-arena.ts";
import { BatchSender } from "../batch-sender.ts";
import type { CallObserver, ObserverStats } from "../call-observer.ts";
import type { ObserverContext } from "../observer-context.ts";
import { type CallFacts, environmentFrom, type FactOptions, readFacts } from "./call-facts.ts";
import { cutContent } from "./content-texts.ts";
import type { LangfuseProject } from "./project.ts";
import { type Projects, readProjects } from "./projects.ts";
import { type Endpoint, toSend } from "./send-batch.ts";
import type { JsonParts, WrittenCall } from "./written-call.ts";

/** How calls are written for an endpoint. */
export interface LangfuseWriter extends Endpoint {
  write(event: CallFinished, facts: CallFacts, callNumber: number): JsonParts;
}

/** Calls that wait at most, in each project's queue. */
const MAX_QUEUED_CALLS = 20_000;
/** Memory of calls that wait, in bytes, of all projects together. */
const MAX_QUEUED_BYTES = 64 * 1024 * 1024;
/** However many projects share that. */
const MIN_QUEUED_BYTES = 8 * 1024 * 1024;
const MAX_BATCH_CALLS = 1000;
/** Langfuse takes requests up to 4.5 MB, its own clients stop at 3.5 MB. */
const MAX_BATCH_BYTES = 3 * 1024 * 1024;
/** A call is two events at most, and Langfuse takes events up to 1 MB. */
const MAX_CALL_BYTES = 1_800_000;
const MAX_RETRIES = 3;

/** Tells Langfuse of calls: whatever it is sent through, the same is said. */
export class LangfuseObserver implements CallObserver {
  readonly name: string;
  readonly kind = "callback";
  readonly #writer: LangfuseWriter;
  readonly #projects: Projects;
  readonly #options: FactOptions;
  readonly #arena = new ByteArena();
  #count = 0;
  readonly #senders: ReadonlyMap<LangfuseProject, BatchSender<WrittenCall>>;

  /** @throws Error where there are no keys */
  constructor(context: ObserverContext<"langfuse" | "langfuse_otel">, writer: LangfuseWriter) {
    const { settings, config } = context;
    this.name = context.name;
    this.#writer = writer;
    this.#options = {
      release: settings.release,
      environment: settings.environment,
      defaultTags: config.observing.langfuseDefaultTags,
      showsContent: !settings.turn_off_message_logging,
    };
    if (settings.environment !== undefined && environmentFrom(settings.environment) === undefined) {
      const allowed = "small letters, digits, - and _, up to 40, not beginning with langfuse";
      context.log(`callback '${context.name}': its environment is left out, as Langfuse would refuse it`, allowed);
    }
    this.#projects = readProjects(
      { publicKey: settings.public_key, secretKey: settings.secret_key, host: settings.host },
      config.models,
    );
    const { all } = this.#projects;
    const maxQueuedBytes = Math.max(MIN_QUEUED_BYTES, MAX_QUEUED_BYTES / all.length);
    this.#senders = new Map(all.map((project) => [project, this.#openSender(project, context, maxQueuedBytes)]));
  }

  observe(batch: readonly CallFinished[]): void {
    for (const event of batch) {
      const project = this.#projects.of(event.deploymentId);
      const sender = project === undefined ? undefined : this.#senders.get(project);
      // What would be dropped is not written first.
      if (sender?.hasRoom() === true) {
        sender.push(this.#write(event));
      }
    }
  }

  async close(withinMs: number): Promise<void> {
    await Promise.all([...this.#senders.values()].map((sender) => sender.close(withinMs)));
  }

  stats(): ObserverStats {
    const all = [...this.#senders.values()].map(({ stats }) => stats);
    const sum = (name: keyof ObserverStats): number => all.reduce((total, stats) => total + stats[name], 0);
    return {
      queuedCount: sum("queuedCount"),
      sentCount: sum("sentCount"),
      droppedCount: sum("droppedCount"),
      failedSendCount: sum("failedSendCount"),
    };
  }

  #write(event: CallFinished): WrittenCall {
    const facts = readFacts(event, this.#options);
    const whole = this.#keep(event, facts);
    if (whole.piece.end - whole.piece.start <= MAX_CALL_BYTES) {
      return whole;
    }
    this.#arena.free(whole.piece);
    return this.#keep(event, {
      ...facts,
      trace: { ...facts.trace, ...cutContent(facts.trace) },
      generation: { ...facts.generation, ...cutContent(facts.generation) },
    });
  }

  #keep(event: CallFinished, facts: CallFacts): WrittenCall {
    const number = ++this.#count;
    return { piece: this.#arena.write(this.#writer.write(event, facts, number)), number };
  }

  #openSender(
    project: LangfuseProject,
    context: ObserverContext<"langfuse" | "langfuse_otel">,
    maxQueuedBytes: number,
  ): BatchSender<WrittenCall> {
    return new BatchSender({
      name: context.name,
      send: toSend(project, this.#writer, context),
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
}
