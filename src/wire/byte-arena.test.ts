import { expect, test } from "bun:test";
import { type ArenaPiece, ByteArena, joinArenaPieces } from "./byte-arena.ts";

const textOf = ({ block, start, end }: ArenaPiece): string => block.bytes.toString("utf8", start, end);

test("texts and spans stand one behind the other, in UTF-8", () => {
  const arena = new ByteArena();
  const bytes = Buffer.from("xx€yy");
  const first = arena.write(["é", { bytes, start: 2, end: 5 }, "\u{1f600}"]);
  const second = arena.write(["b"]);
  expect(textOf(first)).toBe("é€\u{1f600}");
  expect(textOf(second)).toBe("b");
  expect(joinArenaPieces([first, second], { begin: "<€", separator: ",", end: ">" }).toString()).toBe(
    "<€é€\u{1f600},b>",
  );
  expect(joinArenaPieces([], { begin: "<", separator: ",", end: ">" }).toString()).toBe("<>");
});

test("a block is used again once all its pieces are freed, and not before", () => {
  const arena = new ByteArena();
  const long = "a".repeat(150_000);
  const first = arena.write([long]);
  const second = arena.write([long]);
  const third = arena.write([long]);
  expect(second.block).not.toBe(first.block);
  arena.free(first);
  const fourth = arena.write([long]);
  expect(new Set([second.block, third.block, fourth.block])).toContain(first.block);
  expect([second, third, fourth].map(textOf)).toEqual([long, long, long]);
});

test("a piece longer than a block has one for itself, which is not kept", () => {
  const arena = new ByteArena();
  const bytes = Buffer.alloc(300_000, "x");
  const large = arena.write([{ bytes, start: 0, end: bytes.length }]);
  expect(textOf(large)).toBe("x".repeat(300_000));
  arena.free(large);
  const next = arena.write(["a".repeat(150_000)]);
  expect(textOf(next)).toBe("a".repeat(150_000));
});

test("pieces come and go in any order without meeting", () => {
  const arena = new ByteArena();
  let seed = 7;
  const random = (): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const held: { readonly piece: ArenaPiece; readonly text: string }[] = [];
  for (let index = 0; index < 3000; index++) {
    const text = String(index).repeat(1 + Math.floor(random() * 2000));
    held.push({ piece: arena.write([text]), text });
    while (held.length > 50 * random()) {
      const [gone] = held.splice(Math.floor(random() * held.length), 1);
      if (gone === undefined) break;
      expect(textOf(gone.piece) === gone.text).toBe(true);
      arena.free(gone.piece);
    }
  }
});
