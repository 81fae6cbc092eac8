import { GatewayError } from "../core/errors.ts";
import type { UpstreamReply } from "../upstream/transport.ts";
import { decodeContent, isKnownEncoding } from "./content-encoding.ts";

/**
 * Undoes the encoding of a vendor that compresses although it was asked not to.
 * @throws GatewayError `upstream-malformed` when it cannot be undone.
 */
export async function decodeReply(reply: UpstreamReply, bytes: Uint8Array, limitBytes: number): Promise<Uint8Array> {
  const encoding = reply.header("content-encoding");
  if (encoding === undefined || encoding === "identity") {
    return bytes;
  }
  if (!isKnownEncoding(encoding)) {
    throw new GatewayError("upstream-malformed", `the reply has the unknown content-encoding '${encoding}'`);
  }
  try {
    return await decodeContent(bytes, encoding, limitBytes);
  } catch (cause) {
    throw new GatewayError("upstream-malformed", `the reply is not valid ${encoding}`, { cause });
  }
}
