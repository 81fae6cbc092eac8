import { expect, test } from "bun:test";
import { cutMetadata } from "./cut-metadata.ts";

const LONG = "x".repeat(70_000);

test("what is short stays as it came", () => {
  expect(cutMetadata('{"a": 1.0}')).toBe('{"a": 1.0}');
});

test("long fields leave the short ones alone, and say how long they were", () => {
  const text = `{"user": "ü", "document":{"text":"${LONG}"}, "id": 12345678901234567890,"tags":["a"]}`;
  expect(cutMetadata(text)).toBe(
    '{"user":"ü","document":"...[70011 bytes cut]","id":12345678901234567890,"tags":["a"]}',
  );
});

test("of too many fields the rest is counted", () => {
  const fields = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`field-${index}`, "x".repeat(1000)]));
  const text = cutMetadata(JSON.stringify(fields));
  expect(text.length).toBeLessThan(66_000);
  const kept = JSON.parse(text) as Readonly<Record<string, string>>;
  const names = Object.keys(kept);
  expect(names.at(-1)).toBe("portolan_cut");
  expect(kept["portolan_cut"]).toBe(`...[${100 - (names.length - 1)} fields cut]`);
});

test.each([LONG, `["${LONG}"]`, `{"a":"${LONG}"`, "[".repeat(70_000)])(
  "of what is no object nothing is left: %#",
  (text) => {
    expect(cutMetadata(text)).toBe('{"portolan_cut":"...[all fields cut]"}');
  },
);
