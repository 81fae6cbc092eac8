type Json = Readonly<Record<string, unknown>>;

/** One event of a stream of the Messages API, as the vendor frames it. */
export const anthropicEvent = (type: string, fields: Json = {}): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;

/** The pieces of one block's stream: what it begins as, and its deltas. */
export const anthropicBlock = (index: number, start: Json, deltas: readonly Json[]): readonly string[] => [
  anthropicEvent("content_block_start", { index, content_block: start }),
  ...deltas.map((delta) => anthropicEvent("content_block_delta", { index, delta })),
  anthropicEvent("content_block_stop", { index }),
];

/** The head of a streamed message. */
export const anthropicStart = (usage: Json = { input_tokens: 11, output_tokens: 1 }): string =>
  anthropicEvent("message_start", {
    message: {
      id: "msg_1nZdL29xx5MUA1yADyHTEsnR8uuvGzszyY",
      type: "message",
      role: "assistant",
      content: [],
      model: "claude-sonnet-4-5-20250929",
      stop_reason: null,
      stop_sequence: null,
      usage,
    },
  });

/** The end of a streamed message. */
export const anthropicEnd = (stopReason: string, usage: Json = { output_tokens: 7 }): readonly string[] => [
  anthropicEvent("message_delta", { delta: { stop_reason: stopReason, stop_sequence: null }, usage }),
  anthropicEvent("message_stop"),
];

/** A whole streamed message. */
export const anthropicStream = (stopReason: string, ...blocks: readonly (readonly string[])[]): readonly string[] => [
  anthropicStart(),
  anthropicEvent("ping"),
  ...blocks.flat(),
  ...anthropicEnd(stopReason),
];

/** A whole message. */
export const anthropicMessage = (content: readonly Json[], fields: Json = {}): Json => ({
  id: "msg_013Zva2CMHLNnXjNJJKqJ2EF",
  type: "message",
  role: "assistant",
  model: "claude-sonnet-4-5-20250929",
  content,
  stop_reason: "end_turn",
  stop_sequence: null,
  usage: { input_tokens: 11, output_tokens: 7 },
  ...fields,
});
