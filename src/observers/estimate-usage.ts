import { Worker } from "node:worker_threads";
import { tokenEncodingOf } from "../catalog/token-counter.ts";
import type { UncountedCall } from "../core/call-details.ts";
import type { CallFinished } from "../core/call-event.ts";
import type { Usage } from "../core/usage.ts";
import type { CountReply, CountRequest } from "./count-conversation.ts";
import { ShortCounts } from "./short-counts.ts";

/** Calls that are being counted at most, and bytes of their conversations; others go on without an estimate. */
const MAX_PENDING = 512;
const MAX_PENDING_BYTES = 32 * 1024 * 1024;
/** How long observers wait for a count, in milliseconds; the first count after a start waits for the tables too. */
const MAX_WAIT_MS = 2000;
const MAX_FIRST_WAIT_MS = 15_000;
/** A thread that has not answered for so long is given up. */
const STUCK_MS = 30_000;
/** A thread that has nothing to do for so long ends, and gives its memory back. */
const IDLE_MS = 250;
/** Starting a thread takes some fifty milliseconds of CPU and takes memory anew: one that is missed so soon after its end is kept longer. */
const MISSED_WITHIN_MS = 1000;
const LONG_IDLE_MS = 3000;
/** Threads that failed; after so many nothing is counted any more. */
const MAX_FAILURES = 5;

/** In a bundle, and in an executable, all modules are files of one folder, and the worker stands below it. */
const isBundled = !import.meta.url.endsWith("/estimate-usage.ts");
const COUNT_WORKER = new URL(isBundled ? "./observers/count-worker.js" : "./count-worker.ts", import.meta.url);

/** How estimating goes; counts since the start. */
export interface EstimateStats {
  readonly estimatedCount: number;
  /** Calls that went on without: too many waited, or the count took too long. */
  readonly givenUpCount: number;
  readonly pendingCount: number;
}

interface Pending {
  readonly event: CallFinished;
  readonly bytes: number;
  readonly timer: ReturnType<typeof setTimeout>;
}

/**
 * Counts the tokens of calls whose vendor told no usage, long ones in a thread of its own, and hands the calls on with usage and
 * cost. Bounded in calls, bytes and time: whatever happens to the thread, a call goes on, then without an estimate.
 */
export class UsageEstimator {
  readonly #handOn: (event: CallFinished) => void;
  readonly #log: (message: string, cause: unknown) => void;
  readonly #program: URL;
  readonly #shortCounts: ShortCounts;
  readonly #pending = new Map<number, Pending>();
  #pendingBytes = 0;
  #worker: Worker | undefined;
  #hasAnswered = false;
  #heardAtMs = 0;
  #idle: ReturnType<typeof setTimeout> | undefined;
  #idleMs = IDLE_MS;
  #endedAtMs = Number.NEGATIVE_INFINITY;
  #lastId = 0;
  #failureCount = 0;
  #estimatedCount = 0;
  #givenUpCount = 0;
  #isStopping = false;
  #onEmpty: (() => void) | undefined;

