import type { Subprocess } from "bun";
import { printProblem } from "./console.ts";

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
  #isStopping = false;

  /** @param command argv of one worker */
  constructor(command: readonly string[], environment: Readonly<Record<string, string | undefined>>) {
    this.#command = command;
    this.#environment = environment;
  }

  start(count: number): void {
    for (let index = 0; index < count; index++) {
      this.#spawn(index, FIRST_RESTART_MS);
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

  #spawn(index: number, restartMs: number): void {
    const startedAtMs = performance.now();
    const worker: Subprocess = Bun.spawn([...this.#command], {
      env: { ...this.#environment, [WORKER_VARIABLE]: String(index) },
      stdio: ["ignore", "inherit", "inherit"],
      onExit: (_process, code) => {
        this.#running.delete(worker);
        if (!this.#isStopping) {
          const waitMs = performance.now() - startedAtMs > STABLE_MS ? FIRST_RESTART_MS : restartMs;
          printProblem(`Worker ${index} ended with code ${code}; it is replaced in ${waitMs} ms.`);
          setTimeout(() => this.#respawn(index, waitMs), waitMs);
        }
      },
    });
    this.#running.add(worker);
  }

  #respawn(index: number, waitMs: number): void {
    if (!this.#isStopping) {
      this.#spawn(index, Math.min(waitMs * 2, MAX_RESTART_MS));
    }
  }
}

/** argv that starts this program again: the executable alone when it is self-contained, else Bun with the script. */
export function selfCommand(argv: readonly string[], execPath: string): string[] {
  const [, script = "", ...rest] = argv;
  const isCompiled = script.startsWith("/$bunfs/") || script.startsWith("B:\\~BUN");
  return isCompiled ? [execPath, ...rest] : [execPath, script, ...rest];
}

/** A port that is free now, for workers that must all be told the same one. */
export function findFreePort(hostname: string): number {
  const probe = Bun.listen({ hostname, port: 0, socket: { data: () => undefined } });
  const { port } = probe;
  probe.stop(true);
  return port;
}
