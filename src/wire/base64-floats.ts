/**
 * Numbers as OpenAI's `encoding_format: "base64"` has them: little-endian IEEE float32, one after the other, in
 * standard base64 with padding. Each number is rounded to the nearest float32.
 */
export function writeBase64Floats(numbers: readonly number[]): string {
  // Typed arrays have the byte order of the machine; Bun exists for little-endian machines only.
  return Buffer.from(Float32Array.from(numbers).buffer).toString("base64");
}

/**
 * The numbers of such a text; each is exactly the float32 that was written.
 * `undefined` when the text is not base64 or not of whole floats.
 */
export function readBase64Floats(text: string): number[] | undefined {
  const bytes = readBase64(text);
  return bytes === undefined || bytes.length % Float32Array.BYTES_PER_ELEMENT !== 0
    ? undefined
    : Array.from(new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / Float32Array.BYTES_PER_ELEMENT));
}

function readBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.fromBase64(text);
  } catch {
    return undefined;
  }
}
