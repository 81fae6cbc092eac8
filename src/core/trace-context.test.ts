import { describe, expect, test } from "bun:test";
import {
  beginTrace,
  newSpanId,
  readTraceparent,
  readTracestate,
  type TraceSampling,
  toSiblingTrace,
  toTraceLines,
} from "./trace-context.ts";

// The examples of https://www.w3.org/TR/trace-context/, sections 3.2.2.6 and 3.3.1.5 (read 2026-11-28).
const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT = "00f067aa0ba902b7";

const ALWAYS: TraceSampling = { followsCaller: true, share: 1 };

describe("traceparent", () => {
  test("is read as the standard's examples have it", () => {
    const ids = { traceId: TRACE, spanId: PARENT };
    expect(readTraceparent(`00-${TRACE}-${PARENT}-01`)).toEqual({ ...ids, isSampled: true });
    expect(readTraceparent(`00-${TRACE}-${PARENT}-00`)).toEqual({ ...ids, isSampled: false });
  });

  test("knows the sampled flag among others", () => {
    expect(readTraceparent(`00-${TRACE}-${PARENT}-ff`)?.isSampled).toBe(true);
    expect(readTraceparent(`00-${TRACE}-${PARENT}-02`)?.isSampled).toBe(false);
  });

  test("of a later version is read as far as it is known", () => {
    expect(readTraceparent(`cc-${TRACE}-${PARENT}-01`)?.spanId).toBe(PARENT);
    expect(readTraceparent(`cc-${TRACE}-${PARENT}-01-what-the-future-brings`)?.spanId).toBe(PARENT);
  });

  test.each([
    "",
    "00",
    TRACE,
    `00-${TRACE}-${PARENT}`,
    `00-${TRACE}-${PARENT}-1`,
    `00-${TRACE}-${PARENT}-01-`,
    `00-${TRACE}-${PARENT}-01-more`,
    `00-${TRACE}-${PARENT}-01x`,
    `cc-${TRACE}-${PARENT}-01x`,
    `ff-${TRACE}-${PARENT}-01`,
    `0-${TRACE}-${PARENT}-01`,
    `00-${"0".repeat(32)}-${PARENT}-01`,
    `00-${TRACE}-${"0".repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-${PARENT}-01`,
    `00-${TRACE.slice(1)}-${PARENT}-01`,
    `00-${TRACE}0-${PARENT}-01`,
    `00-${TRACE}-${PARENT}-zz`,
    `00_${TRACE}_${PARENT}_01`,
    ` 00-${TRACE}-${PARENT}-01`,
    `00-${TRACE}-${PARENT}-01\n`,
    `00-${TRACE}-${PARENT}-01, 00-${TRACE}-${PARENT}-01`,
  ])("%j is none", (header) => {
    expect(readTraceparent(header)).toBeUndefined();
  });
});

describe("tracestate", () => {
  test.each([
    ["rojo=00f067aa0ba902b7", "rojo=00f067aa0ba902b7"],
    ["rojo=00f067aa0ba902b7,congo=t61rcWkgMzE", "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"],
    ["rojo=1 , \t congo=2", "rojo=1,congo=2"],
    ["fw529a3039@dt=FfhwKHP,, ", "fw529a3039@dt=FfhwKHP"],
    ["a=b c", "a=b c"],
  ])("%j goes on", (header, handedOn) => {
    expect(readTracestate(header)).toBe(handedOn);
  });

  test.each([
    "",
    ",",
    "rojo",
    "rojo=",
    "=1",
    "Rojo=1",
    "ro jo=1",
    "rojo=1=2",
    "rojo=ü",
    "rojo=1\u0007",
    "rojo=1,rojo=2",
    `a=${"x".repeat(257)}`,
    `${"a".repeat(257)}=x`,
    Array.from({ length: 33 }, (_, index) => `k${index}=1`).join(","),
    "x".repeat(100_000),
  ])("of %j nothing does", (header) => {
    expect(readTracestate(header)).toBeUndefined();
  });

  test("that is long loses its long members first, then its last", () => {
    const members = Array.from({ length: 20 }, (_, index) => `k${index}=${"x".repeat(40)}`);
    const kept = readTracestate(`long=${"y".repeat(200)},${members.join(",")}`);
    expect(kept).toStartWith("k0=");
    expect(kept?.length).toBeLessThanOrEqual(512);
    expect(kept?.split(",").length).toBe(11);
  });
});

describe("a call's trace", () => {
  const headers = (flags: string): Headers =>
    new Headers({ traceparent: `00-${TRACE}-${PARENT}-${flags}`, tracestate: "rojo=1" });

  test("is its caller's", () => {
    const trace = beginTrace(headers("01"), ALWAYS);
    expect(trace).toEqual({
      traceId: TRACE,
      spanId: trace.spanId,
      parentSpanId: PARENT,
      isSampled: true,
      tracestate: "rojo=1",
    });
    expect(trace.spanId).toMatch(/^[0-9a-f]{16}$/);
    expect(beginTrace(headers("00"), ALWAYS).isSampled).toBe(false);
  });

  test("begins with it where the caller has none; a tracestate alone is nobody's", () => {
    const trace = beginTrace(new Headers({ tracestate: "rojo=1" }), ALWAYS);
    expect(trace.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect([trace.parentSpanId, trace.tracestate, trace.isSampled]).toEqual([undefined, undefined, true]);
  });

  test("is recorded as the sampler says", () => {
    expect(beginTrace(headers("00"), { followsCaller: false, share: 1 }).isSampled).toBe(true);
    expect(beginTrace(headers("01"), { followsCaller: false, share: 0 }).isSampled).toBe(false);
    expect(beginTrace(headers("01"), { followsCaller: true, share: 0 }).isSampled).toBe(true);
    const half = Array.from(
      { length: 4000 },
      () => beginTrace(new Headers(), { followsCaller: true, share: 0.5 }).isSampled,
    );
    expect(Math.abs(half.filter(Boolean).length - 2000)).toBeLessThan(300);
  });

  test("goes on to vendors under the span of the attempt", () => {
    const trace = beginTrace(headers("01"), ALWAYS);
    const span = newSpanId();
    expect(toTraceLines(trace, span)).toBe(`traceparent: 00-${TRACE}-${span}-01\r\ntracestate: rojo=1\r\n`);
    expect(toTraceLines({ ...trace, isSampled: false, tracestate: undefined }, span)).toBe(
      `traceparent: 00-${TRACE}-${span}-00\r\n`,
    );
  });

  test("has siblings of other spans; ids do not come twice", () => {
    const trace = beginTrace(headers("01"), ALWAYS);
    expect(toSiblingTrace(trace)).toMatchObject({ traceId: TRACE, parentSpanId: PARENT });
    expect(toSiblingTrace(trace).spanId).not.toBe(trace.spanId);
    expect(new Set(Array.from({ length: 10_000 }, newSpanId)).size).toBe(10_000);
  });
});
