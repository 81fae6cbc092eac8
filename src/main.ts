#!/usr/bin/env bun
import { isatty } from "node:tty";
import { logError, print, printProblem } from "./cli/console.ts";
import { loadAndTry, loadWithModules } from "./cli/load.ts";
import { printHealth, runTest } from "./cli/probe.ts";
import { announce, defaultHost, serve } from "./cli/serve.ts";
import { choosePort, selfCommand, WORKER_READY, WORKER_VARIABLE, Workers } from "./cli/workers.ts";
import { readCommandLine, type ServeOptions } from "./config/command-line.ts";
import { DEFAULT_PORT } from "./config/command-line-flags.ts";
import { formatFault, formatReport, formatWarning } from "./config/report.ts";
import { VERSION } from "./core/version.ts";

/** Descriptors of input, output and error output. */
const STANDARD_STREAMS: readonly number[] = [0, 1, 2];

/** Runs the command; the process goes on while something serves. */
async function main(): Promise<void> {
  const command = readCommandLine(process.argv.slice(2), process.env);
  const masterKey = process.env["LITELLM_MASTER_KEY"];
  switch (command.kind) {
    case "help":
      return print(command.text);
    case "version":
      return print(`Portolan ${VERSION}`);
    case "invalid":
      for (const fault of command.faults) {
        printProblem(formatFault(fault));
      }
      process.exitCode = 2;
      return;
    case "check": {
      const loaded = await loadAndTry(command.options, process.env);
      print(formatReport(loaded));
      process.exit(loaded.config === undefined ? 1 : 0); // Modules may have started timers of their own.
      return;
    }
    case "health":
      process.exitCode = await printHealth(command.url, masterKey);
      return;
    case "test":
      process.exitCode = await runTest(command.url, command.model, masterKey);
      return;
    case "serve":
      for (const warning of command.warnings) {
        printProblem(`warning: ${formatWarning(warning)}`);
      }
      return start(command.options);
    default:
      command satisfies never;
  }
}

async function start(options: ServeOptions): Promise<void> {
  const worker = process.env[WORKER_VARIABLE];
  const isWorker = worker !== undefined;
  if (options.workers > 1 && !isWorker) {
    await startWorkers(options);
    return;
  }
  const serving = await serve(options, process.env, worker);
  if (serving === undefined) {
    process.exit(1); // As above.
  }
  const end = endingWith(serving.stop);
  if (isWorker) {
    process.on("SIGTERM", end);
    process.on("SIGINT", () => undefined); // A terminal tells all of its processes; the one that started this ends it.
    process.on("SIGHUP", () => serving.reload?.());
    process.on("disconnect", end); // Without the process that started it, nobody would ever stop this one.
    process.send?.(WORKER_READY);
  } else {
    obeySignals(end, serving.reload);
    serving.announce(); // Not before: who reads that it is ready may signal it.
  }
}

async function startWorkers(options: ServeOptions): Promise<void> {
  const loaded = await loadWithModules(options, process.env);
  if (loaded.config === undefined) {
    printProblem(formatReport(loaded));
    process.exit(1);
  }
  const hostname = options.host ?? defaultHost(loaded.config.general.masterKey);
  const port = choosePort(hostname, options.port, DEFAULT_PORT);
  const workers = new Workers([...selfCommand(process.argv, process.execPath), "--port", String(port)], process.env);
  const end = endingWith(() => workers.stop());
  obeySignals(end, options.configPath === undefined ? undefined : () => workers.reload());
  workers.start(options.workers).then(
    () => announce(loaded, hostname, port),
    (error: unknown) => logError("starting workers failed", error),
  );
}

/** What ends the process in order; called once more, it ends it at once. */
function endingWith(stop: () => Promise<void>): () => void {
  let isStopping = false;
  return () => {
    if (isStopping) {
      process.exit(130); // A second signal: the operator does not want to wait.
    }
    isStopping = true;
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        logError("stopping failed", error);
        process.exit(1);
      },
    );
  };
}

/** SIGHUP reads the configuration again, unless the process was on a terminal that is gone now. */
function obeySignals(end: () => void, reload: (() => void) | undefined): void {
  const terminals = STANDARD_STREAMS.filter((descriptor) => isatty(descriptor));
  process.on("SIGTERM", end);
  process.on("SIGINT", end);
  process.on("SIGHUP", () => {
    if (terminals.some((descriptor) => !isatty(descriptor))) {
      end();
    } else if (reload === undefined) {
      printProblem("SIGHUP: there is no configuration file to read again.");
    } else {
      reload();
    }
  });
}

process.stdout.on("error", (error) => logError("standard output takes nothing", error));
process.on("unhandledRejection", (reason) => logError("a promise was left alone", reason));
process.on("uncaughtException", (error) => logError("an error was not caught", error));
main().catch((error: unknown) => {
  printProblem(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
