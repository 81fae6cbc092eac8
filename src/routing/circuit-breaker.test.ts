import { expect, test } from "bun:test";
import { CircuitBreaker } from "./circuit-breaker.ts";

test("three failures in a row open it, and only the third says so", () => {
  const breaker = new CircuitBreaker();
  expect([breaker.failed(), breaker.failed(), breaker.isOpen, breaker.pauseMs]).toEqual([false, false, false, 0]);
  expect([breaker.failed(), breaker.isOpen, breaker.pauseMs]).toEqual([true, true, 2000]);
});

test("a success in between starts the count afresh", () => {
  const breaker = new CircuitBreaker();
  breaker.failed();
  breaker.failed();
  expect(breaker.succeeded()).toBe(false);
  breaker.failed();
  expect([breaker.failed(), breaker.isOpen]).toEqual([false, false]);
});

test("pauses double from 2 s to 30 s", () => {
  const breaker = new CircuitBreaker();
  const pauses = Array.from({ length: 9 }, () => {
    breaker.failed();
    return breaker.pauseMs;
  });
  expect(pauses).toEqual([0, 0, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
});

test("one success closes it, and the next opening starts with the shortest pause", () => {
  const breaker = new CircuitBreaker();
  for (let count = 0; count < 5; count++) breaker.failed();
  expect([breaker.succeeded(), breaker.isOpen, breaker.pauseMs]).toEqual([true, false, 0]);
  expect([breaker.failed(), breaker.failed(), breaker.failed(), breaker.pauseMs]).toEqual([false, false, true, 2000]);
});