  /** @param program the thread's; another one in tests */
  constructor(
    handOn: (event: CallFinished) => void,
    log: (message: string, cause: unknown) => void,
    program: URL = COUNT_WORKER,
  ) {
    this.#handOn = handOn;
    this.#log = log;
    this.#program = program;
    this.#shortCounts = new ShortCounts(
      (reply) => this.#onReply(reply),
      (cause) => log("handing on a counted call failed", cause),
    );
  }

  get stats(): EstimateStats {
    return {
      estimatedCount: this.#estimatedCount,
      givenUpCount: this.#givenUpCount,
      pendingCount: this.#pending.size,
    };
  }

  /** Hands the call on, at once or when it has been counted. Never throws. */
  complete(event: CallFinished): void {
    const { uncounted } = event;
    const bytes = uncounted === undefined ? 0 : uncounted.request.length + uncounted.response.length;
    const isFull = this.#pending.size >= MAX_PENDING || this.#pendingBytes + bytes > MAX_PENDING_BYTES;
    if (uncounted === undefined || isFull || this.#isStopping || this.#failureCount >= MAX_FAILURES) {
      this.#giveUp(event);
      return;
    }
    const id = ++this.#lastId;
    try {
      const request = toRequest(id, event, uncounted);
      if (!this.#shortCounts.take(request)) {
        this.#send(request);
      }
    } catch (cause) {
      this.#failed(cause);
      this.#giveUp(event);
      return;
    }
    const waitMs = this.#hasAnswered ? MAX_WAIT_MS : MAX_FIRST_WAIT_MS;
    const timer = setTimeout(() => this.#onLate(id), waitMs);
    this.#pending.set(id, { event, bytes, timer });
    this.#pendingBytes += bytes;
  }

  /** Waits for what is being counted, as long as it may take, and ends the thread. Never rejects. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    if (this.#pending.size > 0) {
      const timer = setTimeout(() => this.#giveUpAll(), MAX_WAIT_MS);
      await new Promise<void>((resolve) => {
        this.#onEmpty = resolve;
      });
      clearTimeout(timer);
    }
    this.#end();
  }

  /**
   * The conversation is copied into memory of its own, which goes over to the thread: bytes may lie in the pool of `Buffer`, all
   * of which would be copied with each of them.
   */
  #send(request: CountRequest): void {
    const [asked, answered] = [new Uint8Array(request.request), new Uint8Array(request.response)];
    this.#start().postMessage({ ...request, request: asked, response: answered }, [asked.buffer, answered.buffer]);
  }

  #start(): Worker {
    clearTimeout(this.#idle);
    if (this.#worker !== undefined) {
      return this.#worker;
    }
    const worker = new Worker(this.#program);
    worker.unref();
    worker.on("message", (reply: CountReply) => this.#onThreadReply(reply));
    worker.on("error", (cause) => this.#onBroken(worker, cause));
    worker.on("exit", () => this.#onBroken(worker, "it ended"));
    this.#worker = worker;
    this.#hasAnswered = false;
    this.#heardAtMs = performance.now();
    this.#idleMs = this.#heardAtMs - this.#endedAtMs < MISSED_WITHIN_MS ? LONG_IDLE_MS : IDLE_MS;
    return worker;
  }

  #onThreadReply(reply: CountReply): void {
    this.#hasAnswered = true;
    this.#heardAtMs = performance.now();
    this.#onReply(reply);
  }

  #onReply({ id, promptTokens, completionTokens, hasFailed }: CountReply): void {
    const pending = this.#take(id);
    if (pending === undefined) {
      return; // Too late: it was handed on without.
    }
    if (hasFailed) {
      this.#giveUp(pending.event);
    } else {
      this.#estimatedCount++;
      this.#handOn(withUsage(pending.event, promptTokens, completionTokens));
    }
    this.#settle();
  }

  #onLate(id: number): void {
    const pending = this.#take(id);
    if (pending !== undefined) {
      this.#giveUp(pending.event);
    }
    if (this.#worker !== undefined && performance.now() - this.#heardAtMs > STUCK_MS) {
      this.#failed("it does not answer");
    }
    this.#settle();
  }

  #onBroken(worker: Worker, cause: unknown): void {
    if (worker === this.#worker) {
      this.#failed(cause);
    }
  }

  #failed(cause: unknown): void {
    this.#failureCount++;
    this.#log("counting tokens failed", cause instanceof Error ? cause.message : cause);
    this.#end();
    this.#giveUpAll();
  }

  /** The thread is let go first: its end must not be taken for a failure. */
  #end(): void {
    clearTimeout(this.#idle);
    const worker = this.#worker;
    if (worker === undefined) {
      return;
    }
    this.#worker = undefined;
    this.#endedAtMs = performance.now();
    worker.terminate().catch(() => undefined);
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    if (pending !== undefined) {
      this.#pending.delete(id);
      this.#pendingBytes -= pending.bytes;
      clearTimeout(pending.timer);
    }
    return pending;
  }

  #giveUpAll(): void {
    for (const id of [...this.#pending.keys()]) {
      const pending = this.#take(id);
      if (pending !== undefined) {
        this.#giveUp(pending.event);
      }
    }
    this.#settle();
  }

  #giveUp(event: CallFinished): void {
    this.#givenUpCount++;
    this.#handOn({ ...event, uncounted: undefined });
  }

  #settle(): void {
    if (this.#pending.size === 0) {
      this.#onEmpty?.();
      clearTimeout(this.#idle);
      this.#idle = setTimeout(() => this.#end(), this.#idleMs);
      this.#idle.unref();
    }
  }
}

const toRequest = (
  id: number,
  event: CallFinished,
  { request, response, responseShare }: UncountedCall,
): CountRequest => ({
  id,
  request,
  response,
  stretch: 1 / responseShare,
  encoding: tokenEncodingOf(event.upstreamModel ?? ""),
});

/** What the vendor did tell of the prompt is not counted again. */
function withUsage(event: CallFinished, promptTokens: number, completionTokens: number): CallFinished {
  const told = event.usage;
  const usage: Usage = {
    promptTokens: told?.promptTokens ?? promptTokens,
    completionTokens,
    totalTokens: (told?.promptTokens ?? promptTokens) + completionTokens,
    cachedTokens: told?.cachedTokens ?? 0,
    reasoningTokens: 0,
    ...(told?.details === undefined ? {} : { details: told.details }),
    isEstimated: true,
  };
  return { ...event, usage, cost: event.uncounted?.toCost(usage), uncounted: undefined };
}
