import { GatewayError } from "../core/errors.ts";
import { readBase64Floats, writeBase64Floats } from "../wire/base64-floats.ts";
import { isDeeperThan } from "../wire/json-depth.ts";
import { toBuffer } from "../wire/utf8.ts";

/** Deepest reply that is converted. */
const MAX_DEPTH = 512;

const KEY = Buffer.from('"embedding":');
const QUOTE = 0x22;
const OPEN_BRACKET = 0x5b;

/**
 * An embeddings reply in the encoding that was asked for. Clients that asked for base64 corrupt floats without a word
 * (openai-node 4 to 6), and clients that asked for floats do not decode base64. A reply that is right already is
 * returned as the very bytes that came.
 * @throws GatewayError `upstream-malformed` when a reply that must be converted is broken.
 */
export function toEmbeddingEncoding(bytes: Uint8Array, wantsBase64: boolean): Uint8Array {
  const buffer = toBuffer(bytes);
  const found = findEncoding(buffer);
  if (found === undefined || found === (wantsBase64 ? "base64" : "float")) {
    return bytes;
  }
  const malformed = (cause?: unknown): GatewayError =>
    new GatewayError("upstream-malformed", "the reply is broken JSON, or nested too deeply", { cause });
  if (isDeeperThan(buffer, MAX_DEPTH)) {
    throw malformed();
  }
  let reply: unknown;
  try {
    reply = JSON.parse(buffer.toString("utf8"));
  } catch (cause) {
    throw malformed(cause);
  }
  return convertReply(reply, wantsBase64);
}

function convertReply(reply: unknown, wantsBase64: boolean): Uint8Array {
  const data = typeof reply === "object" && reply !== null && "data" in reply ? reply.data : undefined;
  for (const item of Array.isArray(data) ? data : []) {
    convertItem(item, wantsBase64);
  }
  return Buffer.from(JSON.stringify(reply));
}

function convertItem(item: unknown, wantsBase64: boolean): void {
  if (typeof item !== "object" || item === null || !("embedding" in item)) {
    return;
  }
  const { embedding } = item;
  if (wantsBase64 && Array.isArray(embedding)) {
    item.embedding = writeBase64Floats(embedding);
  } else if (!wantsBase64 && typeof embedding === "string") {
    item.embedding = readBase64Floats(embedding) ?? embedding;
  }
}

/** Looks at the first vector only: a reply never mixes encodings. */
function findEncoding(buffer: Buffer): "base64" | "float" | undefined {
  let at = buffer.indexOf(KEY);
  if (at < 0) {
    at = buffer.indexOf('"embedding" :');
  }
  if (at < 0) {
    return undefined;
  }
  at = buffer.indexOf(":", at) + 1;
  while (at < buffer.length && (buffer[at] ?? 0) <= 0x20) {
    at++;
  }
  return buffer[at] === QUOTE ? "base64" : buffer[at] === OPEN_BRACKET ? "float" : undefined;
}
