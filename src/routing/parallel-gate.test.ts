import { describe, expect, test } from "bun:test";
import type { DeploymentParams } from "../config/gateway-config.ts";
import { deploymentOf, seededRandom } from "./deployments-for-tests.ts";
import { ParallelGate } from "./parallel-gate.ts";

const gateOf = (defaultMaxParallelRequests?: number): ParallelGate => new ParallelGate({ defaultMaxParallelRequests });

test.each<[string, Partial<DeploymentParams>, number | undefined, number]>([
  ["its own", { maxParallelRequests: 3, rpm: 9, tpm: 9000 }, 5, 3],
  ["rpm", { rpm: 4, tpm: 9000 }, 5, 4],
  ["six for each thousand of tpm", { tpm: 1500 }, 5, 9],
  ["a small tpm lets one through", { tpm: 10 }, 5, 1],
  ["the default", {}, 5, 5],
  ["a zero sets no limit", { maxParallelRequests: 0 }, 2, 2],
])("the limit: %s", (_what, params, byDefault, expected) => {
  const [gate, deployment] = [gateOf(byDefault), deploymentOf("a", params)];
  let places = 0;
  while (gate.tryAcquire(deployment)) {
    places++;
  }
  expect(places).toBe(expected);
});

test("without any limit nobody waits", () => {
  const [gate, deployment] = [gateOf(), deploymentOf("a")];
  const answers = Array.from({ length: 1000 }, () => gate.acquire(deployment, undefined));
  expect(answers.every((answer) => answer === undefined)).toBe(true);
});

describe("with one place", () => {
  test("the others wait their turn: low priorities first, then as they came", async () => {
    const [gate, deployment] = [gateOf(1), deploymentOf("a")];
    const order: string[] = [];
    gate.tryAcquire(deployment);
    const waits = [
      ["b", 5],
      ["c", 0],
      ["d", 5],
      ["e", 0],
      ["f", -1],
    ] as const;
    const all = waits.map(async ([name, priority]) => {
      await gate.acquire(deployment, undefined, priority);
      order.push(name);
      gate.release(deployment);
    });
    expect(order).toEqual([]);
    gate.release(deployment);
    await Promise.all(all);
    expect(order).toEqual(["f", "c", "e", "b", "d"]);
    expect([deployment.stats.permits, deployment.stats.waiting]).toEqual([0, undefined]);
  });

  test("whoever gives up leaves the queue and takes no place", async () => {
    const [gate, deployment] = [gateOf(1), deploymentOf("a")];
    gate.tryAcquire(deployment);
    const leaving = new AbortController();
    const first = gate.acquire(deployment, leaving.signal);
    const second = gate.acquire(deployment, undefined);
    const reason = new Error("gone");
    leaving.abort(reason);
    expect(first).rejects.toBe(reason);
    gate.release(deployment);
    await second;
    expect(deployment.stats.permits).toBe(1);
    gate.release(deployment);
    expect([deployment.stats.permits, deployment.stats.waiting]).toEqual([0, undefined]);
  });

  test("whoever has gone before does not wait", () => {
    const [gate, deployment] = [gateOf(1), deploymentOf("a")];
    gate.tryAcquire(deployment);
    expect(gate.acquire(deployment, AbortSignal.abort(new Error("gone")))).rejects.toThrow("gone");
    expect(deployment.stats.waiting).toBeUndefined();
  });

  test("a signal that fires after the turn has come changes nothing", async () => {
    const [gate, deployment] = [gateOf(1), deploymentOf("a")];
    gate.tryAcquire(deployment);
    const late = new AbortController();
    const turn = gate.acquire(deployment, late.signal);
    gate.release(deployment);
    late.abort();
    await turn;
    expect(deployment.stats.permits).toBe(1);
  });

  test("a limit raised on reload admits those who wait", async () => {
    const deployment = deploymentOf("a");
    const [before, after] = [gateOf(1), gateOf(3)];
    before.tryAcquire(deployment);
    const waits = [before.acquire(deployment, undefined), before.acquire(deployment, undefined)];
    after.release(deployment);
    await Promise.all(waits);
    expect(deployment.stats.permits).toBe(2);
  });

  test("too long a queue refuses", () => {
    const [gate, deployment] = [gateOf(1), deploymentOf("a")];
    for (let call = 0; call <= 10_000; call++) {
      void gate.acquire(deployment, undefined);
    }
    expect(() => gate.acquire(deployment, undefined)).toThrow("Too many calls wait");
  });
});

test("any comings and goings: never more than the limit, nobody left behind", async () => {
  const random = seededRandom(17);
  const [gate, deployment] = [gateOf(3), deploymentOf("a")];
  let inside = 0;
  let most = 0;
  let gone = 0;
  let served = 0;
  const visit = async (): Promise<void> => {
    const controller = new AbortController();
    const turn = gate.acquire(deployment, controller.signal, Math.floor(random() * 3));
    if (turn !== undefined && random() < 0.2) {
      controller.abort(new Error("gone"));
    }
    try {
      await turn;
    } catch {
      gone++;
      return;
    }
    inside++;
    most = Math.max(most, inside);
    for (let turns = Math.floor(random() * 5); turns >= 0; turns--) {
      await Promise.resolve();
    }
    inside--;
    served++;
    gate.release(deployment);
  };
  await Promise.all(Array.from({ length: 2000 }, visit));
  expect([most, gone + served, deployment.stats.permits, deployment.stats.waiting]).toEqual([3, 2000, 0, undefined]);
});
