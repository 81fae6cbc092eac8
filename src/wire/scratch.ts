/** Size of the scratch buffer, in bytes. */
export const SCRATCH_BYTES = 128 * 1024;

/**
 * Where small messages are put together before they are handed to a socket. What stands in it is good until the next
 * message: nobody may keep it or a view of it.
 */
export const SCRATCH: Buffer = Buffer.allocUnsafeSlow(SCRATCH_BYTES);

/** Writes the first `size` bytes of the scratch buffer to a socket; returns a copy of what the socket did not take. */
export function writeScratch(socket: ScratchSocket, size: number): Buffer | undefined {
  const written = Math.max(0, socket.write(SCRATCH, 0, size));
  return written < size ? Buffer.from(SCRATCH.subarray(written, size)) : undefined;
}

/** The part of a socket that is written to. */
export interface ScratchSocket {
  /** Returns how many bytes were taken; below zero when the socket is closed. */
  write(bytes: Uint8Array, byteOffset: number, byteLength: number): number;
}
