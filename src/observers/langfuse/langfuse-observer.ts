import type { CallFinished } from "../../core/call-event.ts";
import type { CallObserver, ObserverStats } from "../call-observer.ts";
import type { ObserverContext } from "../observer-context.ts";
import { environmentFrom, type FactOptions, toFactsReader } from "./call-facts.ts";
import type { LangfuseProject } from "./project.ts";
import { type LangfuseWriter, ProjectQueue } from "./project-queue.ts";
import { type Projects, readProjects } from "./projects.ts";

/** Memory of calls that wait, in bytes, of all projects together. */
const MAX_QUEUED_BYTES = 64 * 1024 * 1024;
/** However many projects share that. */
const MIN_QUEUED_BYTES = 8 * 1024 * 1024;

/** Tells Langfuse of calls: whatever it is sent through, the same is said. */
export class LangfuseObserver implements CallObserver {
  readonly name: string;
  readonly kind = "callback";
  readonly #projects: Projects;
  readonly #queues: ReadonlyMap<LangfuseProject, ProjectQueue>;
  /** Calls whose project lacks a key. */
  #keylessCount = 0;

  /** @throws Error where there are no keys */
  constructor(context: ObserverContext<"langfuse" | "langfuse_otel">, writer: LangfuseWriter) {
    const { settings, config } = context;
    this.name = context.name;
    const options: FactOptions = {
      release: settings.release,
      environment: settings.environment,
      defaultTags: config.observing.langfuseDefaultTags,
      proxyBaseUrl: context.environment["PROXY_BASE_URL"],
      showsContent: !settings.turn_off_message_logging,
      hidesKeyInfo: config.observing.redactUserApiKeyInfo,
    };
    if (settings.environment !== undefined && environmentFrom(settings.environment) === undefined) {
      const allowed = "letters, digits, - and _, up to 40, not beginning with langfuse";
      context.log(`callback '${context.name}': its environment is left out, as Langfuse would refuse it`, allowed);
    }
    this.#projects = readProjects(
      { publicKey: settings.public_key, secretKey: settings.secret_key, host: settings.host },
      config.models,
    );
    const { all } = this.#projects;
    let count = 0;
    const shared = {
      context,
      writer,
      readFacts: toFactsReader(options),
      maxQueuedBytes: Math.max(MIN_QUEUED_BYTES, MAX_QUEUED_BYTES / all.length),
      nextNumber: () => ++count,
    };
    this.#queues = new Map(all.map((project) => [project, new ProjectQueue(project, shared)]));
  }

  observe(batch: readonly CallFinished[]): void {
    for (const event of batch) {
      const project = this.#projects.of(event.deploymentId);
      if (project !== undefined) {
        this.#queues.get(project)?.push(event);
      } else if (this.#projects.keyless.has(event.deploymentId)) {
        this.#keylessCount++;
      }
    }
  }

  async close(withinMs: number): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.close(withinMs)));
  }

  stats(): ObserverStats {
    const all = [...this.#queues.values()].map(({ stats }) => stats);
    const sum = (name: keyof ObserverStats): number => all.reduce((total, stats) => total + stats[name], 0);
    return {
      queuedCount: sum("queuedCount"),
      sentCount: sum("sentCount"),
      droppedCount: sum("droppedCount") + this.#keylessCount,
      failedSendCount: sum("failedSendCount"),
    };
  }
}
