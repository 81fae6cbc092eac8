import type { Ledger } from "../../core/translation.ts";
import { type ChatMessage, contentText } from "./chat-request.ts";

/** A chat for vendors that take one prompt. */
export interface Transcript {
  /** All system messages, in order; empty when there are none. */
  readonly system: string;
  readonly prompt: string;
}

const SPEAKERS: Readonly<Record<string, string>> = { user: "User", assistant: "Assistant" };

/**
 * A chat as one prompt: a single message of a user is sent as it is, several turns as a transcript that ends where the
 * assistant is to speak. Models put the prompt into their own template. What no prompt can carry is refused.
 */
export function writeTranscript(messages: readonly ChatMessage[], ledger: Pick<Ledger, "refuse">): Transcript {
  for (const { role, path, content, toolCalls } of messages) {
    if (role === "tool" || toolCalls.length > 0) {
      ledger.refuse(path, "calls of tools");
    }
    for (const part of content) {
      if (part.kind !== "text" && part.kind !== "refusal") {
        ledger.refuse(part.path, "parts other than text");
      }
    }
  }
  const system = messages.filter(({ role }) => role === "system").map(({ content }) => contentText(content));
  const turns = messages.filter(({ role }) => Object.hasOwn(SPEAKERS, role));
  const [only, ...others] = turns;
  const isPlain = only?.role === "user" && others.length === 0;
  const written = turns.map(({ role, content }) => `${SPEAKERS[role]}: ${contentText(content)}`);
  return {
    system: system.join("\n\n"),
    prompt: isPlain ? contentText(only.content) : [...written, "Assistant:"].join("\n\n"),
  };
}
