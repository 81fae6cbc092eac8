/** The same bytes as a `Buffer`, uncopied. */
export function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A range of bytes as text. Malformed UTF-8 becomes U+FFFD; a byte order mark stays. */
export function readUtf8(bytes: Uint8Array, start: number, end: number): string {
  return toBuffer(bytes).toString("utf8", start, end);
}
