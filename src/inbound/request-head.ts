import { HeaderBlock } from "../wire/header-block.ts";

/** How a request's body is delimited. */
export type BodyFraming = { readonly kind: "length"; readonly bytes: number } | { readonly kind: "chunked" };

/** A request head, checked. */
export interface RequestHead {
  readonly method: string;
  /** Path and query as sent; an absolute form is reduced to them. */
  readonly target: string;
  readonly headers: HeaderBlock;
  readonly framing: BodyFraming;
  readonly isHttp11: boolean;
  /** Whether the connection may be used again. */
  readonly keepAlive: boolean;
  readonly expectsContinue: boolean;
}

/** A head that is not HTTP, or not safe; answered with its status, then the connection is closed. */
export class HeadError extends Error {
  override readonly name = "HeadError";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const REQUEST_LINE = /^([A-Z]{1,20}) (\/[\x21-\x7e\x80-\xff]*|\*|https?:\/\/[\x21-\x7e]+) HTTP\/1\.([01])$/;
const NO_BODY: BodyFraming = { kind: "length", bytes: 0 };

/**
 * Reads a request head (RFC 9112): strict where leniency is how requests are smuggled (line ends, white space before
 * the colon, framing said twice, more than one host).
 * @param bytes begin with the head
 * @param end where the head ends, its final blank line left out
 * @throws HeadError
 */
export function readRequestHead(bytes: Buffer, end: number): RequestHead {
  const text = bytes.toString("latin1", 0, end);
  const lineEnd = text.indexOf("\r\n");
  const line = REQUEST_LINE.exec(lineEnd < 0 ? text : text.slice(0, lineEnd));
  if (line === null) {
    throw new HeadError(400, "the request line is not HTTP/1.1");
  }
  const headers = readHeaders(bytes, text, line[0].length);
  const target = line[2] ?? "";
  const isHttp11 = line[3] === "1";
  checkHost(headers, isHttp11);
  const connection = headers.get("connection")?.toLowerCase() ?? "";
  return {
    method: line[1] ?? "",
    target: target.startsWith("/") ? target : toOriginForm(target),
    headers,
    framing: readFraming(headers, isHttp11),
    isHttp11,
    keepAlive: isHttp11 ? !connection.includes("close") : connection.includes("keep-alive"),
    expectsContinue: isHttp11 && headers.get("expect")?.toLowerCase() === "100-continue",
  };
}

/** The head that an earlier one becomes with these headers. @throws HeadError */
export function withHeaders(head: RequestHead, headers: HeaderBlock): RequestHead {
  return { ...head, headers, framing: readFraming(headers, head.isHttp11) };
}

function readHeaders(bytes: Buffer, text: string, startLineEnd: number): HeaderBlock {
  try {
    return HeaderBlock.read(bytes, text, startLineEnd);
  } catch (error) {
    throw new HeadError(400, error instanceof Error ? error.message : "bad header line");
  }
}

function checkHost(headers: HeaderBlock, isHttp11: boolean): void {
  const count = headers.count("host");
  if (count > 1 || (isHttp11 && count === 0)) {
    throw new HeadError(400, count > 1 ? "more than one host header" : "the host header is missing");
  }
}

function readFraming(headers: HeaderBlock, isHttp11: boolean): BodyFraming {
  const length = headers.digits("content-length");
  if (length !== null && length < 0 && headers.count("content-length") > 1) {
    throw new HeadError(400, "more than one content-length header");
  }
  const coding = headers.get("transfer-encoding");
  if (coding !== null) {
    if (headers.count("transfer-encoding") > 1) {
      throw new HeadError(400, "more than one transfer-encoding header");
    }
    if (length !== null || !isHttp11) {
      throw new HeadError(400, "transfer-encoding beside content-length, or in HTTP/1.0");
    }
    if (coding.toLowerCase() !== "chunked") {
      throw new HeadError(400, "the only transfer-encoding understood is chunked");
    }
    return { kind: "chunked" };
  }
  if (length === null) {
    return NO_BODY;
  }
  if (length < 0) {
    throw new HeadError(400, "content-length is not a number");
  }
  return { kind: "length", bytes: length };
}

function toOriginForm(target: string): string {
  if (target === "*") {
    return "/*";
  }
  const path = target.indexOf("/", target.indexOf("//") + 2);
  return path < 0 ? "/" : target.slice(path);
}
