const NEWLINE = 0x0a;
const SPACE = 0x20;
const EQUALS = 0x3d;

/** How a packed file starts; no file of OpenAI's does, as these bytes are no line of base64 and a rank. */
const MAGIC = Buffer.from("BPT\n");
/** Magic, count of tokens, count of buckets: where the buckets' directory begins. */
export const DIRECTORY_AT = 12;
/** What stands before a token's bytes: their count (one byte) and its rank (three). */
export const ENTRY_HEAD = 4;
/** Tokens of a bucket, on average; at most. */
const BUCKET_SIZE = 4;

/** Values of base64's characters by their code. */
const BASE64 = new Uint8Array(128);
for (const [value, char] of [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"].entries()) {
  BASE64[char.charCodeAt(0)] = value;
}

/** Whether `packTokens` made this file. */
export const isPacked = (file: Uint8Array): boolean => MAGIC.equals(file.subarray(0, MAGIC.length));

/**
 * Packs one of OpenAI's token files so that it can be looked up where it lies (2.5 MB for 200,000 tokens): after the magic the counts of
 * tokens and buckets, where each bucket starts and the last one ends, and the buckets' entries one after the other. Numbers are of 32 bits, as
 * the machine has them; an entry is a token's length (one byte), its rank (three, lowest first) and its bytes.
 *
 * @param file is written over; lines of a token in base64, a space, its rank and a newline, in the order of ranks from 0 without gaps:
 *   https://github.com/openai/tiktoken/blob/main/tiktoken/load.py
 */
export function packTokens(file: Uint8Array): Uint8Array {
  const starts = decodeInPlace(file);
  const count = starts.length - 1;
  const bucketCount = 2 ** Math.ceil(Math.log2(Math.max(1, count / BUCKET_SIZE)));
  const bucketOf = (rank: number): number => hash(file, starts[rank] ?? 0, starts[rank + 1] ?? 0) & (bucketCount - 1);

  const directory = new Uint32Array(bucketCount + 1);
  for (let rank = 0; rank < count; rank++) {
    const next = bucketOf(rank) + 1;
    directory[next] = (directory[next] ?? 0) + ENTRY_HEAD + (starts[rank + 1] ?? 0) - (starts[rank] ?? 0);
  }
  directory[0] = DIRECTORY_AT + directory.byteLength;
  for (let bucket = 1; bucket <= bucketCount; bucket++) {
    directory[bucket] = (directory[bucket] ?? 0) + (directory[bucket - 1] ?? 0);
  }

  const packed = new Uint8Array(directory[bucketCount] ?? 0);
  packed.set(MAGIC);
  new Uint32Array(packed.buffer, MAGIC.length, 2).set([count, bucketCount]);
  packed.set(new Uint8Array(directory.buffer), DIRECTORY_AT);
  const ends = directory.slice();
  for (let rank = 0; rank < count; rank++) {
    const bucket = bucketOf(rank);
    const bytes = file.subarray(starts[rank], starts[rank + 1]);
    const at = ends[bucket] ?? 0;
    packed.set([bytes.length, rank & 0xff, (rank >> 8) & 0xff, rank >> 16], at);
    packed.set(bytes, at + ENTRY_HEAD);
    ends[bucket] = at + ENTRY_HEAD + bytes.length;
  }
  return packed;
}

/** FNV-1a, with the high bits mixed into those that are used. */
export function hash(bytes: Uint8Array, start: number, end: number): number {
  let value = 0x811c9dc5;
  for (let at = start; at < end; at++) {
    value = Math.imul(value ^ (bytes[at] as number), 0x01000193);
  }
  return (value ^ (value >>> 15)) >>> 0;
}

/** @returns where each token starts in the file now, by rank, and after them where the last one ends */
function decodeInPlace(file: Uint8Array): Uint32Array {
  let count = 0;
  for (let at = file.indexOf(NEWLINE); at !== -1; at = file.indexOf(NEWLINE, at + 1)) {
    count++;
  }
  const starts = new Uint32Array(count + 1);
  // What has been read is always longer than what has been written.
  let end = 0;
  for (let at = 0, rank = 0; rank < count; rank++) {
    const next = file.indexOf(NEWLINE, at) + 1;
    end = decodeBase64(file, at, end);
    starts[rank + 1] = end;
    at = next;
  }
  return starts;
}

/** Decodes up to the next space or padding, and writes it from `to` on. @returns where what was written ends */
function decodeBase64(file: Uint8Array, from: number, to: number): number {
  let end = to;
  let bits = 0;
  let bitCount = 0;
  for (let at = from; ; at++) {
    const byte = file[at] ?? SPACE;
    if (byte === SPACE || byte === EQUALS) {
      return end;
    }
    bits = ((bits << 6) | (BASE64[byte] ?? 0)) & 0xffff;
    bitCount += 6;
    if (bitCount >= 8) {
      bitCount -= 8;
      file[end++] = (bits >> bitCount) & 0xff;
    }
  }
}
