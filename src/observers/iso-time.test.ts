import { expect, test } from "bun:test";
import { millisecondsOf, toIsoTime } from "./iso-time.ts";

test("times are those of Date, in whatever order they are asked for", () => {
  for (let index = 0; index < 2000; index++) {
    const time = Date.UTC(2026, 10, 23) + ((index * 7919) % 5003) * 0.9 + (index % 3) * 86_400_000;
    const iso = new Date(time).toISOString();
    expect([toIsoTime(time), millisecondsOf(time)]).toEqual([iso, iso.slice(20, 23)]);
  }
});
