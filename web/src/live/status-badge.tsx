import type { LiveCall } from "../../../src/endpoints/ui/live-types.ts";

/** How a call ended, as a word for style sheets. */
export function toOutcome({ status, error }: LiveCall): "good" | "gone" | "bad" {
  if (error === null) {
    return status < 400 ? "good" : "bad";
  }
  return error === "client-closed" ? "gone" : "bad";
}

/** A call's status; colour is not all that tells. */
export function StatusBadge({ call }: { readonly call: LiveCall }) {
  return <span className={`badge ${toOutcome(call)}`}>{call.status}</span>;
}
