import { timingSafeEqual } from "node:crypto";
import { GatewayError } from "../core/errors.ts";
import { DEFAULT_KEY_HEADER, type KeyHeaders, readPresentedKey } from "./key-carrier.ts";

/** Says who may call. Built once per configuration. */
export interface Authenticator {
  /** Whether any caller is let in, key or not. */
  readonly isOpen: boolean;
  /** The header in which a caller best sends its key, as `Bearer <key>`. */
  readonly keyHeader: string;
  /**
   * Lets a caller in.
   * @returns SHA-256 of the key that let it in, in hex: how logs name it; `undefined` where keys are not asked for
   * @throws GatewayError `unauthenticated` or `no-database` (contract 1.10)
   */
  authenticate(headers: KeyHeaders): string | undefined;
}

/** Everybody is let in: no master key is configured. */
const OPEN: Authenticator = { isOpen: true, keyHeader: DEFAULT_KEY_HEADER, authenticate: () => undefined };

/** The master key alone opens the gateway; without one configured, everybody may call. */
export function toAuthenticator(masterKey: string | undefined, keyHeader: string | undefined): Authenticator {
  if (masterKey === undefined || masterKey === "") {
    return OPEN;
  }
  const isMasterKey = toComparison(masterKey);
  const keyHash = Buffer.from(hash(masterKey)).toString("hex");
  const ownHeader = keyHeader?.toLowerCase();
  return {
    isOpen: false,
    keyHeader: keyHeader ?? DEFAULT_KEY_HEADER,
    authenticate(headers) {
      const presented = readPresentedKey(headers, ownHeader);
      if (presented.kind !== "key") {
        throw missingKey(presented.kind, keyHeader ?? DEFAULT_KEY_HEADER);
      }
      if (!isMasterKey(presented.key)) {
        throw unknownKey(presented.key);
      }
      return keyHash;
    },
  };
}

function hash(key: string): Uint8Array {
  return Bun.CryptoHasher.hash("sha256", key);
}

/** Keys shorter than this are compared as they are, longer ones by their digests. */
const PADDED_BYTES = 256;

/** Compares with a key so that the time tells nothing of it, not even its length: what is compared has one length always. */
function toComparison(key: string): (presented: string) => boolean {
  const expected = pad(Buffer.alloc(PADDED_BYTES), key);
  const digest = hash(key);
  const given = Buffer.alloc(PADDED_BYTES);
  return (presented) => {
    if (expected === undefined || pad(given, presented) === undefined) {
      return timingSafeEqual(hash(presented), digest);
    }
    const isSame = timingSafeEqual(given, expected);
    given.fill(0); // A caller's key is kept nowhere.
    return isSame;
  };
}

/** Writes the key in UTF-8 over zeros, its length at the end; `undefined` where it is too long, nothing being written then. */
function pad(bytes: Buffer, key: string): Buffer | undefined {
  if (key.length * MAX_UNIT_BYTES >= PADDED_BYTES) {
    return undefined;
  }
  bytes[PADDED_BYTES - 1] = bytes.write(key);
  return bytes;
}

/** Most bytes that a UTF-16 unit takes in UTF-8. */
const MAX_UNIT_BYTES = 3;

function missingKey(kind: "none" | "malformed", keyHeader: string): GatewayError {
  const what =
    kind === "none"
      ? `No api key passed in. Send it as \`${keyHeader}: Bearer <key>\`.`
      : "Malformed API Key passed in. Ensure Key has `Bearer ` prefix.";
  return new GatewayError("unauthenticated", `Authentication Error, ${what}`);
}

function unknownKey(key: string): GatewayError {
  if (!key.startsWith("sk-")) {
    return new GatewayError(
      "unauthenticated",
      `Authentication Error, LiteLLM Virtual Key expected. Received=${maskKey(key)}, expected to start with 'sk-'.`,
    );
  }
  return new GatewayError(
    "no-database",
    `No connected db. The key ${maskKey(key)} is not the master key, and virtual keys need a database.`,
  );
}

/** First and last four characters; short keys are masked whole. Non-ASCII goes, as the text may enter a header or a log. */
export function maskKey(key: string): string {
  const safe = key.replace(/[^\x21-\x7e]/g, "?");
  return safe.length < 16 ? "****" : `${safe.slice(0, 4)}****${safe.slice(-4)}`;
}
