import { readHeaderLines } from "../wire/http-header-lines.ts";
import type { HeaderReader } from "./inbound.ts";

/** How a request's body is delimited. */
export type BodyFraming = { readonly kind: "length"; readonly bytes: number } | { readonly kind: "chunked" };

/** A request head, checked. */
export interface RequestHead {
  readonly method: string;
  /** Path and query as sent; an absolute form is reduced to them. */
  readonly target: string;
  readonly headers: RequestHeaders;
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

/** The header fields of a request. A dozen lines are searched faster than they are put into a map. */
export class RequestHeaders implements HeaderReader {
  readonly #lines: readonly string[];

  /** @param lines names in lower case and values, alternating */
  constructor(lines: readonly string[]) {
    this.#lines = lines;
  }

  get(name: string): string | null {
    const lines = this.#lines;
    let found: string | null = null;
    for (let index = 0; index < lines.length; index += 2) {
      if (lines[index] === name) {
        const value = lines[index + 1] ?? "";
        found = found === null ? value : `${found}, ${value}`;
      }
    }
    return found;
  }

  forEach(visit: (value: string, name: string) => void): void {
    for (const name of new Set(this.#lines.filter((_line, index) => index % 2 === 0))) {
      visit(this.get(name) ?? "", name);
    }
  }
}

const REQUEST_LINE = /^([A-Z]{1,20}) (\/[\x21-\x7e\x80-\xff]*|\*|https?:\/\/[\x21-\x7e]+) HTTP\/1\.([01])$/;
const NO_BODY: BodyFraming = { kind: "length", bytes: 0 };

/**
 * Reads a request head (RFC 9112): strict where leniency is how requests are smuggled (line ends, white space before
 * the colon, framing said twice, more than one host).
 * @param text the head without its final blank line, as latin-1
 * @throws HeadError
 */
export function readRequestHead(text: string): RequestHead {
  const lineEnd = text.indexOf("\r\n");
  const line = REQUEST_LINE.exec(lineEnd < 0 ? text : text.slice(0, lineEnd));
  if (line === null) {
    throw new HeadError(400, "the request line is not HTTP/1.1");
  }
  const [, method = "", target = "", minor] = line;
  let lines: readonly string[];
  try {
    lines = readHeaderLines(text, lineEnd < 0 ? text.length : lineEnd + 2);
  } catch (error) {
    throw new HeadError(400, error instanceof Error ? error.message : "bad header line");
  }
  const headers = new RequestHeaders(lines);
  const isHttp11 = minor === "1";
  checkHost(lines, isHttp11);
  const connection = headers.get("connection")?.toLowerCase() ?? "";
  return {
    method,
    target: target.startsWith("/") ? target : toOriginForm(target),
    headers,
    framing: readFraming(lines, isHttp11),
    isHttp11,
    keepAlive: isHttp11 ? !connection.includes("close") : connection.includes("keep-alive"),
    expectsContinue: isHttp11 && headers.get("expect")?.toLowerCase() === "100-continue",
  };
}

function checkHost(lines: readonly string[], isHttp11: boolean): void {
  let count = 0;
  for (let index = 0; index < lines.length; index += 2) {
    count += lines[index] === "host" ? 1 : 0;
  }
  if (count > 1 || (isHttp11 && count === 0)) {
    throw new HeadError(400, count > 1 ? "more than one host header" : "the host header is missing");
  }
}

function readFraming(lines: readonly string[], isHttp11: boolean): BodyFraming {
  let length: string | undefined;
  let coding: string | undefined;
  for (let index = 0; index < lines.length; index += 2) {
    const name = lines[index];
    if (name === "content-length") {
      if (length !== undefined) {
        throw new HeadError(400, "more than one content-length header");
      }
      length = lines[index + 1] ?? "";
    } else if (name === "transfer-encoding") {
      if (coding !== undefined) {
        throw new HeadError(400, "more than one transfer-encoding header");
      }
      coding = (lines[index + 1] ?? "").toLowerCase();
    }
  }
  if (coding !== undefined) {
    if (length !== undefined || !isHttp11) {
      throw new HeadError(400, "transfer-encoding beside content-length, or in HTTP/1.0");
    }
    if (coding !== "chunked") {
      throw new HeadError(400, "the only transfer-encoding understood is chunked");
    }
    return { kind: "chunked" };
  }
  if (length === undefined) {
    return NO_BODY;
  }
  if (!/^\d{1,15}$/.test(length)) {
    throw new HeadError(400, "content-length is not a number");
  }
  return { kind: "length", bytes: Number(length) };
}

function toOriginForm(target: string): string {
  if (target === "*") {
    return "/*";
  }
  const path = target.indexOf("/", target.indexOf("//") + 2);
  return path < 0 ? "/" : target.slice(path);
}
