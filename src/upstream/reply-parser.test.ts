import { describe, expect, test } from "bun:test";
import { MAX_HEAD_BYTES, ReplyParser } from "./reply-parser.ts";

interface Seen {
  status: number;
  headers: string[];
  body: string;
  ended: boolean | undefined;
}

function parse(text: string, cuts: readonly number[], closes = false): Seen {
  const seen: Seen = { status: 0, headers: [], body: "", ended: undefined };
  const parser = new ReplyParser({
    onHead: (status, headers) => {
      seen.status = status;
      seen.headers = [];
      headers.forEachLine((name, value) => seen.headers.push(name, value));
    },
    onChunk: (bytes) => {
      seen.body += Buffer.from(bytes).toString("latin1");
    },
    onFramedChunk: (bytes, start, end) => {
      seen.body += bytes.toString("latin1", start, end);
    },
    onEnd: (isReusable) => {
      seen.ended = isReusable;
    },
  });
  const bytes = Buffer.from(text, "latin1");
  let from = 0;
  for (const cut of [...cuts, bytes.length]) {
    parser.push(bytes.subarray(from, cut));
    from = cut;
  }
  if (closes) {
    parser.close();
  }
  return seen;
}

const LENGTH = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5\r\n\r\nhello";
const CHUNKED =
  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nA;x=y\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n";
const CONTINUE = `HTTP/1.1 100 Continue\r\n\r\n${LENGTH}`;
const NO_CONTENT = "HTTP/1.1 204 No Content\r\n\r\n";
const UNTIL_CLOSE = "HTTP/1.1 200 OK\r\n\r\nall of it";

describe("ReplyParser", () => {
  test("gives the same reply for every split", () => {
    for (const text of [LENGTH, CHUNKED, CONTINUE, NO_CONTENT]) {
      const whole = parse(text, []);
      expect(whole.ended).toBe(true);
      for (let cut = 1; cut < text.length; cut++) {
        expect(parse(text, [cut])).toEqual(whole);
      }
      const everyByte = Array.from({ length: text.length - 1 }, (_, index) => index + 1);
      expect(parse(text, everyByte)).toEqual(whole);
    }
    expect(parse(CHUNKED, []).body).toBe("hello0123456789");
    expect(parse(LENGTH, []).headers).toEqual(["content-type", "application/json", "content-length", "5"]);
  });

  test("a body without framing ends with the connection, which is not reused", () => {
    expect(parse(UNTIL_CLOSE, [20], true)).toMatchObject({ body: "all of it", ended: false });
    expect(parse(UNTIL_CLOSE, [20], false).ended).toBeUndefined();
  });

  test("does not reuse a connection that the vendor wants closed, that speaks HTTP/1.0, or that frames twice", () => {
    const withHeader = (header: string, version = "1.1"): string =>
      `HTTP/${version} 200 OK\r\n${header}\r\nContent-Length: 2\r\n\r\nok`;
    expect(parse(withHeader("Connection: close"), []).ended).toBe(false);
    expect(parse(withHeader("A: b", "1.0"), []).ended).toBe(false);
    const both = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n";
    expect(parse(both, [])).toMatchObject({ body: "ok", ended: false });
  });

  test.each([
    ["a bad status line", "HTTP/2 200\r\n\r\n", "bad status line"],
    [
      "two lengths",
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
      "two different content-length",
    ],
    ["a bad length", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "bad content-length"],
    ["a bad chunk size", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "bad chunk size"],
    ["a chunk over its size", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n", "chunk longer"],
    ["an unknown coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", "unknown transfer-encoding"],
    ["a header without a name", "HTTP/1.1 200 OK\r\n: x\r\n\r\n", "bad header line"],
    ["an endless head", `HTTP/1.1 200 OK\r\nA: ${"x".repeat(MAX_HEAD_BYTES)}`, "reply head longer"],
    ["bytes after the end", `${LENGTH}HTTP`, "bytes after the end"],
    ["an upgrade", "HTTP/1.1 101 Switching Protocols\r\n\r\n", "unexpected 101"],
  ])("refuses %s", (_name, text, message) => {
    expect(() => parse(text, [])).toThrow(message);
  });
});
