import { expect, test } from "bun:test";
import { FrameEditor } from "./frame-editor.ts";

/** Pieces that pass, and the frames that were handed out to be edited: each becomes `!`. */
const edit = (...pieces: readonly string[]): { readonly passed: string[]; readonly edited: [string, boolean][] } => {
  const passed: string[] = [];
  const edited: [string, boolean][] = [];
  const editFrame = (frame: Buffer, kept: Uint8Array[], isWhole: boolean): void => {
    edited.push([frame.toString(), isWhole]);
    kept.push(Buffer.from("!"));
  };
  const editor = new FrameEditor(Buffer.from("mark"), editFrame, (bytes) => passed.push(Buffer.from(bytes).toString()));
  for (const piece of pieces) editor.push(Buffer.from(piece));
  editor.end();
  return { passed, edited };
};

test("only frames that hold the marker are edited", () => {
  const { passed, edited } = edit("data: a\n\ndata: mark\n\ndata: b\n\n", "data: c\n\n", "data: ma", "rk\n\n");
  expect(passed).toEqual(["data: a\n\n!data: b\n\n", "data: c\n\n", "!"]);
  expect(edited).toEqual([
    ["data: mark\n\n", true],
    ["data: mark\n\n", true],
  ]);
});

test("whole frames without the marker need not be pushed, others must", () => {
  const editor = new FrameEditor(
    Buffer.from("mark"),
    () => undefined,
    () => undefined,
  );
  const leaves = (text: string): boolean => {
    const bytes = Buffer.from(`ff\r\n${text}\r\n`);
    return editor.leaves(bytes, 4, bytes.length - 2);
  };
  expect([leaves("data: a\n\n"), leaves("data: a"), leaves("data: mark\n\n")]).toEqual([true, false, false]);
  editor.push(Buffer.from("data: ma"));
  expect(leaves("rk\n\n")).toBe(false);
});

test("what the stream ends with is told from a whole frame", () => {
  expect(edit("data: a\n\ndata: mark")).toEqual({ passed: ["data: a\n\n", "!"], edited: [["data: mark", false]] });
  expect(edit("data: a\n\ndata: b")).toEqual({ passed: ["data: a\n\n", "data: b"], edited: [] });
});

test("a frame that is too long to hold passes as it is, and the next is looked at again", () => {
  const long = `data: ${"y".repeat(100_000)}mark\n\n`;
  const { passed, edited } = edit(long.slice(0, 70_000), long.slice(70_000), "data: mark\n\n");
  expect(passed.join("")).toBe(`${long}!`);
  expect(edited).toEqual([["data: mark\n\n", true]]);
});
