import { expect, test } from "bun:test";
import { ALERT_TYPES } from "../../config/alerting.ts";
import { configOf, loadYaml } from "../../config/load-yaml-for-tests.ts";
import type { CallFinished } from "../../core/call-event.ts";
import { failedCall, givenUpCall } from "../calls-for-tests.ts";
import type { Alert } from "./alert.ts";
import { AlertRules } from "./alert-rules.ts";

const alertsOf = (calls: readonly CallFinished[]): readonly Alert[] => {
  const yaml = "model_list: []\ngeneral_settings: {alerting: [slack]}";
  const { alerting } = configOf(loadYaml(yaml, { SLACK_WEBHOOK_URL: "https://hooks.test/a" })).observing;
  if (alerting === undefined) throw new Error("no alerting");
  const alerts: Alert[] = [];
  new AlertRules({ ...alerting, types: [...ALERT_TYPES] }, (alert) => alerts.push(alert)).ended(calls);
  return alerts;
};

test("a call that was given up is nothing to tell of", () => {
  expect(alertsOf(Array.from({ length: 20 }, () => givenUpCall({ fallbacks: 1, durationMs: 1e6 })))).toEqual([]);
});

test("the model that a caller asked for is named, whichever group failed", () => {
  const [failed] = alertsOf([failedCall({ requestedModel: "a", modelGroup: "b", fallbacks: 1 })]);
  expect(failed?.facts).toContainEqual(["Request Model", "a"]);
});
