import { describe, expect, test } from "bun:test";
import { pick, type Random, randomBelow, randomObjectText, seededRandom } from "../../tests/support/random-json.ts";
import { scanObject } from "./json-scan.ts";
import { type JsonEdit, spliceObject } from "./json-splice.ts";

function splice(text: string, ...edits: JsonEdit[]): string {
  const { pieces, byteLength } = spliceObject(scanObject(Buffer.from(text)), edits);
  const spliced = Buffer.concat(pieces);
  expect(spliced.length).toBe(byteLength);
  return spliced.toString();
}

describe("spliceObject", () => {
  test("without a change the piece is the scanned buffer itself", () => {
    const bytes = Buffer.from(' {"a":1} ');
    const idle: JsonEdit[] = [
      { kind: "remove", name: "b" },
      { kind: "replace", name: "b", value: "2" },
      { kind: "insert", name: "a", value: "2" },
      { kind: "rename", name: "b", to: "c" },
      { kind: "rename", name: "a", to: "a" },
    ];
    for (const edits of [[], idle]) {
      const { pieces, byteLength } = spliceObject(scanObject(bytes), edits);
      expect(pieces).toHaveLength(1);
      expect(pieces[0]).toBe(bytes);
      expect(byteLength).toBe(bytes.length);
    }
  });

  test("a replaced value leaves all else as it was", () => {
    const text = '{ "n" : 1.0e1 , "model" : "gpt" , "x":[1, 2] }';
    const set = (value: string | Uint8Array) => splice(text, { kind: "set", name: "model", value });
    expect(set('"other"')).toBe('{ "n" : 1.0e1 , "model" : "other" , "x":[1, 2] }');
    expect(set('"modèle 😀"')).toBe('{ "n" : 1.0e1 , "model" : "modèle 😀" , "x":[1, 2] }');
    expect(set(Buffer.from('"é"'))).toBe('{ "n" : 1.0e1 , "model" : "é" , "x":[1, 2] }');
  });

  test("of a large text nothing is copied", () => {
    const long = "long ".repeat(4000);
    const bytes = Buffer.from(`{"model":"gpt","x":"${long}","n":1.0e1}`);
    const value = Buffer.from('"other"');
    const { pieces, byteLength } = spliceObject(scanObject(bytes), [
      { kind: "set", name: "model", value },
      { kind: "set", name: "n", value: '"é"' },
    ]);
    expect(pieces.map((piece) => Buffer.from(piece).toString())).toEqual([
      '{"model":',
      '"other"',
      `,"x":"${long}","n":`,
      '"é"',
      "}",
    ]);
    expect(byteLength).toBe(Buffer.concat(pieces).length);
    expect(pieces[1]).toBe(value);
    for (const at of [0, 2, 4]) expect(pieces[at]?.buffer).toBe(bytes.buffer);
  });

  test("removes first, middle, last and all fields", () => {
    const text = '{ "a":1 , "b":2 , "c":3 }';
    const remove = (...names: string[]) => splice(text, ...names.map((name): JsonEdit => ({ kind: "remove", name })));
    expect(remove("a")).toBe('{ "b":2 , "c":3 }');
    expect(remove("b")).toBe('{ "a":1 , "c":3 }');
    expect(remove("c")).toBe('{ "a":1 , "b":2 }');
    expect(remove("a", "b")).toBe('{ "c":3 }');
    expect(remove("b", "c")).toBe('{ "a":1 }');
    expect(remove("a", "b", "c")).toBe("{  }");
  });

  test("inserts at the end, also into an empty or emptied object", () => {
    const insert: JsonEdit = { kind: "insert", name: 'q"', value: "true" };
    expect(splice('{"a":1\n}', insert)).toBe('{"a":1,"q\\"":true\n}');
    expect(splice("{ }", insert)).toBe('{"q\\"":true }');
    expect(splice('{"a":1}', { kind: "remove", name: "a" }, insert)).toBe('{"q\\"":true}');
    expect(splice("{}", insert, { kind: "set", name: "b", value: Buffer.from("[1]") })).toBe('{"q\\"":true,"b":[1]}');
  });

  test("of an edited name the earlier duplicates go", () => {
    const text = '{"a":1,"b":2,"a":3,"a":4}';
    expect(splice(text, { kind: "set", name: "a", value: "5" })).toBe('{"b":2,"a":5}');
    expect(splice(text, { kind: "remove", name: "a" })).toBe('{"b":2}');
    expect(splice(text, { kind: "rename", name: "a", to: "z" })).toBe('{"b":2,"z":4}');
    expect(splice(text, { kind: "remove", name: "b" })).toBe('{"a":1,"a":3,"a":4}');
  });

  test("a renamed field takes the place of one that had the name", () => {
    expect(splice('{"a" : 1, "b":2}', { kind: "rename", name: "a", to: "b" })).toBe('{"b" : 1}');
    expect(splice('{"b":2,"a":1}', { kind: "rename", name: "a", to: "b" })).toBe('{"b":1}');
  });

  test("edits build on each other", () => {
    const text = '{"a":1,"b":2}';
    expect(splice(text, { kind: "rename", name: "a", to: "c" }, { kind: "set", name: "c", value: "9" })).toBe(
      '{"c":9,"b":2}',
    );
    expect(splice(text, { kind: "remove", name: "a" }, { kind: "set", name: "a", value: "9" })).toBe('{"b":2,"a":9}');
  });
});

