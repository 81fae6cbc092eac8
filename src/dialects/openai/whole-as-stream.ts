import type { JsonObject } from "../../core/translation.ts";

/** A piece of text in a made stream, in characters: small enough to look alive, large enough to be cheap. */
const PIECE_LENGTH = 40;

/**
 * The chunks of a stream that says what a whole chat or text completion says, for vendors without streams (contract 3.3,
 * "fake streaming"). Usage comes last, in a chunk without choices, when it is to be seen.
 */
export function toChunks(body: JsonObject, includesUsage: boolean): readonly JsonObject[] {
  const { choices, usage, object, ...head } = body;
  const isChat = object === "chat.completion";
  const base = { ...head, object: isChat ? "chat.completion.chunk" : object };
  const list = Array.isArray(choices) ? (choices as readonly JsonObject[]) : [];
  const chunks = list.flatMap((choice) => (isChat ? toChatChoices(choice) : [choice]));
  const made = chunks.map((choice): JsonObject => ({ ...base, choices: [choice] }));
  return includesUsage && usage !== undefined ? [...made, { ...base, choices: [], usage }] : made;
}

/** A message as deltas: the role first, then reasoning, text in pieces, everything else at once, and the reason for the end. */
function toChatChoices(choice: JsonObject): readonly JsonObject[] {
  const { index, message, finish_reason, logprobs } = choice;
  const { role, content, reasoning_content, tool_calls, ...rest } = (message ?? {}) as JsonObject;
  const delta = (value: JsonObject, more: JsonObject = {}): JsonObject => ({
    index,
    delta: value,
    finish_reason: null,
    ...more,
  });
  const calls = Array.isArray(tool_calls)
    ? [{ tool_calls: tool_calls.map((call: JsonObject, at) => ({ index: at, ...call })) }]
    : [];
  const others = Object.keys(rest).length > 0 ? [rest] : [];
  return [
    delta({ role: role ?? "assistant", content: "" }),
    ...toPieces(reasoning_content).map((piece) => delta({ reasoning_content: piece })),
    ...toPieces(content).map((piece) => delta({ content: piece })),
    ...[...others, ...calls].map((value) => delta(value)),
    { ...delta({}), finish_reason, ...(logprobs === undefined ? {} : { logprobs }) },
  ];
}

function toPieces(text: unknown): readonly string[] {
  return typeof text === "string" ? (text.match(new RegExp(`.{1,${PIECE_LENGTH}}`, "gsu")) ?? []) : [];
}
