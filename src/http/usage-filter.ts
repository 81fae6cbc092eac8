import { FrameEditor } from "./frame-editor.ts";

const USAGE = Buffer.from('"usage"');
const NULL_USAGE = Buffer.from(',"usage":null');
/** The same as other vendors may write it: with spaces, or as the first field. */
const SPACED_NULL_USAGE = /\s*,\s*"usage"\s*:\s*null|"usage"\s*:\s*null\s*,\s*/;
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
  const spaced = SPACED_NULL_USAGE.exec(text);
  if (spaced !== null) {
    kept.push(frame.subarray(0, spaced.index), frame.subarray(spaced.index + spaced[0].length));
  } else if (!EMPTY_CHOICES.test(text)) {
    kept.push(frame);
  }
}
