import { decodeReply } from "../upstream/reply-encoding.ts";
import type { BodySink, Exchange, Transport, UpstreamReply, UpstreamRequest } from "../upstream/transport.ts";
import type { HeaderBlock } from "../wire/header-block.ts";

/** Requests of one call that are under way at once. */
const MAX_AT_ONCE = 8;

/** Longest single reply, and all of them together, in bytes. */
const MAX_REPLY_BYTES = 64 * 1024 * 1024;
const MAX_TOTAL_BYTES = 256 * 1024 * 1024;

/**
 * One call that the vendor takes as several: replies whose status is not 200 are the reply of the whole, otherwise its body
 * is the JSON list of all bodies, in order. Made whole before it is told of, as each part may fail.
 */
export class FannedExchange implements Exchange {
  readonly reply: Promise<UpstreamReply>;
  readonly #transport: Transport;
  readonly #open = new Set<Exchange>();
  #isAborted = false;
  #bytesLeft = MAX_TOTAL_BYTES;

  constructor(transport: Transport, requests: readonly UpstreamRequest[]) {
    this.#transport = transport;
    this.reply = this.#sendAll(requests);
  }

  abort(): void {
    this.#isAborted = true;
    for (const exchange of this.#open) {
      exchange.abort();
    }
  }

  async #sendAll(requests: readonly UpstreamRequest[]): Promise<UpstreamReply> {
    const parts: Part[] = [];
    let failed: UpstreamReply | undefined;
    let next = 0;
    const work = async (): Promise<void> => {
      for (let index = next++; index < requests.length && !this.#isAborted; index = next++) {
        const part = await this.#send(requests[index] as UpstreamRequest);
        parts[index] = part;
        if (part.reply.status >= 300 && failed === undefined) {
          failed = new JoinedReply([part.reply], part.body);
          this.abort(); // Nobody will read the others.
        }
      }
    };
    try {
      await Promise.all(Array.from({ length: Math.min(MAX_AT_ONCE, requests.length) }, work));
    } catch (error) {
      this.abort();
      if (failed === undefined) {
        throw error;
      }
    }
    if (failed !== undefined) {
      return failed;
    }
    return new JoinedReply(
      parts.map(({ reply }) => reply),
      joinJson(parts.map(({ body }) => body)),
    );
  }

  async #send(request: UpstreamRequest): Promise<Part> {
    const exchange = this.#transport.open(request);
    this.#open.add(exchange);
    try {
      const reply = await exchange.reply;
      const body = await this.#readBody(reply);
      return { reply, body };
    } finally {
      this.#open.delete(exchange);
    }
  }

  /** A part's body, decoded, within what is left of the bytes of all parts. */
  async #readBody(reply: UpstreamReply): Promise<Uint8Array> {
    const limit = Math.min(MAX_REPLY_BYTES, this.#bytesLeft);
    const body = await decodeReply(reply, await reply.readBody(limit), limit);
    this.#bytesLeft -= body.length;
    return body;
  }
}

/** One request's reply with its body, decoded. */
interface Part {
  readonly reply: UpstreamReply;
  readonly body: Uint8Array;
}

function joinJson(bodies: readonly Uint8Array[]): Uint8Array {
  const comma = Buffer.from(",");
  const pieces = bodies.flatMap((body, index) => (index === 0 ? [body] : [comma, body]));
  return Buffer.concat([Buffer.from("["), ...pieces, Buffer.from("]")]);
}

/** A reply whose body has been read, or made of several; its status and headers are the last one's. */
export class JoinedReply implements UpstreamReply {
  readonly status: number;
  readonly headers: HeaderBlock;
  readonly #replies: readonly UpstreamReply[];
  readonly #last: UpstreamReply;
  readonly #body: Uint8Array;

  constructor(replies: readonly UpstreamReply[], body: Uint8Array) {
    const last = replies.at(-1);
    if (last === undefined) {
      throw new Error("a call was fanned out into nothing");
    }
    this.status = last.status;
    this.headers = last.headers;
    this.#replies = replies;
    this.#last = last;
    this.#body = body;
  }

  header(name: string): string | undefined {
    return name === "content-encoding" ? undefined : this.#last.header(name);
  }

  /** A header of all replies in their order, joined by commas; `undefined` when none has it. */
  headersOfAll(name: string): string | undefined {
    const values = this.#replies.flatMap((reply) => reply.header(name) ?? []);
    return values.length === 0 ? undefined : values.join(", ");
  }

  readBody(): Uint8Array {
    return this.#body;
  }

  streamTo(sink: BodySink): void {
    sink.chunk(this.#body);
    sink.end();
  }

  pause(): void {}
  resume(): void {}
}
