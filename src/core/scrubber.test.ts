import { expect, test } from "bun:test";
import { Scrubber } from "./scrubber.ts";

const scrubber = new Scrubber(["plain-master-key"]);

test("the server's own key goes, whatever it looks like, and what looks like any key", () => {
  for (const scrub of [(text: string) => scrubber.scrub(text), (text: string) => scrubber.scrubName(text)]) {
    expect(scrub("openai/plain-master-key")).toBe("openai/****");
    expect(scrub("openai/sk-abcdefghij1234")).toBe("openai/sk-****1234");
    expect(scrub("gpt-4o")).toBe("gpt-4o");
    const long = `${"x".repeat(300)} plain-master-key`;
    expect(scrub(long)).toBe(`${"x".repeat(300)} ****`);
  }
  expect(scrubber.scrub(["a", "plain-master-key"])).toEqual(["a", "****"]);
  expect([scrubber.scrub(undefined), scrubber.scrubName(undefined)]).toEqual([undefined, undefined]);
});

test("a key too short to be looked for within texts goes where it is the whole text", () => {
  const short = new Scrubber(["sk-1234", ""]);
  expect([short.scrub("sk-1234"), short.scrub("sk-12345"), short.scrub("")]).toEqual(["****", "sk-12345", ""]);
});

test("JSON text stays JSON", () => {
  const text: string = '{"stop":"plain-master-key","a":"?key=b\\""}';
  expect(scrubber.scrubJson(text)).toBe('{"stop":"****","a":"?key=b\\""}');
  expect(scrubber.scrubJson(undefined)).toBeUndefined();
});
