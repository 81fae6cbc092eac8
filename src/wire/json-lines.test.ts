import { expect, test } from "bun:test";
import { JsonLineReader } from "./json-lines.ts";

const read = (pieces: readonly Uint8Array[]): readonly string[] => {
  const lines: string[] = [];
  const reader = new JsonLineReader((line) => void lines.push(line));
  for (const piece of pieces) reader.push(piece);
  reader.end();
  return lines;
};

test.each([
  ['{"a":1}\n{"b":2}\n', ['{"a":1}', '{"b":2}']],
  ['{"a":1}\r\n\n  \n{"caf\u00e9":2}', ['{"a":1}', '{"caf\u00e9":2}']],
  ["", []],
  ["\n", []],
] as const)("%j, whole and byte by byte", (text, lines) => {
  const bytes = Buffer.from(text);
  expect(read([bytes])).toEqual([...lines]);
  expect(read(Array.from(bytes, (_, at) => bytes.subarray(at, at + 1)))).toEqual([...lines]);
});
