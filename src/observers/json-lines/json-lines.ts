import { constants, type Stats } from "node:fs";
import { access, open } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { CallFinished } from "../../core/call-event.ts";
import { BatchSender, type SendOutcome } from "../batch-sender.ts";
import type { CallObserver } from "../call-observer.ts";
import type { ObserverContext } from "../observer-context.ts";
import { JSON_LINES, PayloadWriter } from "../payload-writer.ts";
import { sizeOfCall } from "../size-of-call.ts";

/** Only the operator may read what was asked and answered. */
const FILE_MODE = 0o600;
const NEWLINE = 0x0a;
/** How long a file system may take to say whether a folder is there, in milliseconds. */
const LOOK_LIMIT_MS = 500;

/** Writes one line of JSON per call: to a file, or to standard output. */
export async function openJsonLines(context: ObserverContext<"json_lines">): Promise<CallObserver> {
  const { settings, name, log, random, writeRecords } = context;
  const writer = new PayloadWriter({ showsContent: settings.message_logging }, JSON_LINES);
  const file = settings.path === undefined ? undefined : new LineFile(resolve(settings.path));
  const fault = await file?.findFault();
  if (fault !== undefined) {
    log(`callback '${name}' cannot write yet`, fault);
  }
  const sender = new BatchSender<CallFinished>({
    name,
    send: async (batch) => {
      const lines = await writer.of(batch);
      if (file !== undefined) {
        return file.append(lines, batch.length);
      }
      await writeRecords(lines);
      return { kind: "sent" };
    },
    sizeOf: sizeOfCall,
    maxQueuedItems: 20_000,
    maxQueuedBytes: 64 * 1024 * 1024,
    maxBatchItems: 1000,
    maxBatchBytes: 8 * 1024 * 1024,
    intervalMs: settings.flush_interval,
    maxRetries: 4,
    log,
    random,
  });
  return {
    name,
    kind: "callback",
    observe(batch) {
      for (const event of batch) {
        sender.push(event);
      }
    },
    close: (withinMs) => sender.close(withinMs),
    stats: () => sender.stats,
  };
}

/**
 * A file that lines are added to. It is opened for each batch, so whoever moves it away (logrotate) need not say so, and a
 * batch is one write at the file's end, so that several processes may share it.
 */
export class LineFile {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** Why lines could not be written now; `undefined` where they could, or where nobody says so in time. */
  findFault(): Promise<string | undefined> {
    const look = access(dirname(this.#path), constants.W_OK).then(
      () => undefined,
      (cause: Error) => cause.message,
    );
    return Promise.race([look, new Promise<undefined>((resolve) => setTimeout(resolve, LOOK_LIMIT_MS))]);
  }

  /** Adds so many lines, each with its newline. @throws Error of the file system, when nothing was written */
  async append(lines: Uint8Array, lineCount: number): Promise<SendOutcome> {
    const file = await open(this.#path, "a", FILE_MODE);
    try {
      const bytes = (await this.#isTorn(await file.stat())) ? Buffer.concat([Buffer.of(NEWLINE), lines]) : lines;
      const { bytesWritten } = await file.write(bytes);
      return bytesWritten === bytes.length ? { kind: "sent" } : toPartly(bytes.subarray(0, bytesWritten), lineCount);
    } finally {
      await file.close();
    }
  }

  /** Whether the file ends within a line, whoever wrote it: a disk was full, or a machine stopped. */
  async #isTorn(stats: Stats): Promise<boolean> {
    if (!stats.isFile() || stats.size === 0) {
      return false;
    }
    const file = await open(this.#path, "r").catch(() => undefined); // It may be ours to write alone.
    if (file === undefined) {
      return false;
    }
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(1), 0, 1, stats.size - 1);
      return bytesRead === 1 && buffer[0] !== NEWLINE;
    } finally {
      await file.close();
    }
  }
}

/** A disk that is full takes a part. */
function toPartly(written: Uint8Array, lineCount: number): SendOutcome {
  const whole = written.reduce((count, byte) => count + (byte === NEWLINE ? 1 : 0), 0);
  return { kind: "partly", refusedCount: Math.max(1, lineCount - whole), reason: "the file took only a part" };
}
