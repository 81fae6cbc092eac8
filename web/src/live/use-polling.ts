import { useEffect, useRef, useState } from "react";
import { ApiError } from "../api.ts";

/** How asking again and again goes. */
export interface Polling {
  /** Why the latest try failed; `undefined` when it did not. */
  readonly fault: string | undefined;
}

/** Longest wait after failures. */
const MAX_WAIT_MS = 10_000;

/**
 * Asks again and again, one question at a time, while the page is seen.
 * @param ask asks once; resolves with whether to ask again at once
 */
export function usePolling(
  ask: (signal: AbortSignal) => Promise<boolean>,
  { intervalMs, isPaused, onRefused }: PollingOptions,
): Polling {
  const [fault, setFault] = useState<string | undefined>(undefined);
  const latest = useRef({ ask, onRefused });
  latest.current = { ask, onRefused };

  useEffect(() => {
    if (isPaused) {
      return;
    }
    const stopped = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let failures = 0;
    let isAsking = false;
    const run = async (): Promise<void> => {
      isAsking = true;
      let waitMs = intervalMs;
      try {
        waitMs = (await latest.current.ask(stopped.signal)) ? 0 : intervalMs;
        failures = 0;
        setFault(undefined);
      } catch (error) {
        if (stopped.signal.aborted) {
          return;
        }
        if (error instanceof ApiError && error.isRefusal) {
          latest.current.onRefused("The key is no longer the master key of this gateway.");
          return;
        }
        failures++;
        waitMs = Math.min(MAX_WAIT_MS, intervalMs * 2 ** failures);
        setFault(error instanceof Error ? error.message : "The gateway does not answer.");
      } finally {
        isAsking = false;
      }
      if (!document.hidden && !stopped.signal.aborted) {
        timer = setTimeout(() => void run(), waitMs);
      }
    };
    const onVisible = (): void => {
      if (!document.hidden && !isAsking) {
        clearTimeout(timer);
        void run();
      }
    };
    document.addEventListener("visibilitychange", onVisible);
    void run();
    return () => {
      stopped.abort();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", onVisible);
    };
  }, [intervalMs, isPaused]);

  return { fault };
}

/** How to ask. */
export interface PollingOptions {
  readonly intervalMs: number;
  readonly isPaused: boolean;
  readonly onRefused: (message: string) => void;
}
