import { expect, test } from "bun:test";
import { readRetryAfter } from "./retry-after.ts";

const read = (headers: Readonly<Record<string, string>>): number | undefined =>
  readRetryAfter({ header: (name) => headers[name] });

test.each([
  ["nothing", {}, undefined],
  ["seconds", { "retry-after": "90" }, 90_000],
  ["milliseconds, which come first", { "retry-after": "90", "retry-after-ms": "1500" }, 1500],
  ["more than a day", { "retry-after": "1e9" }, 24 * 3600 * 1000],
  ["a date that has passed", { "retry-after": "Wed, 21 Oct 2015 07:28:00 GMT" }, undefined],
  ["no time at all", { "retry-after": "soon" }, undefined],
  ["a time before now", { "retry-after": "-1" }, undefined],
])("%s", (_name, headers, waitMs) => {
  expect(read(headers)).toBe(waitMs);
});

test("a date is a wait from now on", () => {
  const waitMs = read({ "retry-after": new Date(Date.now() + 60_000).toUTCString() }) ?? 0;
  expect(waitMs).toBeGreaterThan(55_000);
  expect(waitMs).toBeLessThanOrEqual(60_000);
});
