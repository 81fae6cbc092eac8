import { describe, expect, test } from "bun:test";
import { toEmbeddingEncoding } from "./embedding-encoding.ts";

const VECTOR = [0.25, -1, 0.5];
const BASE64 = Buffer.from(Float32Array.from(VECTOR).buffer).toString("base64");

const convert = (text: string, wantsBase64: boolean): string =>
  Buffer.from(toEmbeddingEncoding(Buffer.from(text), wantsBase64)).toString();

describe("what is right already stays, byte for byte", () => {
  test.each([
    [`{ "data" : [ {"embedding": [0.250, -1e0] } ], "x":1.0 }`, false],
    [`{"data":[{"embedding" : "${BASE64}"}]}`, true],
    ['{"data":[]}', true],
    ['{"data":[]}', false],
    ['{"error":"x"}', true],
    ['{"data":[{"embedding":null}]}', true],
    ['{"data":[{"embedding":', true],
    ["", true],
  ])("%s (base64: %p)", (text, wantsBase64) => {
    expect(convert(text, wantsBase64)).toBe(text);
    const bytes = Buffer.from(text);
    expect(toEmbeddingEncoding(bytes, wantsBase64)).toBe(bytes);
  });
});

describe("the other encoding is made", () => {
  test("of floats", () => {
    const reply = {
      data: [
        { index: 0, embedding: VECTOR },
        { index: 1, embedding: VECTOR },
      ],
      usage: { total_tokens: 1 },
    };
    expect(JSON.parse(convert(JSON.stringify(reply), true))).toEqual({
      data: [
        { index: 0, embedding: BASE64 },
        { index: 1, embedding: BASE64 },
      ],
      usage: { total_tokens: 1 },
    });
  });

  test("of base64", () => {
    const reply = { data: [{ embedding: BASE64 }] };
    expect(JSON.parse(convert(JSON.stringify(reply), false))).toEqual({ data: [{ embedding: VECTOR }] });
  });

  test("as far as a strange reply lets it", () => {
    const reply = { data: [{ embedding: VECTOR }, null, 7, "x", {}, { embedding: null }, { embedding: { a: 1 } }] };
    const [first, ...rest] = (JSON.parse(convert(JSON.stringify(reply), true)) as { data: unknown[] }).data;
    expect(first).toEqual({ embedding: BASE64 });
    expect(rest).toEqual(reply.data.slice(1));
    expect(convert('{"data":[{"embedding":"no base64!"}]}', false)).toBe('{"data":[{"embedding":"no base64!"}]}');
  });
});

test.each([
  '{"data":[{"embedding":[0.1',
  `{"data":[{"embedding":[0.1],"x":${"[".repeat(100_000)}${"]".repeat(100_000)}}]}`,
])("a reply that must be converted and cannot is the vendor's fault", (text) => {
  expect(() => convert(text, true)).toThrow("broken JSON");
});
