import type { CallFinished } from "../../core/call-event.ts";
import type { CustomCallback, LoadedModule } from "../../core/custom-callback.ts";
import type { CallObserver } from "../call-observer.ts";
import type { ObserverWorld } from "../observer-context.ts";
import type { StandardLoggingPayload } from "../payload-types.ts";
import { sizeOfCall } from "../size-of-call.ts";
import { toStandardPayload } from "../standard-payload.ts";
import { type HookLimits, HookRunner } from "./hook-runner.ts";

const LIMITS: HookLimits = {
  maxQueuedItems: 10_000,
  maxQueuedBytes: 64 * 1024 * 1024,
  maxAtOnce: 64,
  itemLimitMs: 10_000,
};

/** Tells an operator's module of calls. Each hook gets data of its own, so what it changes harms nobody. */
export function openModule({ name, callback }: LoadedModule, { log }: ObserverWorld, limits = LIMITS): CallObserver {
  // What a module takes is what payloads are; the loader cannot know them.
  const hooks = callback as CustomCallback<StandardLoggingPayload>;
  const runner = new HookRunner<CallFinished>({
    name,
    run: (event) => runHooks(hooks, event),
    sizeOf: sizeOfCall,
    limits,
    log,
  });
  const isTold = hooks.onSuccess !== undefined || hooks.onFailure !== undefined || hooks.onStreamEnd !== undefined;
  return {
    name,
    kind: "callback",
    observe(batch) {
      for (const event of isTold ? batch : []) {
        if (wants(hooks, event)) {
          runner.push(event);
        }
      }
    },
    close: (withinMs) => runner.close(withinMs),
    stats: () => runner.stats,
  };
}

type Hooks = CustomCallback<StandardLoggingPayload>;

const wants = (hooks: Hooks, event: CallFinished): boolean =>
  (event.errorKind === undefined ? hooks.onSuccess : hooks.onFailure) !== undefined ||
  (hasStreamed(event) && hooks.onStreamEnd !== undefined);

/** Whether a stream had begun; a call that is refused before gets another answer, whatever it asked for. */
const hasStreamed = ({ isStream, firstByteMs }: CallFinished): boolean => isStream && firstByteMs !== undefined;

/** Whatever one hook does, the other is told; the first failure is thrown when both have ended. */
async function runHooks(hooks: Hooks, event: CallFinished): Promise<void> {
  // Its parts are shared by all observers of the call: a module gets a copy.
  const text = JSON.stringify(toStandardPayload(event, { showsContent: hooks.turnOffMessageLogging !== true }));
  const toPayload = (): StandardLoggingPayload => JSON.parse(text) as StandardLoggingPayload;
  const tellEnd = async (): Promise<void> =>
    event.errorKind === undefined ? hooks.onSuccess?.(toPayload()) : hooks.onFailure?.(toPayload());
  const tellStreamEnd = async (): Promise<void> => (hasStreamed(event) ? hooks.onStreamEnd?.(toPayload()) : undefined);
  const failed = (await Promise.allSettled([tellEnd(), tellStreamEnd()])).find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") {
    throw failed.reason;
  }
}
