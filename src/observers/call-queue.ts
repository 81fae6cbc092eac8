import type { CallFinished } from "../core/call-event.ts";
import type { CallObserver } from "./call-observer.ts";

/** Events that wait at most; beyond it new ones are dropped and counted. */
export const MAX_QUEUED_CALLS = 20_000;
/** Bytes of conversations that wait at most; beyond it events wait without theirs. */
const MAX_QUEUED_BYTES = 64 * 1024 * 1024;
/**
 * A batch of this size goes out at once: events that wait long leave the processor's caches and grow old in memory, and both
 * cost more than what larger batches save.
 */
const FULL_BATCH = 32;
/** How long an event may wait before its batch goes out, in milliseconds. */
const FLUSH_INTERVAL_MS = 250;

/** An observer and which calls it is told of. */
export interface Observing {
  readonly observer: CallObserver;
  readonly onSuccess: boolean;
  readonly onFailure: boolean;
}

/** Bounded queue between the request path and the observers. */
export class CallQueue {
  readonly #onError: (message: string, cause: unknown) => void;
  #observing: readonly Observing[] | undefined;
  #queued: CallFinished[] = [];
  #queuedBytes = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #droppedCount = 0;
  #strippedCount = 0;

  constructor(onError: (message: string, cause: unknown) => void) {
    this.#onError = onError;
  }

  /** Calls that no observer saw because the queue was full. */
  get droppedCount(): number {
    return this.#droppedCount;
  }

  /** Calls whose conversation was left out because too much of others' waited. */
  get strippedCount(): number {
    return this.#strippedCount;
  }

  /** Calls that wait for their batch. */
  get queuedCount(): number {
    return this.#queued.length;
  }

  /** Who is told from now on. Until this is said for the first time, events wait. */
  set observing(observing: readonly Observing[]) {
    this.#observing = observing;
  }

  /** Takes an event and returns at once. */
  push(event: CallFinished): void {
    if (this.#queued.length >= MAX_QUEUED_CALLS) {
      this.#droppedCount++;
      return;
    }
    this.#queued.push(event.details?.content === undefined ? event : this.#bounded(event));
    this.#timer ??= setTimeout(() => this.flush(), FLUSH_INTERVAL_MS);
    if (this.#queued.length === FULL_BATCH) {
      setImmediate(() => this.flush());
    }
  }

  /** Hands over what waits. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#observing === undefined) {
      this.#timer = this.#queued.length === 0 ? undefined : setTimeout(() => this.flush(), FLUSH_INTERVAL_MS);
      return;
    }
    const batch = this.#queued;
    this.#queued = [];
    this.#queuedBytes = 0;
    if (batch.length > 0) {
      for (const observing of this.#observing) {
        this.#offer(observing, batch);
      }
    }
  }

  #bounded(event: CallFinished): CallFinished {
    const content = event.details?.content;
    const bytes = (content?.request.length ?? 0) + (content?.response?.length ?? 0);
    if (event.details !== undefined && this.#queuedBytes + bytes > MAX_QUEUED_BYTES) {
      this.#strippedCount++;
      return { ...event, details: { ...event.details, content: undefined } };
    }
    this.#queuedBytes += bytes;
    return event;
  }

  #offer(observing: Observing, batch: readonly CallFinished[]): void {
    const { observer } = observing;
    try {
      const wanted = observer.kind === "meter" ? batch : batch.filter((event) => isFor(event, observing));
      if (wanted.length > 0) {
        observer.observe(wanted);
      }
    } catch (cause) {
      this.#onError(`observer '${observer.name}' failed`, cause);
    }
  }
}

function isFor({ errorKind, details }: CallFinished, { observer, onSuccess, onFailure }: Observing): boolean {
  const isWanted = errorKind === undefined ? onSuccess : onFailure;
  return isWanted && details?.isUnlogged !== true && details?.disabledCallbacks.includes(observer.name) !== true;
}
