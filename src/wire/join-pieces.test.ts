import { expect, test } from "bun:test";
import { joinPieces } from "./join-pieces.ts";

test("small neighbours become one piece, large ones stay as they are", () => {
  const large = Buffer.alloc(10_000, "l");
  const pieces = [
    Buffer.from("a"),
    Buffer.from("b"),
    large,
    Buffer.from("c"),
    large,
    large,
    Buffer.from("d"),
    Buffer.from("e"),
  ];
  const joined = joinPieces(pieces);
  expect(joined.map((piece) => piece.length)).toEqual([2, 10_000, 1, 10_000, 10_000, 2]);
  expect(joined[1]).toBe(large);
  expect(Buffer.concat(joined)).toEqual(Buffer.concat(pieces));
});

test("of nothing comes nothing", () => {
  expect(joinPieces([])).toEqual([]);
});
