import { expect, test } from "bun:test";
import { type ArenaPiece, ByteArena, stretchesOf } from "./byte-arena.ts";
import { ByteWriter } from "./byte-writer.ts";

const textOf = ({ block, start, end }: ArenaPiece): string => block.bytes.toString("utf8", start, end);

const writer = new ByteWriter(1024);

/** What is written, as a piece of the arena. */
function keep(arena: ByteArena, text: string): ArenaPiece {
  writer.text(text);
  return arena.take(writer);
}

/** The pieces' stretches as texts. */
const stretchTexts = (pieces: readonly ArenaPiece[], skip: number): readonly string[] =>
  stretchesOf(pieces, skip).map((stretch) => stretch.toString());

test("pieces that were taken one after the other are one stretch, without what is skipped, in UTF-8", () => {
  const arena = new ByteArena();
  const [first, second, third] = [",é€\u{1f600}", ",b", ",c"].map((text) => keep(arena, text)) as [
    ArenaPiece,
    ArenaPiece,
    ArenaPiece,
  ];
  expect([writer.length, textOf(first), textOf(second)]).toEqual([0, ",é€\u{1f600}", ",b"]);
  expect(stretchTexts([first, second, third], 1)).toEqual(["é€\u{1f600},b,c"]);
  expect(stretchTexts([first, third], 1)).toEqual(["é€\u{1f600}", ",c"]);
  expect(stretchTexts([third, first, second], 0)).toEqual([",c", ",é€\u{1f600},b"]);
  expect(stretchTexts([], 1)).toEqual([]);
});

test("where a block ends, a stretch ends", () => {
  const arena = new ByteArena();
  const texts = ["a", "b", "c"].map((text) => `,${text.repeat(120_000)}`);
  const pieces = texts.map((text) => keep(arena, text));
  expect(stretchTexts(pieces, 1)).toEqual([texts.slice(0, 2).join("").slice(1), texts[2] ?? ""]);
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
