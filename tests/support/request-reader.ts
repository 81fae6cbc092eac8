/** One HTTP/1.1 request as it stood on the wire. */
export interface ParsedRequest {
  readonly method: string;
  /** Request target as written, query included. */
  readonly target: string;
  /** Names as written and values, in their order. */
  readonly rawHeaders: readonly (readonly [name: string, value: string])[];
  readonly headers: Headers;
  /** The body with any chunked framing taken off. */
  readonly body: Uint8Array;
}

const HEADER_LINE = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([^\r\n\0]*?)[ \t]*$/;
const REQUEST_LINE = /^([A-Z]+) ([^\s]+) HTTP\/1\.1$/;

interface Head {
  readonly method: string;
  readonly target: string;
  readonly rawHeaders: readonly (readonly [string, string])[];
  readonly headers: Headers;
  /** Where the body starts. */
  readonly bodyStart: number;
}

const readHead = (text: string, bodyStart: number): Head => {
  const [requestLine = "", ...lines] = text.split("\r\n");
  const [, method, target] = REQUEST_LINE.exec(requestLine) ?? [];
  if (method === undefined || target === undefined) throw new Error(`bad request line: ${requestLine}`);
  const rawHeaders = lines.map((line) => {
    const [, name, value] = HEADER_LINE.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new Error(`bad header line: ${JSON.stringify(line)}`);
    return [name, value] as const;
  });
  const headers = new Headers(rawHeaders.map(([name, value]) => [name, value]));
  checkFraming(rawHeaders);
  return { method, target, rawHeaders, headers, bodyStart };
};

const checkFraming = (rawHeaders: Head["rawHeaders"]): void => {
  const count = (wanted: string): number => rawHeaders.filter(([name]) => name.toLowerCase() === wanted).length;
  if (count("host") !== 1) throw new Error(`${count("host")} host headers`);
  if (count("content-length") + count("transfer-encoding") > 1) throw new Error("ambiguous body length");
  if (count("authorization") > 1) throw new Error("several authorization headers");
};

/** Takes chunked framing off; `undefined` while the body is incomplete. */
const readChunked = (bytes: Buffer, from: number): { body: Uint8Array; end: number } | undefined => {
  const pieces: Uint8Array[] = [];
  for (let at = from; ; ) {
    const lineEnd = bytes.indexOf("\r\n", at);
    if (lineEnd < 0) return undefined;
    const sizeText = bytes.toString("latin1", at, lineEnd);
    if (!/^[0-9a-fA-F]+(;.*)?$/.test(sizeText)) throw new Error(`bad chunk size: ${JSON.stringify(sizeText)}`);
    const size = Number.parseInt(sizeText, 16);
    const start = lineEnd + 2;
    if (bytes.length < start + size + 2) return undefined;
    if (bytes.toString("latin1", start + size, start + size + 2) !== "\r\n") throw new Error("chunk without line end");
    if (size === 0) return { body: Buffer.concat(pieces), end: start + 2 };
    pieces.push(bytes.subarray(start, start + size));
    at = start + size + 2;
  }
};

/** Cuts a connection's bytes into requests, strictly: whatever RFC 9112 forbids throws with the reason. */
export class RequestReader {
  #bytes: Buffer = Buffer.alloc(0);
  #pieces: Uint8Array[] = [];

  push(bytes: Uint8Array): void {
    this.#pieces.push(Uint8Array.from(bytes));
  }

  /** The next complete request, if it has arrived. */
  next(): ParsedRequest | undefined {
    if (this.#pieces.length > 0) this.#bytes = Buffer.concat([this.#bytes, ...this.#pieces.splice(0)]);
    const headEnd = this.#bytes.indexOf("\r\n\r\n");
    if (headEnd < 0) return undefined;
    const head = readHead(this.#bytes.toString("latin1", 0, headEnd), headEnd + 4);
    const read = this.#readBody(head);
    if (read === undefined) return undefined;
    this.#bytes = this.#bytes.subarray(read.end);
    return {
      method: head.method,
      target: head.target,
      rawHeaders: head.rawHeaders,
      headers: head.headers,
      body: read.body,
    };
  }

  #readBody(head: Head): { body: Uint8Array; end: number } | undefined {
    if (head.headers.get("transfer-encoding") !== null) return readChunked(this.#bytes, head.bodyStart);
    const declared = head.headers.get("content-length") ?? "0";
    if (!/^\d+$/.test(declared)) throw new Error(`bad content-length: ${declared}`);
    const end = head.bodyStart + Number(declared);
    return this.#bytes.length < end ? undefined : { body: this.#bytes.subarray(head.bodyStart, end), end };
  }
}
