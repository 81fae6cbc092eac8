import type { JsonObject } from "../../src/core/translation.ts";
import { openaiChatToAnthropicMessages as translator } from "../../src/translators/openai-chat-to-anthropic-messages.ts";
import { checkAnthropicBody } from "./anthropic-rules.ts";

/** A translated chat request, and what its ledger was told. */
export interface Translated {
  readonly body: JsonObject;
  readonly dropped: readonly string[];
  readonly refused: readonly string[];
}

const USER = [{ role: "user", content: "Hello" }];

/** Translates a chat request; fails when the vendor would refuse the result. */
export const translateToAnthropic = (
  fields: JsonObject,
  {
    model = "claude-sonnet-4-5",
    options = {},
    isStream = false,
    media = {},
  }: {
    readonly model?: string;
    readonly options?: JsonObject;
    readonly isStream?: boolean;
    readonly media?: Readonly<Record<string, { readonly type: string; readonly base64: string }>>;
  } = {},
): Translated => {
  const dropped: string[] = [];
  const refused: string[] = [];
  const body = translator.request(
    { messages: USER, ...fields },
    {
      model,
      isStream,
      ledger: { drop: (path) => void dropped.push(path), refuse: (path) => void refused.push(path) },
      media: new Map(Object.entries(media)),
      options,
    },
  ) as JsonObject;
  const betas = Object.values(translator.headers?.({ messages: USER, ...fields }, options) ?? {}).join(",");
  const fault = Object.keys(options).length === 0 ? checkAnthropicBody(body, betas) : undefined;
  if (fault !== undefined) throw new Error(`${fault}: ${JSON.stringify(body)}`);
  return { body, dropped, refused };
};