type Fields = Map<string, unknown>;

/** The same edits on the parsed object. A map, as names such as `__proto__` are fields like any other. */
function applyToFields(fields: Fields, edit: JsonEdit): void {
  const isPresent = fields.has(edit.name);
  if (edit.kind === "remove") {
    fields.delete(edit.name);
  } else if (edit.kind === "rename") {
    if (isPresent && edit.name !== edit.to) {
      fields.set(edit.to, fields.get(edit.name));
      fields.delete(edit.name);
    }
  } else if (edit.kind === "set" || (edit.kind === "insert") === !isPresent) {
    fields.set(edit.name, JSON.parse(String(edit.value)));
  }
}

function randomEdit(random: Random, names: readonly string[]): JsonEdit {
  const name = pick(random, names);
  const value = pick(random, ['"v"', "1.50", '{"x":[1]}', "null", '"é😀"']);
  return pick(random, [
    { kind: "set", name, value },
    { kind: "replace", name, value: Buffer.from(value) },
    { kind: "insert", name, value },
    { kind: "remove", name },
    { kind: "rename", name, to: pick(random, names) },
  ] satisfies JsonEdit[]);
}

const sorted = (entries: Iterable<readonly [string, unknown]>) =>
  JSON.stringify([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));

test("random edits on random objects do what they do on the parsed object, and nothing else", () => {
  const random = seededRandom(11);
  for (let round = 0; round < 5000; round++) {
    const bytes = Buffer.from(` ${randomObjectText(random, 2)}\n`);
    const object = scanObject(bytes);
    const names = [...object.fields.map((field) => field.name), "model", "new", "__proto__"];
    const edits = Array.from({ length: randomBelow(random, 4) }, () => randomEdit(random, names));
    const fields: Fields = new Map(Object.entries(JSON.parse(bytes.toString())));
    for (const edit of edits) {
      applyToFields(fields, edit);
    }
    const spliced = Buffer.concat(spliceObject(object, edits).pieces);
    const context = `${bytes.toString()} ${JSON.stringify(edits)} ${spliced.toString()}`;
    expect(sorted(Object.entries(JSON.parse(spliced.toString()))), context).toBe(sorted(fields));

    const touched = new Set(edits.flatMap((edit) => (edit.kind === "rename" ? [edit.name, edit.to] : [edit.name])));
    const untouched = (from: typeof object) =>
      from.fields
        .filter((field) => !touched.has(field.name))
        .map((field) => from.bytes.subarray(field.keyStart, field.valueEnd).toString());
    expect(untouched(scanObject(spliced)), context).toEqual(untouched(object));
  }
});
