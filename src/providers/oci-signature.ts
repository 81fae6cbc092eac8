import { createHash, createPrivateKey, type KeyObject, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { toHeaderLine } from "../wire/header-line.ts";
import type { Credential, CredentialSource, SignableRequest } from "./credential.ts";

/** Who signs: `keyId` is `<tenancy>/<user>/<fingerprint>`. */
export interface OciIdentity {
  readonly keyId: string;
  readonly key: KeyObject;
}

const SIGNED = "date (request-target) host content-length content-type x-content-sha256";

/**
 * Header lines that sign a POST of JSON: RSA-SHA256 over date, target, host and body.
 * Sources: https://docs.oracle.com/iaas/Content/API/Concepts/signingrequests.htm, `oci/signer.py` of PyPI `oci` 2.189.0
 * (read 2026-11-28).
 */
export function signOciRequest({ keyId, key }: OciIdentity, { host, target, body }: SignableRequest, at: Date): string {
  const bytes = Buffer.concat(body);
  const date = at.toUTCString();
  const digest = createHash("sha256").update(bytes).digest("base64");
  const text = [
    `date: ${date}`,
    `(request-target): post ${target}`,
    `host: ${host}`,
    `content-length: ${bytes.length}`,
    "content-type: application/json",
    `x-content-sha256: ${digest}`,
  ].join("\n");
  const signature = sign("sha256", Buffer.from(text), key).toString("base64");
  const authorization = `Signature algorithm="rsa-sha256",headers="${SIGNED}",keyId="${keyId}",signature="${signature}",version="1"`;
  return (
    toHeaderLine("date", date) + toHeaderLine("x-content-sha256", digest) + toHeaderLine("authorization", authorization)
  );
}

/** The setting of a deployment, or the environment variable of the same name in capitals. */
const settingOf = (
  { params, environment }: CredentialSource,
  name: "oci_user" | "oci_fingerprint" | "oci_tenancy" | "oci_key" | "oci_key_file",
): string | undefined => params.vendor[name] || environment[name.toUpperCase()] || undefined;

/**
 * Signs by the API key of a user: `oci_user`, `oci_fingerprint`, `oci_tenancy`, and the private key as `oci_key` (PEM) or
 * `oci_key_file`.
 * @throws TypeError naming what is missing, or a key that cannot be read
 */
export function ociCredential(source: CredentialSource): Credential {
  const need = (name: "oci_user" | "oci_fingerprint" | "oci_tenancy"): string => {
    const value = settingOf(source, name);
    if (value === undefined) {
      throw new TypeError(`provider 'oci' signs its calls: set ${name} or ${name.toUpperCase()}`);
    }
    return value;
  };
  const who = [need("oci_tenancy"), need("oci_user"), need("oci_fingerprint")];
  const keyId = who.join("/");
  toHeaderLine("authorization", keyId); // Refused now rather than at each call.
  const key = readKey(source);
  return { sign: (request) => signOciRequest({ keyId, key }, request, new Date()), secrets: () => who };
}

function readKey(source: CredentialSource): KeyObject {
  const pem = settingOf(source, "oci_key");
  const file = settingOf(source, "oci_key_file");
  if (pem === undefined && file === undefined) {
    throw new TypeError("provider 'oci' signs its calls: set oci_key, oci_key_file, OCI_KEY or OCI_KEY_FILE");
  }
  try {
    // In environment variables line ends are often written as two characters.
    const text = pem === undefined ? readFileSync(file ?? "", "utf8") : pem.replaceAll("\\n", "\n");
    return createPrivateKey(text);
  } catch (cause) {
    const name = pem === undefined ? "oci_key_file" : "oci_key";
    throw new TypeError(`${name} is no private key in PEM that can be read without a passphrase`, { cause });
  }
}
