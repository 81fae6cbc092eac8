import { objectOf, objectsOf, textOf } from "../../core/json-values.ts";
import type { JsonObject, Ledger } from "../../core/translation.ts";
import { type ChatMessage, type ContentPart, contentText, readMessages } from "../../dialects/openai/chat-request.ts";

/** Levels of detail that Cohere knows. */
const DETAILS: ReadonlySet<string> = new Set(["auto", "low", "high"]);

/**
 * The messages of a chat in Cohere's form.
 * Source: https://docs.cohere.com/reference/chat, `messages` (read 2026-11-28).
 * @throws GatewayError `invalid-request`, or `unsupported-params` for content that no model of Cohere's takes
 */
export const toCohereMessages = (body: JsonObject, ledger: Ledger): readonly JsonObject[] =>
  readMessages(body).map((message) => toCohereMessage(message, ledger));

function toCohereMessage(message: ChatMessage, ledger: Ledger): JsonObject {
  const { role, content, name, path, toolCallId } = message;
  switch (role) {
    case "tool":
      return { role, tool_call_id: toolCallId, content: toBlocks(content, ledger) };
    case "assistant":
      dropName(name, path, ledger);
      return toAssistant(message, ledger);
    case "system":
    case "user":
      dropName(name, path, ledger);
      return { role, content: toBlocks(content, ledger) };
    default:
      return role satisfies never;
  }
}

/** Cohere tells speakers apart by their roles only. A tool message's name repeats what its call says. */
function dropName(name: string | undefined, path: string, ledger: Ledger): void {
  if (name !== undefined) {
    ledger.drop(`${path}.name`);
  }
}

/** Text is sent as text; blocks only where there is something beside one text. */
function toBlocks(content: readonly ContentPart[], ledger: Ledger): string | readonly JsonObject[] {
  const [only, ...others] = content;
  if (only === undefined || (others.length === 0 && (only.kind === "text" || only.kind === "refusal"))) {
    return contentText(content);
  }
  const blocks = content.map((part) => toBlock(part, ledger)).filter((block) => block !== undefined);
  return blocks.length === 0 ? "" : blocks;
}

function toBlock(part: ContentPart, ledger: Ledger): JsonObject | undefined {
  switch (part.kind) {
    case "text":
    case "refusal":
      return { type: "text", text: part.text };
    case "image":
      return { type: "image_url", image_url: { url: part.url, ...toDetail(part, ledger) } };
    case "audio":
      ledger.refuse(part.path, "audio in messages");
      return undefined;
    case "file":
      ledger.refuse(part.path, "files in messages");
      return undefined;
    case "other": // `document` and `thinking` are Cohere's own.
      return part.raw;
    default:
      return part satisfies never;
  }
}

function toDetail({ path, detail }: ContentPart & { readonly kind: "image" }, ledger: Ledger): JsonObject {
  if (detail === undefined || DETAILS.has(detail)) {
    return detail === undefined ? {} : { detail };
  }
  ledger.drop(`${path}.image_url.detail`);
  return {};
}

/**
 * What the model said: thoughts and plans go back as what they came as, so that a chat with tools can be continued. A plan
 * stands in `provider_specific_fields.tool_plan`, where replies have it.
 */
function toAssistant(message: ChatMessage, ledger: Ledger): JsonObject {
  const { content, toolCalls, raw } = message;
  const own = objectOf(raw["provider_specific_fields"]);
  const plan = textOf(raw["tool_plan"]) ?? textOf(own["tool_plan"]);
  const citations = objectsOf(raw["citations"] ?? own["citations"]);
  const reasoning = textOf(raw["reasoning_content"]);
  const isThought = reasoning !== undefined && reasoning !== "" && reasoning !== plan;
  const said = toBlocks(content, ledger);
  const isSilent = said === "" || said.length === 0;
  const thinking = isThought ? [{ type: "thinking", thinking: reasoning }] : [];
  const text = typeof said === "string" ? (isSilent ? [] : [{ type: "text", text: said }]) : said;
  return {
    role: "assistant",
    ...(isThought ? { content: [...thinking, ...text] } : isSilent && toolCalls.length > 0 ? {} : { content: said }),
    ...(toolCalls.length === 0
      ? {}
      : {
          tool_calls: toolCalls.map(({ id, name, arguments: written }) => ({
            id,
            type: "function",
            function: { name, arguments: written === "" ? "{}" : written },
          })),
        }),
    ...(plan === undefined || plan === "" ? {} : { tool_plan: plan }),
    ...(citations.length === 0 ? {} : { citations }),
  };
}
