import { toBuffer } from "./utf8.ts";

/** Up to this number, bytes are copied one by one: a call into the engine would cost more. */
export const SHORT_BYTES = 48;

/** Copies a range to where there is room for it. Returns where it ends there. */
export function copyBytes(source: Uint8Array, start: number, end: number, target: Uint8Array, at: number): number {
  const size = end - start;
  if (size > SHORT_BYTES) {
    toBuffer(source).copy(target, at, start, end);
  } else {
    for (let index = 0; index < size; index++) {
      target[at + index] = source[start + index] as number;
    }
  }
  return at + size;
}
