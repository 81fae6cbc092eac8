import { toTraceSampling } from "../config/callbacks/trace-sampling.ts";
import type { GatewayConfig } from "../config/gateway-config.ts";
import type { TraceSampling } from "../core/trace-context.ts";

/** What the configuration's observers want to know of calls. Decided once, so that a call pays for nothing that nobody reads. */
export interface Capture {
  /** {@link CallDetails} are wanted. */
  readonly details: boolean;
  /** What was asked and answered is wanted, and may be shown unless the call says otherwise. */
  readonly content: boolean;
  /** Calls are traced, and vendors told of it, by these rules; `undefined`: trace headers are not looked at. */
  readonly traces: TraceSampling | undefined;
}

/** Callbacks that count and time, but never look at conversations. */
const METERS: ReadonlySet<string> = new Set(["prometheus"]);

/** What the configuration's callbacks want. */
export function toCapture({ observing }: GatewayConfig): Capture {
  const readers = observing.callbacks.filter(({ name }) => !METERS.has(name)).length + observing.modules.length;
  return {
    details: observing.callbacks.length + observing.modules.length > 0,
    content: readers > 0,
    traces: toTraceSampling(observing.callbacks),
  };
}
