import { describe, expect, test } from "bun:test";
import { readProcStat, readSchedstatMs } from "./proc-files.ts";

/** A stat line with fields 3 to 24 as given by position, everything else zero. */
function statLine(pid: number, name: string, fields: Readonly<Record<number, number>>): string {
  const rest = Array.from({ length: 50 }, (_, index) => String(fields[index + 3] ?? 0));
  return `${pid} (${name}) ${["S", ...rest.slice(1)].join(" ")}\n`;
}

describe("readProcStat", () => {
  test("reads session, CPU ticks and pages", () => {
    const line = statLine(4321, "nginx", { 6: 4300, 14: 70, 15: 31, 24: 2048 });
    expect(readProcStat(line)).toEqual({ pid: 4321, session: 4300, cpuTicks: 101, residentPages: 2048 });
  });

  test("is not misled by spaces and brackets in the name", () => {
    const line = statLine(7, "a) (b c) 9", { 6: 7, 14: 1, 15: 2, 24: 3 });
    expect(readProcStat(line)).toEqual({ pid: 7, session: 7, cpuTicks: 3, residentPages: 3 });
  });

  test("reads the line of this very process", async () => {
    const stat = readProcStat(await Bun.file("/proc/self/stat").text());
    expect(stat.pid).toBe(process.pid);
    expect(stat.residentPages).toBeGreaterThan(100);
  });

  test.each(["", "12 (cut", "12 (cut) S 1 2"])("refuses %p", (line) => {
    expect(() => readProcStat(line)).toThrow(SyntaxError);
  });
});

describe("readSchedstatMs", () => {
  test("turns nanoseconds into milliseconds", () => {
    expect(readSchedstatMs("152251000 428021 9\n")).toBe(152.251);
  });

  test("is undefined where the kernel keeps none", () => {
    expect(readSchedstatMs("")).toBeUndefined();
  });
});
