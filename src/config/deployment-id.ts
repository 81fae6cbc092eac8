import { createHash } from "node:crypto";
import type { ModelEntry } from "./gateway-config.ts";

/** The same entry has the same id after a restart (contract 4.1). Keys go into the hash, never out of it. */
export function toDeploymentId(entry: ModelEntry): string {
  return (
    entry.info.id ??
    createHash("sha256")
      .update(JSON.stringify([entry.modelName, entry.params]))
      .digest("hex")
  );
}
