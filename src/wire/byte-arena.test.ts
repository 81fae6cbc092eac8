import { expect, test } from "bun:test";
import { type ArenaPiece, ByteArena, stretchesOf } from "./byte-arena.ts";

const textOf = ({ block, start, end }: ArenaPiece): string => block.bytes.toString("utf8", start, end);

/** A text as a piece of the arena. */
function keep(arena: ByteArena, text: string): ArenaPiece {
  arena.begin().text(text);
  return arena.keep();
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
  expect([textOf(first), textOf(second)]).toEqual([",é€\u{1f600}", ",b"]);
  expect(stretchTexts([first, second, third], 1)).toEqual(["é€\u{1f600},b,c"]);
  expect(stretchTexts([first, third], 1)).toEqual(["é€\u{1f600}", ",c"]);
  expect(stretchTexts([third, first, second], 0)).toEqual([",c", ",é€\u{1f600},b"]);
  expect(stretchTexts([], 1)).toEqual([]);
});

test("where a block ends, a stretch ends", () => {
  const arena = new ByteArena();
  const texts = Array.from({ length: 300 }, (_, index) => `,${String(index % 10).repeat(999)}`);
  const stretches = stretchTexts(
    texts.map((text) => keep(arena, text)),
    1,
  );
  expect(stretches.length).toBe(2);
  expect(stretches.join("")).toBe(texts.join("").slice(1));
});

test("a block is used again once all its pieces are freed, and not before", () => {
  const arena = new ByteArena();
  const texts = Array.from({ length: 100 }, (_, index) => String(index % 10).repeat(5000));
  const keepAll = () => texts.map((text) => keep(arena, text));
  const blocksOf = (pieces: readonly ArenaPiece[]) => new Set(pieces.map(({ block }) => block));
  const first = keepAll();
  const second = keepAll();
  const oldest = (first[0] as ArenaPiece).block;
  expect(blocksOf(second)).not.toContain(oldest);
  for (const piece of first.slice(1)) {
    arena.free(piece);
  }
  expect(blocksOf(keepAll())).not.toContain(oldest);
  arena.free(first[0] as ArenaPiece);
  expect(blocksOf(keepAll())).toContain(oldest);
  expect(second.map(textOf)).toEqual(texts);
});

test("what is not kept takes no place", () => {
  const arena = new ByteArena();
  const first = keep(arena, ",a");
  arena.begin().text("x".repeat(300_000));
  const second = keep(arena, ",b");
  expect(stretchTexts([first, second], 0)).toEqual([",a,b"]);
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
    const isLong = random() < 0.01;
    const text = String(index).repeat(1 + Math.floor(random() * (isLong ? 100_000 : 2000)));
    held.push({ piece: keep(arena, text), text });
    while (held.length > 50 * random()) {
      const [gone] = held.splice(Math.floor(random() * held.length), 1);
      if (gone === undefined) break;
      expect(textOf(gone.piece) === gone.text).toBe(true);
      arena.free(gone.piece);
    }
  }
});
