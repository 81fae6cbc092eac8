import type { ScriptedReply } from "./scripted-reply.ts";

/** A JSON object as a client sent it. */
export type Body = Readonly<Record<string, unknown>>;

/** An error reply in OpenAI's shape. */
export const openaiError = (
  status: number,
  message: string,
  details: { readonly type?: string; readonly param?: string | null; readonly code?: string | null } = {},
): ScriptedReply => ({
  status,
  body: {
    error: {
      message,
      type: details.type ?? "invalid_request_error",
      param: details.param ?? null,
      code: details.code ?? null,
    },
  },
});
