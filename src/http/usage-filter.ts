import { FrameEditor } from "./frame-editor.ts";

const USAGE = Buffer.from('"usage"');
const NULL_USAGE = Buffer.from(',"usage":null');
/** The same as other vendors may write it: with spaces, or as the first field. */
const SPACED_NULL_USAGE = /"usage"\s*:\s*null/g;
const COMMA_BEHIND = /\s*,\s*/y;
const EMPTY_CHOICES = /"choices"\s*:\s*\[\s*\]/;

/**
 * Takes out of a chat or completion stream what `stream_options.include_usage` puts in: the closing chunk that has usage
 * and no choices, and `"usage":null` in the others. For clients that did not ask, when the gateway did.
 */
export const toUsageFilter = (pass: (bytes: Uint8Array) => void): FrameEditor =>
  new FrameEditor(USAGE, hideUsage, pass);

function hideUsage(frame: Buffer, kept: Uint8Array[], isWhole: boolean): void {
  if (!isWhole) {
    kept.push(frame);
    return;
  }
  const at = frame.indexOf(NULL_USAGE);
  if (at >= 0) {
    kept.push(frame.subarray(0, at), frame.subarray(at + NULL_USAGE.length));
    return;
  }
  const text = frame.toString("latin1");
  const spaced = findSpacedNull(text);
  if (spaced !== undefined) {
    kept.push(frame.subarray(0, spaced.start), frame.subarray(spaced.end));
  } else if (!EMPTY_CHOICES.test(text)) {
    kept.push(frame);
  }
}

/**
 * Where such a field and one comma beside it stand. The spaces before it are counted from behind: a pattern that begins with
 * them looks at all spaces of a frame again and again.
 */
function findSpacedNull(text: string): { readonly start: number; readonly end: number } | undefined {
  for (const { 0: field, index } of text.matchAll(SPACED_NULL_USAGE)) {
    const end = index + field.length;
    const before = skipSpaceBefore(text, index);
    if (text[before - 1] === ",") {
      return { start: skipSpaceBefore(text, before - 1), end };
    }
    COMMA_BEHIND.lastIndex = end;
    if (COMMA_BEHIND.test(text)) {
      return { start: index, end: COMMA_BEHIND.lastIndex };
    }
  }
  return undefined;
}

function skipSpaceBefore(text: string, from: number): number {
  let at = from;
  while (at > 0 && /\s/.test(text.charAt(at - 1))) {
    at--;
  }
  return at;
}
