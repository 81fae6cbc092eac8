import type { LiveCall } from "../../../src/endpoints/ui/live-types.ts";
import { isFailure } from "./filter.ts";

/** How a call ended, as a word for style sheets. */
export function toOutcome(call: LiveCall): "good" | "gone" | "bad" {
  if (call.error === null) {
    return call.status < 400 ? "good" : "bad";
  }
  return isFailure(call) ? "bad" : "gone";
}

/** A call's status; colour is not all that tells. */
export function StatusBadge({ call }: { readonly call: LiveCall }) {
  return <span className={`badge ${toOutcome(call)}`}>{call.status}</span>;
}
