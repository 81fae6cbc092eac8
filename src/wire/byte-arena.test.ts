import { expect, test } from "bun:test";
import { type ArenaPiece, ByteArena, PieceJoiner } from "./byte-arena.ts";
import { ByteWriter } from "./byte-writer.ts";

const textOf = ({ block, start, end }: ArenaPiece): string => block.bytes.toString("utf8", start, end);

const writer = new ByteWriter(1024);

/** What is written, as a piece of the arena. */
function keep(arena: ByteArena, text: string): ArenaPiece {
  writer.text(text);
  return arena.take(writer);
}

test("pieces are joined with what stands around them, in UTF-8", () => {
  const arena = new ByteArena();
  const first = keep(arena, "é€\u{1f600}");
  const second = keep(arena, "b");
  expect([writer.length, textOf(first)]).toEqual([0, "é€\u{1f600}"]);
  expect(textOf(second)).toBe("b");
  const joiner = new PieceJoiner({ begin: "<€", separator: ",", end: ">" });
  const joined = ([[first, second], [], [second], [first, first, first]] as const).map((pieces) =>
    joiner.join(pieces).toString(),
  );
  expect(joined).toEqual(["<€é€\u{1f600},b>", "<€>", "<€b>", "<€é€\u{1f600},é€\u{1f600},é€\u{1f600}>"]);
});

test("joining is bounded by nothing but the pieces", () => {
  const arena = new ByteArena();
  const long = "a".repeat(700_000);
  const joiner = new PieceJoiner({ begin: "", separator: ",", end: "" });
  const piece = keep(arena, long);
  for (const count of [1, 3, 1]) {
    expect(joiner.join(Array.from({ length: count }, () => piece)).toString()).toBe(Array(count).fill(long).join(","));
  }
});

test("a block is used again once all its pieces are freed, and not before", () => {
  const arena = new ByteArena();
  const long = "a".repeat(150_000);
  const first = keep(arena, long);
  const second = keep(arena, long);
  const third = keep(arena, long);
  expect(second.block).not.toBe(first.block);
  arena.free(first);
  const fourth = keep(arena, long);
  expect(new Set([second.block, third.block, fourth.block])).toContain(first.block);
  expect([second, third, fourth].map(textOf)).toEqual([long, long, long]);
});

test("a piece longer than a block has one for itself, which is not kept", () => {
  const arena = new ByteArena();
  const large = keep(arena, "x".repeat(300_000));
  expect(textOf(large)).toBe("x".repeat(300_000));
  arena.free(large);
  const next = keep(arena, "a".repeat(150_000));
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
    held.push({ piece: keep(arena, text), text });
    while (held.length > 50 * random()) {
      const [gone] = held.splice(Math.floor(random() * held.length), 1);
      if (gone === undefined) break;
      expect(textOf(gone.piece) === gone.text).toBe(true);
      arena.free(gone.piece);
    }
  }
});
