/** Whether these bytes stand at this offset. Byte by byte: for short ones a call into the engine would cost more. */
export function standsAt(bytes: Uint8Array, start: number, wanted: Uint8Array): boolean {
  if (start + wanted.length > bytes.length) {
    return false;
  }
  let difference = 0;
  for (let index = 0; index < wanted.length; index++) {
    difference |= (bytes[start + index] as number) ^ (wanted[index] as number);
  }
  return difference === 0;
}
