/** Smaller bytes are left to the collector: they may be a part of memory that others use (the pool of `Buffer`). */
export const RELEASABLE_BYTES = 16 * 1024;

/**
 * Gives the memory under these bytes back at once, where the collector would let it lie until it has seen enough of it.
 * Every view on the same memory is empty from then on, so only who owns all of them may do this.
 */
export function releaseBytes(bytes: Uint8Array): void {
  if (bytes.length < RELEASABLE_BYTES) {
    return; // Asking a small array for its buffer makes the engine move it out of the collector's heap.
  }
  const { buffer } = bytes;
  if (buffer instanceof ArrayBuffer) {
    buffer.transfer(0);
  }
}
