import { resolve } from "node:path";
import type { ServeOptions } from "../config/command-line.ts";
import { DEFAULT_PORT } from "../config/command-line-flags.ts";
import type { Environment } from "../config/environment-references.ts";
import { ReloadWatch } from "../config/reload-watch.ts";
import { formatFault, formatReport, formatWarning } from "../config/report.ts";
import type { Siblings } from "../core/siblings.ts";
import { Gateway } from "../gateway.ts";
import { formatBanner, formatOpenWarning } from "./banner.ts";
import { logError, print, printProblem, writeOut, writeOutFully } from "./console.ts";
import { type Loaded, type LoadedWithModules, loadWithModules } from "./load.ts";
import { MemoryKeeper } from "./memory-keeper.ts";
import { isSiblingMessage } from "./sibling-messages.ts";
import { WorkerSiblings } from "./worker-siblings.ts";

/** How long calls under way may go on after SIGTERM, in milliseconds. */
const GRACE_MS = 30_000;

/** A serving process and what can be asked of it. */
export interface Serving {
  /** Tells the operator that and what it serves. */
  readonly announce: () => void;
  /** Reads the configuration file again, changed or not, and says what came of it; absent where there is no file. */
  readonly reload: (() => void) | undefined;
  readonly stop: () => Promise<void>;
}

/** Serves in this process. `undefined` when the configuration has faults, which have been printed. */
export async function serve(
  options: ServeOptions,
  environment: Environment,
  worker: string | undefined,
): Promise<Serving | undefined> {
  const isWorker = worker !== undefined;
  const watch = startWatch(options.configPath); // Before the file is read: a change in between is seen.
  const loaded = await loadWithModules(options, environment);
  if (loaded.config === undefined) {
    watch?.close();
    printProblem(formatReport(loaded));
    return undefined;
  }
  const { config } = loaded;
  const siblings = isWorker ? toSiblings() : undefined;
  const isJson = config.litellm.jsonLogs || process.stdout.isTTY !== true;
  const gateway = new Gateway({
    config,
    environment: loaded.environment,
    modules: loaded.modules,
    accessLogFormat: isJson ? "json" : "text",
    writeLog: writeOut,
    writeRecords: writeOutFully,
    logLevel: options.logLevel,
    logError,
    worker,
    ...(siblings === undefined ? {} : { siblings }),
  });
  const hostname = options.host ?? defaultHost(config.general.masterKey);
  const port = listen(gateway, hostname, options.port, isWorker);
  watch?.follow(loaded.files, async () => reload(gateway, await loadWithModules(options, environment)));
  const keeper = new MemoryKeeper();
  keeper.start();
  return {
    announce: () => announce(loaded, hostname, port),
    reload: watch?.load,
    stop: async () => {
      watch?.close();
      keeper.stop();
      await gateway.stop(GRACE_MS);
    },
  };
}

/** The way to the other workers, through the process that started this one. */
function toSiblings(): Siblings {
  const siblings = new WorkerSiblings((message) => process.send?.(message));
  process.on("message", (message: unknown) => {
    if (isSiblingMessage(message)) {
      siblings.onMessage(message);
    }
  });
  return siblings;
}

/** Closed to the outside until there is a key. */
export function defaultHost(masterKey: string | undefined): string {
  return masterKey === undefined ? "127.0.0.1" : "0.0.0.0";
}

/** Prints warnings, the banner and, where anybody may call, a warning that cannot be missed. */
export function announce(loaded: Loaded, hostname: string, port: number): void {
  printWarnings(loaded);
  if (loaded.config !== undefined) {
    if (loaded.config.general.masterKey === undefined) {
      printProblem(formatOpenWarning(hostname));
    }
    print(formatBanner(loaded.config, toUrl(hostname, port)));
  }
}

function printWarnings({ warnings }: Loaded): void {
  for (const warning of warnings) {
    printProblem(`warning: ${formatWarning(warning)}`);
  }
}

function toUrl(hostname: string, port: number): string {
  const shown = hostname === "0.0.0.0" || hostname === "::" ? "127.0.0.1" : hostname;
  return `http://${shown.includes(":") ? `[${shown}]` : shown}:${port}`;
}

/** A port that was asked for must be had; when the default one is taken, any other will do (contract 5.6). */
function listen(gateway: Gateway, hostname: string, port: number | undefined, isShared: boolean): number {
  try {
    return gateway.listen({ hostname, port: port ?? DEFAULT_PORT, isShared });
  } catch (error) {
    const isTaken = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
    if (!isTaken || port !== undefined) {
      throw error;
    }
    printProblem(`Port ${DEFAULT_PORT} is taken; another one is chosen.`);
    return gateway.listen({ hostname, port: 0, isShared });
  }
}

/** A watch that sees changes from the start and acts on them once it is told how. */
interface ConfigWatch {
  /** Watches these files, and calls `load` after each change; it gives the files to watch from then on. */
  follow(files: readonly string[], load: () => Promise<readonly string[]>): void;
  /** Loads without a change. */
  readonly load: () => void;
  close(): void;
}

function startWatch(configPath: string | undefined): ConfigWatch | undefined {
  if (configPath === undefined) {
    return undefined;
  }
  let load: (() => Promise<readonly string[]>) | undefined;
  let latest: Promise<void> = Promise.resolve(); // One after the other: the last change is the one that stays.
  const loadAgain = async (): Promise<void> => {
    if (load !== undefined) {
      watch.setFiles(await load());
    }
  };
  const enqueue = (): void => {
    latest = latest.then(loadAgain).catch((cause) => logError("reloading the configuration failed", cause));
  };
  const watch = new ReloadWatch({ files: [resolve(configPath)], onChange: enqueue });
  return {
    follow: (files, onChange) => {
      load = onChange;
      watch.setFiles(files);
    },
    load: enqueue,
    close: () => watch.close(),
  };
}

/** Takes a configuration that was read again, or says why the old one stays. Returns its files. */
function reload(gateway: Gateway, next: LoadedWithModules): readonly string[] {
  if (next.config === undefined) {
    printProblem("The changed configuration has faults; the one in force stays:");
    for (const fault of next.faults) {
      printProblem(`  ${formatFault(fault)}`);
    }
  } else {
    printWarnings(next);
    gateway.reload(next.config, next.environment, next.modules);
    print(`Configuration reloaded: ${next.config.models.length} models.`);
  }
  return next.files;
}
