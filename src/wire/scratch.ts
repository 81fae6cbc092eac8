import { ByteWriter } from "./byte-writer.ts";

/** Size of the scratch memory, in bytes: for a message that is longer it grows, and that costs. */
export const SCRATCH_BYTES = 128 * 1024;

/**
 * Where small messages are put together before they are handed to a socket. What stands in it is good until the next
 * message, which begins with `clear`: the one before may have broken off.
 */
export const SCRATCH: ByteWriter = new ByteWriter(SCRATCH_BYTES);
