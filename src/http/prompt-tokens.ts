import { readMessageTexts } from "../dialects/openai/message-texts.ts";
import type { ScannedObject } from "../wire/scanned-object.ts";
import { toBuffer } from "../wire/utf8.ts";

/** A token is some four bytes of text: near enough to tell a prompt that cannot fit. */
const BYTES_PER_TOKEN = 4;

/** What bodies with pictures, sounds or files in them hold: those are no text, and their size says nothing. */
const ATTACHMENT_MARKS: readonly Buffer[] = [Buffer.from(";base64,"), Buffer.from('"input_audio"')];

/** What has been estimated, as each try of a call asks anew. */
const estimates = new WeakMap<ScannedObject, number>();

/** About how many tokens a request's prompt is, told from its size; attachments count as LiteLLM counts pictures. */
export function estimatePromptTokens(body: ScannedObject): number {
  let tokens = estimates.get(body);
  if (tokens === undefined) {
    tokens = hasAttachment(body.bytes) ? countWithout(body) : toTokens(measure(body.bytes));
    estimates.set(body, tokens);
  }
  return tokens;
}

const toTokens = (bytes: number): number => Math.ceil(bytes / BYTES_PER_TOKEN);

function hasAttachment(bytes: Uint8Array): boolean {
  const buffer = toBuffer(bytes);
  return ATTACHMENT_MARKS.some((mark) => buffer.includes(mark));
}

const BACKSLASH = 0x5c;
const LETTER_U = 0x75;

/** Bytes that a letter written as `\u0416` has more than the letter itself, in most alphabets. */
const ESCAPE_BYTES = 4;

/** Bytes of text: some clients write all letters but the English ones as escapes, three times as long. */
function measure(bytes: Uint8Array): number {
  let length = bytes.length;
  for (let at = bytes.indexOf(BACKSLASH); at >= 0 && at < bytes.length; at++) {
    if (bytes[at] === BACKSLASH) {
      at++; // Behind an escaped backslash stands no escape.
      length -= bytes[at] === LETTER_U ? ESCAPE_BYTES : 0;
    }
  }
  return length;
}

/** The texts of the conversation, and all that stands beside it. */
function countWithout(body: ScannedObject): number {
  const field = body.find("messages");
  const read = field === undefined ? undefined : readMessageTexts(body.readValue(field));
  if (field === undefined || read === undefined) {
    return toTokens(measure(body.bytes));
  }
  const textBytes = read.texts.reduce((total, text) => total + Buffer.byteLength(text), 0);
  return toTokens(textBytes + body.bytes.length - (field.valueEnd - field.valueStart)) + read.extraTokens;
}
