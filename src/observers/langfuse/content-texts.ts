import type { CallFinished } from "../../core/call-event.ts";
import { isObject, listOf } from "../../core/json-values.ts";
import { toBuffer } from "../../wire/utf8.ts";
import { readDetails } from "../read-details.ts";
import { REDACTED } from "../standard-payload.ts";

/** What was asked and answered, as JSON text; `undefined` where there is nothing to show. */
export interface ContentTexts {
  readonly input: string | undefined;
  readonly output: string | undefined;
}

const REDACTED_INPUT = JSON.stringify({ messages: [{ role: "user", content: REDACTED }] });
const REDACTED_OUTPUT = JSON.stringify({ role: "assistant", content: REDACTED });
const MASKED = JSON.stringify(REDACTED);

/** Longest JSON text of a conversation's half that is sent whole, in characters: Langfuse takes events up to 1 MB. */
const MAX_TEXT = 400_000;
/** How much is shown of a longer one. */
const SHOWN_TEXT = 50_000;

/** What hides a call's content. */
export interface Hiding {
  readonly isRedacted: boolean;
  readonly masksInput: boolean;
  readonly masksOutput: boolean;
}

/** A call's content in the form that Langfuse shows as a conversation. Never throws. */
export function readContentTexts(event: CallFinished, hiding: Hiding): ContentTexts {
  const isAnswered = event.errorKind === undefined;
  return {
    input: hiding.masksInput ? MASKED : hiding.isRedacted ? REDACTED_INPUT : shorten(readInput(event)),
    output: hiding.isRedacted
      ? isAnswered
        ? REDACTED_OUTPUT
        : undefined
      : hiding.masksOutput
        ? MASKED
        : shorten(readOutput(event)),
  };
}

/** The content fields as the caller wrote them: the body was checked as JSON, and for its depth, when it came in. */
function readInput(event: CallFinished): string | undefined {
  const bytes = event.details?.content?.request;
  return bytes === undefined || bytes.length <= "{}".length ? undefined : toBuffer(bytes).toString("utf8");
}

/** The message that was answered; several ones as a list; answers of other kinds whole. */
function readOutput(event: CallFinished): string | undefined {
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

const shorten = (text: string | undefined): string | undefined => cutText(text, MAX_TEXT);

/** The same content as short as it is shown at all, for a call that is too large as a whole. */
export const cutContent = ({ input, output }: ContentTexts): ContentTexts => ({
  input: cutText(input, SHOWN_TEXT),
  output: cutText(output, SHOWN_TEXT),
});

function cutText(text: string | undefined, maxLength: number): string | undefined {
  if (text === undefined || text.length <= maxLength) {
    return text;
  }
  return JSON.stringify(`${text.slice(0, SHOWN_TEXT)} ... cut: ${text.length - SHOWN_TEXT} characters more`);
}
