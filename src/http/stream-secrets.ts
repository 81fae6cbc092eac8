import { MIN_KEY_LENGTH } from "../core/scrub-secrets.ts";

const ASTERISK = 0x2a;

/** Overwrites known keys in a vendor's stream, in place: vendors repeat them in errors, and frames keep their length. */
export class StreamSecrets {
  readonly #secrets: readonly Buffer[];

  constructor(secrets: readonly string[]) {
    this.#secrets = secrets.filter((secret) => secret.length >= MIN_KEY_LENGTH).map((secret) => Buffer.from(secret));
  }

  /** In a piece of the stream; a key that is cut between two pieces is not found. */
  hide(bytes: Buffer, start: number, end: number): void {
    for (const secret of this.#secrets) {
      let at = bytes.indexOf(secret, start);
      while (at >= 0 && at + secret.length <= end) {
        bytes.fill(ASTERISK, at, at + secret.length);
        at = bytes.indexOf(secret, at + secret.length);
      }
    }
  }
}
