import type { CallFinished } from "../core/call-event.ts";

/** What a call's numbers and names take, in bytes, roughly. */
const BASE_BYTES = 2048;

/** The size of a finished call in memory, in bytes, roughly. */
export function sizeOfCall({ details }: CallFinished): number {
  const content = details?.content;
  return (
    BASE_BYTES +
    (content?.request.length ?? 0) +
    (content?.response?.length ?? 0) +
    (details?.metadataText?.length ?? 0) * 2 +
    (details?.parametersText.length ?? 0) * 2
  );
}
