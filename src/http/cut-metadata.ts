import { METADATA_CUT } from "../core/call-details.ts";
import { scanObject } from "../wire/json-scan.ts";

/** Longest metadata that is kept, in bytes of its JSON. */
const MAX_BYTES = 64 * 1024;
/** Longest field of metadata that had to be cut. */
const MAX_FIELD_BYTES = 8 * 1024;

const toMarker = (what: string): string => `"...[${what} cut]"`;

const toRest = (count: number | "all"): string => `"${METADATA_CUT}":${toMarker(`${count} fields`)}`;

/**
 * A caller's metadata, a JSON text, as observers keep it: as it came while it is short. Of a longer one, fields that are long
 * themselves are replaced by a marker that says how much is missing; where there are too many fields, another one says how many
 * are missing. What is no object has none left.
 */
export function cutMetadata(text: string): string {
  if (text.length <= MAX_BYTES) {
    return text;
  }
  try {
    return cutFields(Buffer.from(text));
  } catch {
    return `{${toRest("all")}}`;
  }
}

/** Fields stand as they came, so that long numbers keep their digits. @throws JsonScanError */
function cutFields(bytes: Buffer): string {
  const kept: string[] = [];
  let length = 0;
  let missingCount = 0;
  for (const { keyStart, keyEnd, valueStart, valueEnd } of scanObject(bytes).fields) {
    const size = valueEnd - valueStart;
    const value = size <= MAX_FIELD_BYTES ? bytes.toString("utf8", valueStart, valueEnd) : toMarker(`${size} bytes`);
    const field = `${bytes.toString("utf8", keyStart, keyEnd)}:${value}`;
    if (length + field.length <= MAX_BYTES) {
      length += field.length;
      kept.push(field);
    } else {
      missingCount++;
    }
  }
  const rest = missingCount === 0 ? [] : [toRest(missingCount)];
  return `{${[...kept, ...rest].join(",")}}`;
}
