/**
 * Levels of nesting up to which data of strangers is written as JSON. Beyond some ten thousand `JSON.stringify` takes
 * seconds, in which nothing else is served, before it finds that the stack does not suffice.
 */
const MAX_WRITTEN_DEPTH = 1000;

/** Whether data holds lists or objects inside one another deeper than the limit. Walks without recursion. */
export function isNestedDeeper(value: unknown, limit = MAX_WRITTEN_DEPTH): boolean {
  let level: readonly unknown[] = [value];
  for (let depth = 0; depth <= limit; depth++) {
    const next: unknown[] = [];
    for (const item of level) {
      if (typeof item === "object" && item !== null) {
        for (const part of Object.values(item)) {
          if (typeof part === "object" && part !== null) {
            next.push(part);
          }
        }
      }
    }
    if (next.length === 0) {
      return false;
    }
    level = next;
  }
  return true;
}
