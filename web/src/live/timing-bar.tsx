import type { LiveCall } from "../../../src/endpoints/ui/live-types.ts";

/** The parts of a call's time, in the order in which most of it passes. */
export const TIME_PARTS = [
  { name: "gateway", colour: "amber", read: ({ gateway_ms }: LiveCall) => gateway_ms },
  { name: "upstream", colour: "blue", read: ({ upstream_ms }: LiveCall) => upstream_ms },
  { name: "stream", colour: "sky", read: ({ streaming_ms }: LiveCall) => streaming_ms },
] as const;

/** A call's time as a bar, split into the gateway's, the vendor's and the stream's; the numbers stand beside it. */
export function TimingBar({ call, fullMs }: { readonly call: LiveCall; readonly fullMs: number }) {
  const share = (ms: number): string => `${fullMs > 0 ? (100 * ms) / fullMs : 0}%`;
  return (
    <span className="timing" aria-hidden="true">
      {TIME_PARTS.filter(({ read }) => read(call) > 0).map(({ name, colour, read }) => (
        <i key={name} className={colour} style={{ width: share(read(call)) }} />
      ))}
    </span>
  );
}
