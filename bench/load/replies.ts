import { STREAM_CHUNKS } from "./rows.ts";

const CREATED = 1_760_000_000;
const MODEL = "gpt-4o-mini-2024-07-18";

/** The fixed non-streamed reply: 550 bytes, the size of a short chat completion. */
export const CHAT_REPLY: string = padTo(550);

function chatReply(content: string): string {
  return JSON.stringify({
    id: "chatcmpl-BenchBenchBenchBenchBench00",
    object: "chat.completion",
    created: CREATED,
    model: MODEL,
    choices: [
      { index: 0, message: { role: "assistant", content, refusal: null }, logprobs: null, finish_reason: "stop" },
    ],
    usage: {
      prompt_tokens: 24,
      completion_tokens: 40,
      total_tokens: 64,
      prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    },
    service_tier: "default",
    system_fingerprint: "fp_0123456789",
  });
}

function padTo(bytes: number): string {
  const missing = bytes - chatReply("").length;
  return chatReply("Bonjour! ".repeat(Math.ceil(missing / 9)).slice(0, missing));
}

function streamEvent(fields: Record<string, unknown>): string {
  const common = { id: "chatcmpl-BenchBenchBenchBenchBench00", object: "chat.completion.chunk" };
  return `data: ${JSON.stringify({ ...common, created: CREATED, model: MODEL, ...fields })}\n\n`;
}

function contentEvent(index: number): string {
  const isLast = index === STREAM_CHUNKS - 1;
  const delta = index === 0 ? { role: "assistant", content: "Bon" } : { content: isLast ? "." : " jour" };
  return streamEvent({ choices: [{ index: 0, delta, logprobs: null, finish_reason: isLast ? "stop" : null }] });
}

/** The events of one streamed reply in order: content, usage, `[DONE]`. */
export function streamEvents(): string[] {
  const usage = { prompt_tokens: 24, completion_tokens: STREAM_CHUNKS, total_tokens: 24 + STREAM_CHUNKS };
  return [
    ...Array.from({ length: STREAM_CHUNKS }, (_, index) => contentEvent(index)),
    streamEvent({ choices: [], usage }),
    "data: [DONE]\n\n",
  ];
}

const ANTHROPIC_MODEL = "claude-sonnet-4-5-20250929";

/** The fixed reply in Anthropic's format. Source: https://docs.claude.com/en/api/messages (read 2026-11-28). */
export const ANTHROPIC_REPLY: string = JSON.stringify({
  id: "msg_BenchBenchBenchBenchBench00",
  type: "message",
  role: "assistant",
  model: ANTHROPIC_MODEL,
  content: [{ type: "text", text: "Bonjour! ".repeat(20) }],
  stop_reason: "end_turn",
  stop_sequence: null,
  usage: { input_tokens: 24, output_tokens: 40, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 },
});

/** The same stream as {@link streamEvents} in Anthropic's format. Source: https://docs.claude.com/en/docs/build-with-claude/streaming (read 2026-11-28). */
export function anthropicStreamEvents(): string[] {
  const event = (type: string, fields: Record<string, unknown>): string =>
    `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
  const message = {
    id: "msg_BenchBenchBenchBenchBench00",
    type: "message",
    role: "assistant",
    model: ANTHROPIC_MODEL,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: 24, output_tokens: 1, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 },
  };
  const delta = { stop_reason: "end_turn", stop_sequence: null };
  return [
    event("message_start", { message }),
    event("content_block_start", { index: 0, content_block: { type: "text", text: "" } }),
    ...Array.from({ length: STREAM_CHUNKS }, () =>
      event("content_block_delta", { index: 0, delta: { type: "text_delta", text: " jour" } }),
    ),
    event("content_block_stop", { index: 0 }),
    event("message_delta", { delta, usage: { output_tokens: STREAM_CHUNKS } }),
    event("message_stop", {}),
  ];
}
