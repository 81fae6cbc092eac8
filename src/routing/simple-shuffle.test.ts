import { describe, expect, test } from "bun:test";
import type { Deployment } from "./deployment.ts";
import { pickSimpleShuffle } from "./simple-shuffle.ts";

/** A deployment of which only the weights matter. */
const deployment = (id: string, params: { weight?: number; rpm?: number; tpm?: number }): Deployment =>
  ({ id, entry: { params } }) as unknown as Deployment;

/** How often each is picked when the random numbers are spread evenly. */
const share = (deployments: readonly Deployment[], rounds = 1000): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (let round = 0; round < rounds; round++) {
    const id = pickSimpleShuffle(deployments, round / rounds)?.id ?? "none";
    counts[id] = (counts[id] ?? 0) + 1;
  }
  return counts;
};

test("none of none, the one of one", () => {
  expect(pickSimpleShuffle([], 0.5)).toBeUndefined();
  expect(share([deployment("a", { weight: 0 })])).toEqual({ a: 1000 });
});

test("evenly when no weights are given", () => {
  expect(share([deployment("a", {}), deployment("b", {})])).toEqual({ a: 500, b: 500 });
});

describe("by the first of weight, rpm, tpm that any of them has", () => {
  test.each<[string, readonly Deployment[], Readonly<Record<string, number>>]>([
    ["weight", [deployment("a", { weight: 9 }), deployment("b", { weight: 1 })], { a: 900, b: 100 }],
    ["rpm", [deployment("a", { rpm: 300 }), deployment("b", { rpm: 100 })], { a: 750, b: 250 }],
    ["tpm", [deployment("a", { tpm: 1 }), deployment("b", { tpm: 1 })], { a: 500, b: 500 }],
    [
      "weight before rpm",
      [deployment("a", { weight: 1, rpm: 1 }), deployment("b", { weight: 3, rpm: 99 })],
      { a: 250, b: 750 },
    ],
    ["weight of one only", [deployment("a", { weight: 1 }), deployment("b", { rpm: 100 })], { a: 1000 }],
    ["zero weights only", [deployment("a", { weight: 0 }), deployment("b", { weight: 0 })], { a: 500, b: 500 }],
    ["a zero among weights", [deployment("a", { weight: 0 }), deployment("b", { weight: 2 })], { b: 1000 }],
  ])("%s", (_name, deployments, expected) => {
    expect(share(deployments)).toEqual(expected);
  });
});

test("the last bit of rounding picks one that may be picked", () => {
  const deployments = [
    deployment("a", { weight: 0.1 }),
    deployment("b", { weight: 0.2 }),
    deployment("c", { weight: 0 }),
  ];
  expect(pickSimpleShuffle(deployments, 1 - Number.EPSILON / 2)?.id).toBe("b");
});
