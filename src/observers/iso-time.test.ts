import { expect, test } from "bun:test";
import { ByteWriter } from "../wire/byte-writer.ts";
import { toClockTime, toIsoTime, writeClockTime, writeIsoTime } from "./iso-time.ts";

test("times are those of Date, in whatever order they are asked for", () => {
  const out = new ByteWriter(64);
  for (let index = 0; index < 2000; index++) {
    const time = Date.UTC(2026, 10, 23) + ((index * 7919) % 500_003) * 0.9 + (index % 3) * 86_400_000;
    const iso = new Date(time).toISOString();
    const clock = iso.slice(11, 23).replaceAll(/[:.]/g, "-");
    writeIsoTime(out, time);
    writeClockTime(out, time);
    expect(out.takeText()).toBe(iso + clock);
    expect([toIsoTime(time), toClockTime(time)]).toEqual([iso, clock]);
  }
});
