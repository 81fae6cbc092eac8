import { crc32 } from "node:zlib";
import { toBuffer } from "./utf8.ts";

/** Total length, length of the headers and the checksum of both. */
const PRELUDE_BYTES = 12;

/** A message without headers and payload: prelude and checksum. */
const MIN_MESSAGE_BYTES = 16;

/** Longest message that is read; AWS allows payloads of 24 MiB. */
const MAX_MESSAGE_BYTES = 25 * 1024 * 1024;

/** Takes the events of a stream in order: `event` is the event's name (empty when it has none), `data` its payload. */
export type OnAwsEvent = (event: string, data: Uint8Array) => void;

/** Checksum at the end of a message. */
const CHECKSUM_BYTES = 4;

/** The type of a header's value that is text; others are of no use here. */
const TEXT_TYPE = 7;

/** Bytes of a value by its type; byte strings (6) and texts (7) tell their own length. */
const VALUE_BYTES: Readonly<Record<number, number>> = { 0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 6: -1, 7: -1, 8: 8, 9: 16 };

/**
 * Reads an AWS event stream. An event is named by its `:event-type`; an exception by its `:exception-type`, an unmodelled error
 * by its `:error-code`, with `{"message": ...}` as its data. Read here and not by AWS' own codec, which costs every start of the gateway 16 MB and a
 * tenth of a second; the tests compare the two.
 * Source: https://smithy.io/2.0/aws/amazon-eventstream.html (read 2026-11-28).
 */
export class AwsEventReader {
  readonly #onEvent: OnAwsEvent;
  #held: Buffer[] = [];
  #heldBytes = 0;
  /** Length of the message under way; 0 while its prelude is not there. */
  #messageBytes = 0;
  /** Headers of the message before: nearly all messages of a stream have the same ones. */
  #headerBytes: Buffer = Buffer.alloc(0);
  #headers: ReadonlyMap<string, string> = new Map();

  constructor(onEvent: OnAwsEvent) {
    this.#onEvent = onEvent;
  }

  /** Takes the next bytes of the stream. @throws Error on a message that is corrupt or too long */
  push(chunk: Uint8Array): void {
    this.#held.push(toBuffer(chunk));
    this.#heldBytes += chunk.length;
    if (this.#heldBytes < (this.#messageBytes || PRELUDE_BYTES)) {
      return;
    }
    const bytes = this.#join();
    let at = 0;
    this.#messageBytes = 0;
    while (bytes.length - at >= PRELUDE_BYTES) {
      const length = bytes.readUInt32BE(at);
      if (length > bytes.length - at || length < MIN_MESSAGE_BYTES) {
        checkPrelude(bytes.subarray(at, at + PRELUDE_BYTES), length);
        this.#messageBytes = length;
        break;
      }
      this.#read(bytes.subarray(at, at + length)); // Its checksum covers the prelude.
      at += length;
    }
    this.#held = at === bytes.length ? [] : [bytes.subarray(at)];
    this.#heldBytes = bytes.length - at;
  }

  /** The stream is over. @throws Error when it ended within a message */
  end(): void {
    if (this.#heldBytes > 0) {
      throw new Error("the event stream ended within a message");
    }
  }

  #join(): Buffer {
    const [first] = this.#held;
    if (this.#held.length === 1 && first !== undefined) {
      return first;
    }
    const joined = Buffer.concat(this.#held);
    this.#held = [joined];
    return joined;
  }

  #read(message: Buffer): void {
    const end = message.length - CHECKSUM_BYTES;
    if (crc32(message.subarray(0, end)) !== message.readUInt32BE(end)) {
      throw new Error("the event stream is corrupt: a message does not match its checksum");
    }
    const bodyStart = PRELUDE_BYTES + message.readUInt32BE(4);
    if (bodyStart > end) {
      throw new Error("the event stream has a message whose headers are longer than itself");
    }
    const headers = this.#headersOf(message.subarray(PRELUDE_BYTES, bodyStart));
    const body = message.subarray(bodyStart, end);
    switch (headers.get(":message-type")) {
      case "error":
        this.#onEvent(
          headers.get(":error-code") ?? "",
          Buffer.from(JSON.stringify({ message: headers.get(":error-message") ?? "" })),
        );
        return;
      case "exception":
        this.#onEvent(headers.get(":exception-type") ?? "", body);
        return;
      default:
        this.#onEvent(headers.get(":event-type") ?? "", body);
    }
  }

  #headersOf(bytes: Buffer): ReadonlyMap<string, string> {
    if (!bytes.equals(this.#headerBytes)) {
      this.#headers = readHeaders(bytes);
      this.#headerBytes = Buffer.from(bytes); // A copy: the message must not be held with it.
    }
    return this.#headers;
  }
}

/** The headers whose values are texts. @throws RangeError on headers that are cut off, Error on values of unknown types */
function readHeaders(bytes: Buffer): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  let at = 0;
  while (at < bytes.length) {
    const nameEnd = at + 1 + bytes.readUInt8(at);
    const name = bytes.toString("utf8", at + 1, nameEnd);
    const type = bytes.readUInt8(nameEnd);
    const fixed = VALUE_BYTES[type];
    if (fixed === undefined) {
      throw new Error(`the event stream has a header of the unknown type ${type}`);
    }
    const start = nameEnd + (fixed < 0 ? 3 : 1);
    at = start + (fixed < 0 ? bytes.readUInt16BE(nameEnd + 1) : fixed);
    if (at > bytes.length) {
      throw new RangeError("the event stream has a header that is longer than its message");
    }
    if (type === TEXT_TYPE) {
      headers.set(name, bytes.toString("utf8", start, at));
    }
  }
  return headers;
}

/** A length is checked before the rest of its message is waited for: a corrupt one must not hold memory. */
function checkPrelude(prelude: Buffer, length: number): void {
  if (crc32(prelude.subarray(0, 8)) !== prelude.readUInt32BE(8)) {
    throw new Error("the event stream is corrupt: a prelude does not match its checksum");
  }
  if (
    length < MIN_MESSAGE_BYTES ||
    length > MAX_MESSAGE_BYTES ||
    prelude.readUInt32BE(4) > length - MIN_MESSAGE_BYTES
  ) {
    throw new Error(`the event stream has a message of ${length} bytes, which none may have`);
  }
}
