import type { Subprocess } from "bun";
import { printProblem } from "./console.ts";
import { SiblingExchange, type WorkerChannel } from "./sibling-exchange.ts";
import { isSiblingMessage } from "./sibling-messages.ts";

/** What a worker tells the process that started it once it serves. */
export const WORKER_READY = "ready";

/** Marks a process as one of several that share the port. */
export const WORKER_VARIABLE = "PORTOLAN_WORKER";

/** A worker that ended on its own is replaced after this wait, doubled each time it happens again soon. */
const FIRST_RESTART_MS = 200;
const MAX_RESTART_MS = 10_000;
/** A worker that lived this long starts afresh with the shortest wait. */
const STABLE_MS = 60_000;

/** Processes that serve one port together. */
export class Workers {
  readonly #command: readonly string[];
  readonly #environment: Readonly<Record<string, string | undefined>>;
  readonly #running = new Set<Subprocess>();
  /** Those that serve: one that still starts reads the configuration anyway, and would not know the signal. */
  readonly #ready = new Set<Subprocess>();
  readonly #exchange = new SiblingExchange();
  #isStopping = false;

  /** @param command argv of one worker */
  constructor(command: readonly string[], environment: Readonly<Record<string, string | undefined>>) {
    this.#command = command;
    this.#environment = environment;
  }

  /** Starts so many; settles when every one of them serves. */
  async start(count: number): Promise<void> {
    const ready = Array.from({ length: count }, (_, index) => this.#spawn(index, FIRST_RESTART_MS));
    await Promise.all(ready);
  }

  /** Lets every worker read its configuration again. */
  reload(): void {
    for (const worker of this.#ready) {
      worker.kill("SIGHUP");
    }
  }

  /** Lets every worker finish its calls; settles when all have ended. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const workers = [...this.#running];
    for (const worker of workers) {
      worker.kill("SIGTERM");
    }
    await Promise.all(workers.map((worker) => worker.exited));
  }

  /** Settles once the worker serves; never, when it ends before. */
  #spawn(index: number, restartMs: number): Promise<void> {
    const startedAtMs = performance.now();
    const ready = Promise.withResolvers<void>();
    const worker: Subprocess = Bun.spawn([...this.#command], {
      env: { ...this.#environment, [WORKER_VARIABLE]: String(index) },
      stdio: ["ignore", "inherit", "inherit"],
      ipc: (message) => {
        if (message === WORKER_READY) {
          this.#ready.add(worker);
          ready.resolve();
        } else if (isSiblingMessage(message)) {
          this.#exchange.onMessage(channel, message);
        }
      },
      onExit: (_process, code) => {
        this.#running.delete(worker);
        this.#ready.delete(worker);
        this.#exchange.remove(channel);
        if (!this.#isStopping) {
          const waitMs = performance.now() - startedAtMs > STABLE_MS ? FIRST_RESTART_MS : restartMs;
          printProblem(`Worker ${index} ended with code ${code}; it is replaced in ${waitMs} ms.`);
          setTimeout(() => this.#respawn(index, waitMs), waitMs);
        }
      },
    });
    const channel: WorkerChannel = { send: (message) => worker.send(message) };
    this.#exchange.add(channel);
    this.#running.add(worker);
    return ready.promise;
  }

  #respawn(index: number, waitMs: number): void {
    if (!this.#isStopping) {
      this.#spawn(index, Math.min(waitMs * 2, MAX_RESTART_MS)).then(
        () => printProblem(`Worker ${index} is back.`),
        () => undefined,
      );
    }
  }
}

/** argv that starts this program again: the executable alone when it is self-contained, else Bun with the script. */
export function selfCommand(argv: readonly string[], execPath: string): string[] {
  const [, script = "", ...rest] = argv;
  const isCompiled = script.startsWith("/$bunfs/") || script.startsWith("B:\\~BUN");
  return isCompiled ? [execPath, ...rest] : [execPath, script, ...rest];
}

/**
 * A port that all workers can be told: the one that was asked for, else the usual one, else any. Workers share their
 * port, so they themselves would not notice that another program has it.
 * @throws Error with code `EADDRINUSE` when the port that was asked for is taken.
 */
export function choosePort(hostname: string, asked: number | undefined, usual: number): number {
  try {
    return probePort(hostname, asked ?? usual);
  } catch (error) {
    const isTaken = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
    if (!isTaken || asked !== undefined) {
      throw error;
    }
    printProblem(`Port ${usual} is taken; another one is chosen.`);
    return probePort(hostname, 0);
  }
}

function probePort(hostname: string, wanted: number): number {
  const server = Bun.serve({ hostname, port: wanted, fetch: () => new Response(null, { status: 503 }) });
  const port = server.port ?? wanted;
  server.stop(true);
  return port;
}
