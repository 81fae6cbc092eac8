import { useMemo, useState } from "react";
import { Api, needsKey } from "./api.ts";

const STORED = "portolan.key";

/** Whether somebody is signed in, and as whom the gateway is asked. */
export interface Session {
  /** `undefined` until a key has been given. */
  readonly api: Api | undefined;
  /** Why the last session ended; `undefined` when it did not, or when it was the user's wish. */
  readonly endedBecause: string | undefined;
  /** Callers need a key, so there is one to forget. */
  readonly hasKey: boolean;
  signIn(key: string): void;
  signOut(because?: string): void;
}

/** The key lives as long as the tab, in its session storage, and goes nowhere but to the gateway that served this page. */
export function useSession(): Session {
  const [key, setKey] = useState<string | undefined>(() => sessionStorage.getItem(STORED) ?? undefined);
  const [endedBecause, setEndedBecause] = useState<string | undefined>(undefined);
  const isOpen = !needsKey();
  return useMemo(
    () => ({
      api: isOpen ? new Api(undefined) : key === undefined ? undefined : new Api(key),
      endedBecause,
      hasKey: !isOpen && key !== undefined,
      signIn(given) {
        sessionStorage.setItem(STORED, given);
        setEndedBecause(undefined);
        setKey(given);
      },
      signOut(because) {
        if (isOpen) {
          location.reload(); // A key is asked for since the page was loaded.
          return;
        }
        sessionStorage.removeItem(STORED);
        setEndedBecause(because);
        setKey(undefined);
      },
    }),
    [key, endedBecause, isOpen],
  );
}
