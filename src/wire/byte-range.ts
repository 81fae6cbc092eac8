/** Ranges up to this many bytes are copied: a view would cost more (below), and longer copies cost more than a view. */
const MAX_COPIED_BYTES = 960;

/**
 * The range as a buffer of its own. A view on a small buffer that lives in the collector's heap makes the engine move it
 * out and register it for every later collection; a copy of a small range costs a third of that.
 */
export function byteRange(bytes: Buffer, start: number, end = bytes.length): Buffer {
  const size = end - start;
  if (size > MAX_COPIED_BYTES) {
    return bytes.subarray(start, end);
  }
  const copy = Buffer.allocUnsafe(size);
  bytes.copy(copy, 0, start, end);
  return copy;
}
