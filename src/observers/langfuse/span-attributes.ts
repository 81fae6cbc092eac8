import { toBoundedMap } from "../../core/bounded-map.ts";
import type { ByteWriter } from "../../wire/byte-writer.ts";

const CLOSE = Buffer.from("}},");

/** Longer keys are not remembered. */
const MAX_KNOWN_KEY = 128;

/** What stands before a text, by its key below a prefix: keys of calls are the same few, but for callers' metadata. */
export function toKeys(prefix: string): (key: string) => Uint8Array {
  const write = (key: string): Uint8Array =>
    Buffer.from(`{"key":${JSON.stringify(prefix + key)},"value":{"stringValue":`);
  const known = toBoundedMap(256, write);
  return (key) => (key.length > MAX_KNOWN_KEY ? write(key) : known(key));
}

const keyOf = toKeys("");

/** Writes the attributes of a span as OTLP has them in JSON, a comma behind each. What is `undefined` is left out. */
export class SpanAttributes {
  readonly #out: ByteWriter;

  constructor(out: ByteWriter) {
    this.#out = out;
  }

  /** @param keys of the prefix that the key is below */
  text(key: string, value: string | undefined, keys = keyOf): void {
    if (value !== undefined) {
      this.#out.raw(keys(key));
      this.#out.jsonString(value);
      this.#out.raw(CLOSE);
    }
  }

  /** A value's JSON as a text. */
  json(key: string, value: unknown): void {
    if (value !== undefined) {
      this.text(key, JSON.stringify(value));
    }
  }

  /** A value that is no text, as OTLP has it: `{"boolValue":true}`. */
  other(key: string, value: Readonly<Record<string, unknown>> | undefined): void {
    if (value !== undefined) {
      this.#out.text(`${JSON.stringify({ key, value })},`);
    }
  }

  /** Takes the last comma back. */
  close(): void {
    this.#out.cutTo(this.#out.length - 1);
  }
}
