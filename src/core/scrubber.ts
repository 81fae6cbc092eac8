import { toBoundedMap } from "./bounded-map.ts";
import { scrubKey, scrubSecrets } from "./scrub-secrets.ts";

/** Names that are remembered, and how long they may be. */
const MAX_NAMES = 1024;
const MAX_NAME = 200;

/**
 * Takes secrets out of what callers choose and records show: what looks like one, and the server's own keys however they
 * look.
 */
export class Scrubber {
  readonly #keys: readonly string[];
  readonly #known: (name: string) => string;

  /** @param keys of the server itself */
  constructor(keys: readonly string[]) {
    this.#keys = keys;
    this.#known = toBoundedMap(MAX_NAMES, (name) => scrubSecrets(name, keys));
  }

  /** The same text, or the same data with its texts. */
  scrub<Value>(value: Value): Value {
    if (value === undefined || (Array.isArray(value) && value.length === 0)) {
      return value; // As most of what a call may say.
    }
    return scrubSecrets(value, this.#keys);
  }

  /** {@link scrub} for names that call after call has, such as those of models. */
  scrubName<Name extends string | undefined>(name: Name): Name {
    return name === undefined || name.length > MAX_NAME ? this.scrub(name) : (this.#known(name) as Name);
  }

  /** JSON text without the server's keys. What else looks like a secret is taken out where the text has been read. */
  scrubJson<Text extends string | undefined>(text: Text): Text {
    return text === undefined ? text : this.#keys.reduce(scrubKey<Text>, text);
  }
}
