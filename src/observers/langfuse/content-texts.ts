import { isUtf8 } from "node:buffer";
import type { CallFinished } from "../../core/call-event.ts";
import { isObject, listOf } from "../../core/json-values.ts";
import type { ByteSpan } from "../../wire/byte-arena.ts";
import { findAnswer } from "../../wire/find-answer.ts";
import { readUtf8, toBuffer } from "../../wire/utf8.ts";
import { readDetails } from "../read-details.ts";
import { REDACTED } from "../standard-payload.ts";

/** Valid JSON: text, or UTF-8 as it was sent. */
export type JsonText = string | ByteSpan;

/** What was asked and answered; `undefined` where there is nothing to show. */
export interface ContentTexts {
  readonly input: JsonText | undefined;
  readonly output: JsonText | undefined;
}

const REDACTED_INPUT = JSON.stringify({ messages: [{ role: "user", content: REDACTED }] });
const REDACTED_OUTPUT = JSON.stringify({ role: "assistant", content: REDACTED });
const MASKED = JSON.stringify(REDACTED);

/** Longest JSON text of a conversation's half that is sent whole, in characters or bytes: Langfuse takes events up to 1 MB. */
const MAX_TEXT = 400_000;
/** How much is shown of a longer one, in characters. */
const SHOWN_TEXT = 50_000;

/** What hides a call's content. */
export interface Hiding {
  readonly isRedacted: boolean;
  readonly masksInput: boolean;
  readonly masksOutput: boolean;
}

/** A call's content in the form that Langfuse shows as a conversation. Never throws. */
export function readContentTexts(event: CallFinished, hiding: Hiding): ContentTexts {
  // Vectors are not shown, whether they may be or not.
  const isAnswered = event.errorKind === undefined && event.operation !== "embedding";
  return {
    input: hiding.masksInput ? MASKED : hiding.isRedacted ? REDACTED_INPUT : cutText(readInput(event), MAX_TEXT),
    output: hiding.isRedacted
      ? isAnswered
        ? REDACTED_OUTPUT
        : undefined
      : hiding.masksOutput
        ? MASKED
        : cutText(readOutput(event), MAX_TEXT),
  };
}

/** The content fields as the caller wrote them: the body was checked as JSON, and for its depth, when it came in. */
function readInput(event: CallFinished): JsonText | undefined {
  const bytes = event.details?.content?.request;
  return bytes === undefined || bytes.length <= "{}".length
    ? undefined
    : withoutFaults({ bytes: toBuffer(bytes), start: 0, end: bytes.length });
}

/** A batch must be UTF-8 whole, or the server may refuse it whole. */
const withoutFaults = (span: ByteSpan): JsonText => (isUtf8(span.bytes) ? span : textOfJson(span));

/** The message that was answered; several ones as a list; answers of other kinds whole. */
function readOutput(event: CallFinished): JsonText | undefined {
  const bytes = event.isStream ? undefined : event.details?.content?.response;
  const found = bytes === undefined ? undefined : findAnswer(toBuffer(bytes));
  return found === undefined ? readAnyOutput(event) : withoutFaults(found);
}

function readAnyOutput(event: CallFinished): string | undefined {
  const { response } = readDetails(event);
  if (response === undefined) {
    return undefined;
  }
  const choices = listOf(response["choices"]);
  if (choices.length === 0) {
    return stringify(response["results"] ?? response);
  }
  const answers = choices.map((choice) => (isObject(choice) ? (choice["message"] ?? choice["text"]) : undefined));
  return stringify(answers.length === 1 ? answers[0] : answers);
}

/** `undefined` for what is no JSON. */
function stringify(value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value);
}

/** The same content as short as it is shown at all, for a call that is too large as a whole. */
export const cutContent = ({ input, output }: ContentTexts): ContentTexts => ({
  input: cutText(input, SHOWN_TEXT),
  output: cutText(output, SHOWN_TEXT),
});

function cutText(json: JsonText | undefined, maxLength: number): JsonText | undefined {
  const length = json === undefined ? 0 : typeof json === "string" ? json.length : json.end - json.start;
  if (json === undefined || length <= maxLength) {
    return json;
  }
  const text = textOfJson(json);
  return JSON.stringify(`${text.slice(0, SHOWN_TEXT)} ... cut: ${text.length - SHOWN_TEXT} characters more`);
}

/** JSON as a string. */
export function textOfJson(json: JsonText): string;
export function textOfJson(json: JsonText | undefined): string | undefined;
export function textOfJson(json: JsonText | undefined): string | undefined {
  return json === undefined || typeof json === "string" ? json : readUtf8(json.bytes, json.start, json.end);
}
