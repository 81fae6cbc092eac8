import { expect, test } from "bun:test";
import { toDeploymentSnapshots } from "./deployment-snapshots.ts";
import { deploymentOf } from "./deployments-for-tests.ts";
import type { ModelTable } from "./model-table.ts";

const deployment = deploymentOf("a");
const { stats } = deployment;
const models = { listed: [{ deployment }] } as unknown as ModelTable;
const stateAt = (nowMs: number): number | undefined => toDeploymentSnapshots(models, nowMs)[0]?.state;

test("a deployment that answers nothing but failures is out until it answers, minutes and cooldowns notwithstanding", () => {
  const secondsMs = (seconds: number): number => seconds * 1000;
  expect(stateAt(0)).toBe(0);
  const states: (number | undefined)[] = [];
  for (let second = 0; second < 600; second += 20) {
    stats.countFailure(secondsMs(second), undefined, 1000);
    states.push(stateAt(secondsMs(second)), stateAt(secondsMs(second + 19)));
  }
  expect(states.slice(0, 8)).toEqual(Array(8).fill(1));
  expect(states.slice(8)).toEqual(Array(states.length - 8).fill(2));

  stats.countSuccess(secondsMs(600), 1);
  expect(stateAt(secondsMs(600))).toBe(0);
  stats.countFailure(secondsMs(601), undefined, 1000);
  stats.countSuccess(secondsMs(602), 1);
  expect([stateAt(secondsMs(602)), stateAt(secondsMs(660))]).toEqual([1, 0]);
  stats.coolUntil(secondsMs(670), "upstream-rate-limited");
  expect([stateAt(secondsMs(669)), stateAt(secondsMs(670))]).toEqual([2, 0]);
});
