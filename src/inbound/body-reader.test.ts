import { describe, expect, test } from "bun:test";
import { BodyReader } from "./body-reader.ts";

const MEGABYTE = 1024 * 1024;

function bytesOf(size: number): Buffer {
  return Buffer.from(Array.from({ length: size }, (_, index) => index % 251));
}

/** Sends bytes to the reader in pieces that nobody else holds. */
function pushAll(reader: BodyReader, wire: Buffer, pieceBytes: number): void {
  for (let at = 0; at < wire.length; at += pieceBytes) {
    reader.push(Buffer.from(wire.subarray(at, at + pieceBytes)));
  }
}

function toChunks(body: Buffer, size: number): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 0; at < body.length; at += size) {
    const piece = body.subarray(at, at + size);
    pieces.push(Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from("\r\n"));
  }
  return Buffer.concat([...pieces, Buffer.from("0\r\n\r\n")]);
}

describe("BodyReader", () => {
  test.each([
    [0, 100],
    [300, 100],
    [400_000, 65_536],
    [400_000, 400_000],
    [3 * MEGABYTE, 50_000],
    [3 * MEGABYTE, 2 * MEGABYTE],
  ])("gathers a body of %d bytes that comes in pieces of %d", async (size, pieceBytes) => {
    const body = bytesOf(size);
    for (const isAskedFirst of [true, false]) {
      for (const isChunked of [true, false]) {
        const reader = new BodyReader(isChunked ? { kind: "chunked" } : { kind: "length", bytes: size });
        const early = isAskedFirst ? reader.read(size) : undefined;
        pushAll(reader, isChunked ? toChunks(body, 70_000) : body, pieceBytes);
        const read = await (early ?? reader.read(size));
        expect(body.equals(read)).toBe(true);
      }
    }
  });

  test("of a body of which little has come, little memory is taken", () => {
    const before = process.memoryUsage().arrayBuffers;
    const readers = Array.from({ length: 20 }, () => new BodyReader({ kind: "length", bytes: 100 * MEGABYTE }));
    for (const reader of readers) {
      void reader.read(100 * MEGABYTE);
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(21 * MEGABYTE);
  });

  test("what came in one piece is handed out uncopied, and is gone when released", () => {
    const piece = bytesOf(100_000);
    const reader = new BodyReader({ kind: "length", bytes: piece.length });
    reader.push(piece);
    const read = reader.read(piece.length);
    expect(read).toBe(piece);
    reader.release();
    expect(piece.length).toBe(0);
  });

  test("pieces are given back as soon as they are copied", async () => {
    const reader = new BodyReader({ kind: "length", bytes: 100_000 });
    const [first, second] = [bytesOf(60_000), bytesOf(40_000)];
    reader.push(first);
    const read = reader.read(100_000);
    reader.push(second);
    expect([first.length, second.length, (await read).length]).toEqual([0, 0, 100_000]);
    reader.release();
    expect((await read).length).toBe(0);
  });

  test.each([
    ["in one piece", 1_000_000],
    ["in many", 30_000],
  ])("what came behind a body %s outlives its release", async (_name, pieceBytes) => {
    const body = bytesOf(100_000);
    const next = bytesOf(20_000);
    for (const isChunked of [true, false]) {
      const reader = new BodyReader(isChunked ? { kind: "chunked" } : { kind: "length", bytes: body.length });
      const wire = Buffer.concat([isChunked ? toChunks(body, 40_000) : body, next]);
      const behind: Buffer[] = [];
      for (let at = 0; at < wire.length; at += pieceBytes) {
        const piece = Buffer.from(wire.subarray(at, at + pieceBytes));
        const rest = reader.isComplete ? piece : reader.push(piece);
        behind.push(...(rest === undefined ? [] : [rest]));
      }
      const read = await reader.read(body.length);
      expect(body.equals(read)).toBe(true);
      reader.release();
      expect(next.equals(Buffer.concat(behind))).toBe(true);
    }
  });
});
