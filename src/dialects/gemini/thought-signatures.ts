import { objectOf, textOf } from "../../core/json-values.ts";
import type { JsonObject } from "../../core/translation.ts";

/**
 * Gemini 3 and later refuse a function call in the history that comes without the signature of the thought that led to
 * it. OpenAI's clients know no such thing, but they hand back the ids of tool calls as they got them: so the signature is
 * put behind the id, as LiteLLM does, and stays valid in conversations that began there.
 * Source: https://ai.google.dev/gemini-api/docs/thought-signatures (read 2026-11-28).
 */
const SEPARATOR = "__thought__";

/**
 * Stands for a signature of calls that another model made. Source: the FAQ of
 * https://ai.google.dev/gemini-api/docs/thought-signatures (read 2026-11-28).
 */
export const FOREIGN_SIGNATURE = "skip_thought_signature_validator";

/** Signatures are bytes in base64; anything else would be refused with the whole request. */
const isSignature = (text: string | undefined): text is string =>
  text !== undefined && /^[A-Za-z0-9+/_-]+={0,2}$/.test(text);

/** An id that carries its call's signature. */
export const signId = (id: string, signature: string | undefined): string =>
  signature === undefined ? id : `${id}${SEPARATOR}${signature}`;

/** The id without the signature behind it: what the vendor knows of it. */
export function bareId(id: string): string {
  const at = id.indexOf(SEPARATOR);
  return at < 0 ? id : id.slice(0, at);
}

/**
 * The signature of a tool call that a caller hands back: in `provider_specific_fields` (LiteLLM), in `extra_content` (Google's
 * own OpenAI surface), or in the id.
 */
export function findCallSignature(call: JsonObject): string | undefined {
  const ofCall = objectOf(call["provider_specific_fields"])["thought_signature"];
  const ofFunction = objectOf(objectOf(call["function"])["provider_specific_fields"])["thought_signature"];
  const ofGoogle = objectOf(objectOf(call["extra_content"])["google"])["thought_signature"];
  const id = textOf(call["id"]) ?? "";
  const at = id.indexOf(SEPARATOR);
  const ofId = at < 0 ? undefined : id.slice(at + SEPARATOR.length);
  return [ofCall, ofFunction, ofGoogle, ofId].map(textOf).find(isSignature);
}

/** The signatures of a message's other parts (`provider_specific_fields.thought_signatures`). */
export function findTextSignatures(message: JsonObject): readonly string[] {
  const list = objectOf(message["provider_specific_fields"])["thought_signatures"];
  return Array.isArray(list) ? list.map(textOf).filter(isSignature) : [];
}
