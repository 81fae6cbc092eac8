// Choosing among 1,000 deployments of a group: microseconds and bytes per choice, each strategy.

import type { RouterSettings, StrategyName } from "../../src/config/gateway-config.ts";
import type { Deployment } from "../../src/routing/deployment.ts";
import { deploymentOf, groupOf, requestOf, settingsOf } from "../../src/routing/deployments-for-tests.ts";
import { Router } from "../../src/routing/router.ts";
import { measure } from "./measure.ts";

const STRATEGIES: readonly StrategyName[] = [
  "simple-shuffle",
  "least-busy",
  "latency-based-routing",
  "usage-based-routing",
  "usage-based-routing-v2",
  "cost-based-routing",
];
const CHOICES = 20_000;
const NEVER_COLLECT = { BUN_JSC_useGC: "0" };
const isNeverCollecting = process.env["BUN_JSC_useGC"] === "0";

const services = { now: () => performance.now(), random: Math.random };
const request = requestOf();

/** Deployments that differ in all that a strategy looks at, some of them cooling. */
function deploymentsOf(size: number, coolingEvery: number): readonly Deployment[] {
  return Array.from({ length: size }, (_item, index) => {
    const weight = 1 + (index % 7);
    const deployment = deploymentOf(`${index}`, { weight, rpm: 1e6, inputCostPerToken: (1 + (index % 5)) * 1e-6 });
    deployment.stats.inFlight = index % 3;
    deployment.stats.addLatency(100 + (index % 50), false, performance.now(), 10);
    if (index % coolingEvery === 1) {
      deployment.stats.coolUntil(Number.MAX_SAFE_INTEGER, "upstream-failed");
    }
    return deployment;
  });
}

/** Bytes per call, by what the process grows. It tells something only in a process that never collects. */
function measureBytes(name: string, work: () => unknown): void {
  for (let choice = 0; choice < CHOICES; choice++) {
    work(); // Compiled code and lists used again are made now.
  }
  const before = process.memoryUsage.rss();
  for (let choice = 0; choice < CHOICES; choice++) {
    work();
  }
  const bytes = (process.memoryUsage.rss() - before) / CHOICES;
  console.log(`${name.padEnd(48)} ${bytes.toFixed(0).padStart(6)} bytes per choice`);
}

function benchmark(name: string, size: number, settings: Partial<RouterSettings>, coolingEvery = Infinity): void {
  const router = new Router(settingsOf(settings), services);
  const group = groupOf(...deploymentsOf(size, coolingEvery));
  const choose = () => router.select(group, request);
  if (isNeverCollecting) {
    measureBytes(name, choose);
  } else {
    measure(name, choose);
  }
}

benchmark("1 deployment", 1, {});
for (const strategy of STRATEGIES) {
  benchmark(`100 deployments, ${strategy}`, 100, { strategy });
}
for (const strategy of STRATEGIES) {
  benchmark(`1,000 deployments, ${strategy}`, 1000, { strategy });
}
benchmark("1,000 deployments, simple-shuffle, 1 in 10 cools", 1000, {}, 10);
if (!isNeverCollecting) {
  Bun.spawnSync([process.execPath, import.meta.path], {
    env: { ...process.env, ...NEVER_COLLECT },
    stdio: ["ignore", "inherit", "inherit"],
  });
}
