import { createHash, createHmac, type Hash, type Hmac } from "node:crypto";

/** Keys that sign. */
export interface SigningKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** What a signature covers: a `POST` of this body to this host and target. */
export interface SignedParts {
  /** Host as its header says it. */
  readonly host: string;
  /** Path and query as they are sent. */
  readonly target: string;
  readonly body: readonly Uint8Array[];
}

/** Which service of which region a signature is for. */
export interface SigningScope {
  readonly service: string;
  readonly region: string;
}

/** SHA-256 of the runtime, in the shape that the library wants: a plain digest, or keyed. */
class Sha256 {
  readonly #hash: Hash | Hmac;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", toKey(secret));
  }

  update(data: Uint8Array): void {
    this.#hash.update(data);
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }

  reset(): void {
    throw new Error("a hash is used once");
  }
}

const toKey = (secret: string | ArrayBuffer | ArrayBufferView): Uint8Array => {
  if (typeof secret === "string") {
    return Buffer.from(secret);
  }
  return secret instanceof ArrayBuffer
    ? new Uint8Array(secret)
    : new Uint8Array(secret.buffer, secret.byteOffset, secret.byteLength);
};

/**
 * The headers that sign a request by AWS Signature Version 4, by AWS' own library, which is loaded at the first signature.
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html (read 2026-11-28).
 */
export async function signAwsRequest(
  keys: SigningKeys,
  { service, region }: SigningScope,
  { host, target, body }: SignedParts,
  now: Date,
): Promise<Readonly<Record<string, string>>> {
  const { SignatureV4 } = await import("@smithy/signature-v4");
  const { accessKeyId, secretAccessKey, sessionToken } = keys;
  const credentials = { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
  const signer = new SignatureV4({ credentials, region, service, sha256: Sha256, applyChecksum: false });
  const [path = "/", query = ""] = target.split("?", 2);
  const [only] = body;
  const signed = await signer.sign(
    {
      method: "POST",
      protocol: "https:",
      hostname: host,
      path,
      query: Object.fromEntries(new URLSearchParams(query)),
      headers: { host },
      body: body.length === 1 && only !== undefined ? only : Buffer.concat(body),
    },
    { signingDate: now },
  );
  const { host: _host, ...headers } = signed.headers;
  return headers;
}
