import { useCallback, useRef, useState } from "react";
import type { LiveCall, LiveCallsPage, LiveHourPage } from "../../../src/endpoints/ui/live-types.ts";
import type { SectionProps } from "../sections.ts";
import { usePolling } from "./use-polling.ts";

/** Calls that the page holds. */
const MAX_CALLS = 1000;
const CALLS_INTERVAL_MS = 1000;
const HOUR_INTERVAL_MS = 5000;

/** The calls so far, and how getting more goes. */
export interface LiveCalls {
  /** Newest first; `undefined` before the first answer. */
  readonly calls: readonly LiveCall[] | undefined;
  /** Calls that came faster than the page could ask. */
  readonly missed: number;
  readonly fault: string | undefined;
}

/** Calls as they come. */
export function useLiveCalls({ api, onRefused }: SectionProps, isPaused: boolean): LiveCalls {
  const [calls, setCalls] = useState<readonly LiveCall[] | undefined>(undefined);
  const [missed, setMissed] = useState(0);
  const cursor = useRef("");
  const ask = useCallback(
    async (signal: AbortSignal): Promise<boolean> => {
      const after = encodeURIComponent(cursor.current);
      const page = await api.get<LiveCallsPage>(`calls?after=${after}`, signal);
      cursor.current = page.cursor;
      setMissed((before) => before + page.missed);
      setCalls((before = []) =>
        page.calls.length === 0 ? before : [...page.calls.toReversed(), ...before].slice(0, MAX_CALLS),
      );
      return page.has_more;
    },
    [api],
  );
  const { fault } = usePolling(ask, { intervalMs: CALLS_INTERVAL_MS, isPaused, onRefused });
  return { calls, missed, fault };
}

/** The last hour, kept up to date; `undefined` before the first answer. */
export function useHour({ api, onRefused }: SectionProps): LiveHourPage | undefined {
  const [hour, setHour] = useState<LiveHourPage | undefined>(undefined);
  const ask = useCallback(
    async (signal: AbortSignal): Promise<boolean> => {
      setHour(await api.get<LiveHourPage>("hour", signal));
      return false;
    },
    [api],
  );
  usePolling(ask, { intervalMs: HOUR_INTERVAL_MS, isPaused: false, onRefused });
  return hour;
}
