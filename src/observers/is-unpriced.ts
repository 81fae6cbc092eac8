import type { CallFinished } from "../core/call-event.ts";

/** Whether the call used a vendor, and nobody knows what that cost. */
export const isUnpriced = ({ cost, usage, errorKind }: CallFinished): boolean =>
  cost === undefined && (usage !== undefined || errorKind === undefined);
