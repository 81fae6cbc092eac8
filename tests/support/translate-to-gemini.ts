import { GatewayError } from "../../src/core/errors.ts";
import type { JsonObject, Media } from "../../src/core/translation.ts";
import { openaiChatToGeminiGenerateContent } from "../../src/translators/openai-chat-to-gemini-generate-content.ts";
import { checkGeminiBody } from "./gemini-rules.ts";

/** What became of a chat. */
export interface Translated {
  readonly body: JsonObject;
  readonly dropped: readonly string[];
}

/** How a chat is translated. */
export interface TranslateOptions {
  readonly model?: string;
  readonly isVertex?: boolean;
  readonly media?: ReadonlyMap<string, Media>;
  /** What is refused is dropped instead. */
  readonly dropParams?: boolean;
}

/** A chat as Gemini gets it. @throws GatewayError as the gateway would, and Error when the vendor would refuse the outcome. */
export const translateToGemini = (chat: JsonObject, options: TranslateOptions = {}): Translated => {
  const { model = "gemini-2.5-flash", isVertex = false, media = new Map(), dropParams = false } = options;
  const dropped: string[] = [];
  const body = openaiChatToGeminiGenerateContent.request(chat, {
    model,
    isStream: chat["stream"] === true,
    media,
    options: isVertex ? { isVertex } : {},
    ledger: {
      drop: (path) => void dropped.push(path),
      refuse: (path, why) => {
        if (!dropParams)
          throw new GatewayError("unsupported-params", `gemini does not support ${why}`, { param: path });
        dropped.push(path);
      },
    },
  }) as JsonObject;
  const refusal = checkGeminiBody(JSON.parse(JSON.stringify(body)), model, isVertex);
  if (refusal !== undefined) throw new Error(JSON.stringify(refusal.body));
  return { body, dropped };
};
