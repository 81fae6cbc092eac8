import { statSync, watch } from "node:fs";
import { dirname } from "node:path";

/** Timers of a watch; each call returns what takes it back. */
export interface WatchTimers {
  readonly after: (delayMs: number, run: () => void) => () => void;
  readonly every: (periodMs: number, run: () => void) => () => void;
}

/** What a watch sees of the file system. */
export interface WatchedFiles {
  /** Calls back when something in a folder changes; returns what ends it. May throw when the folder cannot be watched. */
  readonly watchFolder: (folder: string, onChange: () => void) => () => void;
  /** Text that changes whenever the file does, symbolic links followed; the same text for every missing file. */
  readonly readStamp: (path: string) => string;
}

/** What a {@link ReloadWatch} is made of. */
export interface ReloadWatchOptions {
  /** Absolute paths, as `LoadedConfig.files` gives them. */
  readonly files: readonly string[];
  /** Called once files have changed and been quiet for `debounceMs`. */
  readonly onChange: () => void;
  readonly debounceMs?: number;
  /** Mounted volumes and swapped symbolic links give no events, so stamps are compared this often too. */
  readonly pollMs?: number;
  readonly timers?: WatchTimers;
  readonly watched?: WatchedFiles;
}

const DEFAULT_DEBOUNCE_MS = 250;
const DEFAULT_POLL_MS = 5000;
/** A log that is written beside the configuration gives thousands of events a second: they are looked into together. */
const EVENT_PAUSE_MS = 50;

/** Timers that do not keep the process alive. */
const systemTimers: WatchTimers = {
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs).unref();
    return () => clearTimeout(timer);
  },
  every: (periodMs, run) => {
    const timer = setInterval(run, periodMs).unref();
    return () => clearInterval(timer);
  },
};

/** The machine's file system. */
export const systemFiles: WatchedFiles = {
  watchFolder: (folder, onChange) => {
    let pause: ReturnType<typeof setTimeout> | undefined;
    const watcher = watch(folder, { persistent: false }, () => {
      pause ??= setTimeout(() => {
        pause = undefined;
        onChange();
      }, EVENT_PAUSE_MS).unref();
    });
    // A folder that goes away ends its events; polling goes on.
    watcher.on("error", () => watcher.close());
    return () => {
      clearTimeout(pause);
      watcher.close();
    };
  },
  readStamp: (path) => {
    try {
      const { mtimeMs, size, ino } = statSync(path);
      return `${mtimeMs}:${size}:${ino}`;
    } catch {
      return "missing";
    }
  },
};

/**
 * Watches configuration files. Events of their folders and a slow poll only say when to look; a change is a difference
 * in a file's stamp, so other files of the folder and repeated events cause nothing.
 */
export class ReloadWatch {
  readonly #onChange: () => void;
  readonly #debounceMs: number;
  readonly #timers: WatchTimers;
  readonly #watched: WatchedFiles;
  readonly #stopPolling: () => void;
  #stopFolders: readonly (() => void)[] = [];
  #stamps: ReadonlyMap<string, string> = new Map();
  #cancelPending: (() => void) | undefined;
  #isClosed = false;

  constructor(options: ReloadWatchOptions) {
    this.#onChange = options.onChange;
    this.#debounceMs = options.debounceMs ?? DEFAULT_DEBOUNCE_MS;
    this.#timers = options.timers ?? systemTimers;
    this.#watched = options.watched ?? systemFiles;
    this.setFiles(options.files);
    this.#stopPolling = this.#timers.every(options.pollMs ?? DEFAULT_POLL_MS, () => this.#look());
  }

  /** Watches these files from now on: after a reload, whose includes may differ. */
  setFiles(files: readonly string[]): void {
    if (this.#isClosed) return;
    for (const stop of this.#stopFolders) stop();
    const folders = new Set(files.map((file) => dirname(file)));
    this.#stopFolders = [...folders].flatMap((folder) => this.#watchFolder(folder) ?? []);
    // A file known before keeps its stamp: what changed while it was being read is still noticed.
    this.#stamps = new Map(files.map((file) => [file, this.#stamps.get(file) ?? this.#watched.readStamp(file)]));
    this.#look(); // What changed between the old folders' last event and the new ones' first.
  }

  /** Ends all watching; nothing is called afterwards. */
  close(): void {
    this.#isClosed = true;
    this.#stopPolling();
    this.#cancelPending?.();
    for (const stop of this.#stopFolders) stop();
  }

  #watchFolder(folder: string): (() => void) | undefined {
    try {
      return this.#watched.watchFolder(folder, () => this.#look());
    } catch {
      return undefined;
    }
  }

  #hasChanged(): boolean {
    return [...this.#stamps].some(([file, stamp]) => this.#watched.readStamp(file) !== stamp);
  }

  /** Every sign of change starts the quiet time anew: editors write a file in several steps. */
  #look(): void {
    if (this.#isClosed || !this.#hasChanged()) return;
    this.#cancelPending?.();
    this.#cancelPending = this.#timers.after(this.#debounceMs, () => this.#report());
  }

  #report(): void {
    this.#cancelPending = undefined;
    // A file that is only there again is as it was: rename-and-replace without a difference.
    if (this.#isClosed || !this.#hasChanged()) return;
    this.#stamps = new Map([...this.#stamps.keys()].map((file) => [file, this.#watched.readStamp(file)]));
    this.#onChange();
  }
}
