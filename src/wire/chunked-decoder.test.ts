import { describe, expect, test } from "bun:test";
import { ChunkedDecoder } from "./chunked-decoder.ts";

interface Decoded {
  readonly body: string;
  readonly rest: string;
  readonly isDone: boolean;
}

function decode(text: string, cuts: readonly number[]): Decoded {
  let body = "";
  let rest = "";
  const decoder = new ChunkedDecoder((bytes) => {
    body += bytes.toString("latin1");
  });
  const bytes = Buffer.from(text, "latin1");
  let from = 0;
  for (const cut of [...cuts, bytes.length]) {
    const piece = bytes.subarray(from, cut);
    rest += (decoder.isDone ? piece : (decoder.push(piece) ?? "")).toString("latin1");
    from = cut;
  }
  return { body, rest, isDone: decoder.isDone };
}

const TEXT = "5\r\nhello\r\n00A ;name=value\r\n0123456789\r\n0;x\r\nTrailer: a\r\nOther: b\r\n\r\nGET / HTTP";

describe("ChunkedDecoder", () => {
  test("gives the same body and rest for every split", () => {
    const whole = decode(TEXT, []);
    expect(whole).toEqual({ body: "hello0123456789", rest: "GET / HTTP", isDone: true });
    for (let cut = 1; cut < TEXT.length; cut++) {
      expect(decode(TEXT, [cut])).toEqual(whole);
    }
    expect(
      decode(
        TEXT,
        Array.from({ length: TEXT.length - 1 }, (_, index) => index + 1),
      ),
    ).toEqual(whole);
  });

  test("one whole chunk by itself can be had as it came, all else by its data", () => {
    const chunk = "A\r\n0123456789\r\n";
    const take = (...pieces: readonly string[]): string[] => {
      const taken: string[] = [];
      const decoder = new ChunkedDecoder(
        (bytes) => taken.push(bytes.toString()),
        (bytes, start, end) => taken.push(`whole ${bytes.toString("latin1", start, end)} of ${bytes.toString()}`),
      );
      for (const piece of pieces) decoder.push(Buffer.from(piece));
      expect(decoder.isDone).toBe(pieces.at(-1)?.endsWith("0\r\n\r\n") === true);
      return taken;
    };
    const whole = `whole 0123456789 of ${chunk}`;
    expect(take(chunk, chunk, "0\r\n\r\n")).toEqual([whole, whole]);
    expect(take(chunk + chunk, chunk)).toEqual(["01234567890123456789", whole]);
    expect(take(`${chunk}0\r\n\r\n`)).toEqual(["0123456789"]);
    expect(take("A;x=y\r\n0123456789\r\n", chunk)).toEqual(["0123456789", whole]);
    for (let cut = 1; cut < chunk.length; cut++) {
      expect(take(chunk.slice(0, cut), chunk.slice(cut), chunk).join("")).toBe(`0123456789${whole}`);
    }
  });

  test.each([
    ["no size", "\r\nhello", "bad chunk size"],
    ["a sign", "-5\r\nhello", "bad chunk size"],
    ["a prefix", "0x5\r\nhello", "bad chunk size"],
    ["a space first", " 5\r\nhello", "bad chunk size"],
    ["an enormous size", "fffffffffffff\r\n", "bad chunk size"],
    ["a bare LF", "5\nhello", "bad chunk size"],
    ["a bare LF in an extension", "5;a\nhello", "not ended by CRLF"],
    ["a bare CR", "5\rhello", "not ended by CRLF"],
    ["too much data", "1\r\nhello", "longer than its size"],
    ["endless trailers", `0\r\n${"a: b\r\n".repeat(20_000)}`, "too long"],
  ])("refuses %s", (_name, text, message) => {
    expect(() => decode(text, [])).toThrow(message);
  });
});
