import { createHmac } from "node:crypto";

/**
 * The key of Standard Webhooks. A secret begins with `whsec_`, behind it base64; any other text is taken as it is.
 * Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md (2026-11-28).
 * @throws Error when what stands behind `whsec_` is no key
 */
export function toSigningKey(secret: string): Uint8Array {
  if (!secret.startsWith(PREFIX)) {
    return Buffer.from(secret);
  }
  const key = Buffer.from(secret.slice(PREFIX.length), "base64");
  if (key.length < MIN_KEY_BYTES) {
    throw new Error(`behind 'whsec_' the secret is no base64 of at least ${MIN_KEY_BYTES} bytes`);
  }
  return key;
}

/** The standard asks for 24. */
const MIN_KEY_BYTES = 16;

const PREFIX = "whsec_";

/** What a signature is over. */
export interface SignedMessage {
  /** The same for each try of the same message. */
  readonly id: string;
  /** Of this try, in seconds of the epoch. */
  readonly timestamp: number;
  readonly body: string | Uint8Array;
}

/** `webhook-id`, `webhook-timestamp` and `webhook-signature` of one try. */
export function signatureHeaders({ id, timestamp, body }: SignedMessage, key: Uint8Array): Record<string, string> {
  const signature = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest("base64");
  return { "webhook-id": id, "webhook-timestamp": String(timestamp), "webhook-signature": `v1,${signature}` };
}
