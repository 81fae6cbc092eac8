import { describe, expect, test } from "bun:test";
import { cutDataUrls, cutJsonTexts } from "./cut-json-texts.ts";

const cut = (text: string, limit: number): string => cutJsonTexts(Buffer.from(text), limit).toString("utf8");

test("what is short stays byte for byte, in memory of its own", () => {
  const bytes = Buffer.from('{ "a" : "b\\u0041" }');
  const copy = cutJsonTexts(bytes, 100);
  expect(copy.equals(bytes)).toBe(true);
  bytes.fill(0);
  expect(copy.toString()).toBe('{ "a" : "b\\u0041" }');
});

test("a long text says how much is missing, and everything else stands", () => {
  const json = `{"a":"${"x".repeat(100)}","b":[1,"short"]}`;
  expect(cut(json, 10)).toBe(`{"a":"${"x".repeat(10)} ...[90 bytes cut]","b":[1,"short"]}`);
});

test("an image keeps its type alone", () => {
  const json = JSON.stringify({ url: `data:image/png;base64,${"A".repeat(1_000_000)}` });
  const { url } = JSON.parse(cut(json, 1000));
  expect(url).toStartWith("data:image/png;base64,AAA");
  expect(url.length).toBeLessThan(120);
});

test("other texts stay whole where only URLs are to be cut", () => {
  const json = JSON.stringify({ text: "x".repeat(1000), url: `data:image/png;base64,${"A".repeat(1000)}` });
  const read = JSON.parse(cutDataUrls(Buffer.from(json), 100).toString());
  expect(read.text).toBe("x".repeat(1000));
  expect(read.url).toMatch(/^data:image\/png;base64,A+ \.\.\.\[\d+ bytes cut\]$/);
});

describe("a cut splits neither characters nor escapes", () => {
  const texts = [
    "é".repeat(40),
    "😀".repeat(30),
    '"'.repeat(40),
    "\\".repeat(60),
    "\u0001".repeat(30),
    'a\\"é\u2028'.repeat(20),
  ];
  test.each(texts)("%p", (text) => {
    for (const json of [JSON.stringify({ a: text, b: text }), asEscapes(text)]) {
      for (let limit = 8; limit < 60; limit++) {
        const { a, b } = JSON.parse(cut(json, limit));
        const [kept = ""] = a.split(" ...[");
        expect(text.startsWith(kept.replace(/[\ud800-\udbff]$/, ""))).toBe(true);
        expect(b).toBe(a);
      }
    }
  });
});

function asEscapes(text: string): string {
  const escaped = [...Array(text.length).keys()]
    .map((at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, "0")}`)
    .join("");
  return `{"a":"${escaped}","b":"${escaped}"}`;
}

test("text that is no JSON to its end is copied from where it broke off", () => {
  expect(cut('{"a":"xxxxxxxxxxxxxxxxxxxx', 10)).toBe('{"a":"xxxxxxxxxxxxxxxxxxxx');
});
