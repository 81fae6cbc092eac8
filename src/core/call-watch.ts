import type { ErrorKind } from "./errors.ts";

/** A call whose answer has not begun, as far as who watches may look at it. */
export interface WaitingCall {
  readonly id: string;
  /** Milliseconds of the process clock. */
  readonly startedAtMs: number;
  readonly requestedModel: string | undefined;
  /** As of `CallFinished`. */
  readonly isCallersOwn: boolean;
  readonly group: { readonly name: string } | undefined;
  readonly deployment:
    | { readonly id: string; readonly upstreamModel: string; readonly provider: { readonly name: string } }
    | undefined;
}

/** A deployment that gets no calls for a while. */
export interface CooledDeployment {
  readonly deploymentId: string;
  readonly provider: string;
  readonly upstreamModel: string;
  readonly modelGroup: string;
  readonly reason: ErrorKind;
  readonly status: number | undefined;
  readonly cooldownMs: number;
}

/** Calls that are watched at most; further ones go unwatched. */
const MAX_WATCHED = 50_000;
/** Cooldowns that are kept for a listener that is still being loaded; later ones are lost. */
const MAX_KEPT = 1000;

/** What happens before calls end, for the one who wants to know. Without such a one nothing is kept. */
export class CallWatch {
  readonly #waiting = new Set<WaitingCall>();
  #listener: ((cooled: CooledDeployment) => void) | undefined;
  #kept: CooledDeployment[] = [];
  #isOn = false;

  /** Whether calls are watched: the configuration says so before who asked for it has been loaded. */
  get isOn(): boolean {
    return this.#isOn;
  }

  set isOn(isOn: boolean) {
    this.#isOn = isOn;
    if (!isOn) {
      this.#kept = [];
    }
  }

  /** Calls that wait for their answers to begin, the oldest first. */
  get waiting(): Iterable<WaitingCall> {
    return this.#waiting;
  }

  /**
   * Puts a listener in force; it must be quick and must not throw. The one before hears no more. It is told at once of
   * cooldowns that began while nobody listened yet.
   */
  listen(listener: (cooled: CooledDeployment) => void): void {
    this.#listener = listener;
    for (const cooled of this.#kept.splice(0)) {
      listener(cooled);
    }
  }

  /** Ends listening, if this listener is still the one in force. */
  leave(listener: (cooled: CooledDeployment) => void): void {
    if (this.#listener === listener) {
      this.#listener = undefined;
    }
  }

  /** Watches a call until its answer begins. The reply is handed back as it is; it must not reject. */
  until<Reply>(call: WaitingCall, reply: Promise<Reply>): Promise<Reply> {
    if (this.#waiting.size < MAX_WATCHED) {
      this.#waiting.add(call);
      reply.then(
        () => this.#waiting.delete(call),
        () => this.#waiting.delete(call),
      );
    }
    return reply;
  }

  /** A deployment begins to cool down. */
  cooled(deployment: CooledDeployment): void {
    if (this.#listener !== undefined) {
      this.#listener(deployment);
    } else if (this.#isOn && this.#kept.length < MAX_KEPT) {
      this.#kept.push(deployment);
    }
  }
}
