import { describe, expect, test } from "bun:test";
import { ALERT_TYPES, type AlertingSettings } from "./alerting.ts";
import type { LoadedConfig } from "./load-config.ts";
import { configOf, loadYaml } from "./load-yaml-for-tests.ts";

const ENVIRONMENT = {
  SLACK_WEBHOOK_URL: "https://hooks.slack.example/planted",
  WEBHOOK_URL: "https://alerts.example",
  ONCALL: "https://hooks.slack.example/oncall",
};

const load = (general: string, environment: Readonly<Record<string, string>> = ENVIRONMENT): LoadedConfig =>
  loadYaml(`general_settings: {${general}}`, environment);

const alertingOf = (general: string): AlertingSettings | undefined => configOf(load(general)).observing.alerting;

test("nobody is alerted unless the file says so", () => {
  expect(alertingOf("alert_types: [llm_too_slow]")).toBeUndefined();
});

test("LiteLLM's defaults", () => {
  expect(alertingOf("alerting: slack")).toEqual({
    slackUrl: "https://hooks.slack.example/planted",
    slackUrls: {},
    webhookUrl: undefined,
    types: ALERT_TYPES,
    thresholdMs: 300_000,
    outage_alert_ttl: 60_000,
    region_outage_alert_ttl: 60_000,
    minor_outage_alert_threshold: 5,
    major_outage_alert_threshold: 10,
    repeat_after: 600_000,
    log_to_console: false,
  });
});

test("URLs of single types may come from the environment", () => {
  const alerting = alertingOf(
    "alerting: [slack, webhook], alert_to_webhook_url: {outage_alerts: os.environ/ONCALL, llm_too_slow: [https://a.example, https://b.example]}",
  );
  expect(alerting?.slackUrls).toEqual({
    outage_alerts: ["https://hooks.slack.example/oncall"],
    llm_too_slow: ["https://a.example", "https://b.example"],
  });
  expect(alerting?.webhookUrl).toBe("https://alerts.example");
});

describe("told at the start", () => {
  test.each([
    ["alerting: [slack]", {}, "Slack gets no alerts but those of alert_to_webhook_url: set SLACK_WEBHOOK_URL"],
    ["alerting: [webhook]", {}, "the webhook gets no alerts: set WEBHOOK_URL"],
    ["alerting: [slack]", { SLACK_WEBHOOK_URL: "planted" }, "is no URL: ignored"],
    [
      "alerting: [slack], alert_types: [daily_reports]",
      ENVIRONMENT,
      "'daily_reports' is known from LiteLLM, not built yet",
    ],
    [
      "alerting: [slack], alert_to_webhook_url: {budget_alerts: https://a.example}",
      ENVIRONMENT,
      "is no alert that is built",
    ],
  ])("%s", (general, environment, message) => {
    const { warnings } = load(general, environment);
    expect(warnings.map((warning) => warning.message).join("\n")).toContain(message);
    expect(JSON.stringify(warnings)).not.toContain("planted");
  });
});

test.each(["planted", "7", "[https://a.example, planted]", "ftp://planted"])(
  "%s is no URL, and is not shown",
  (url) => {
    const { faults } = load(`alerting: [slack], alert_to_webhook_url: {outage_alerts: ${url}}`);
    expect(faults).toEqual([
      {
        path: "general_settings.alert_to_webhook_url.outage_alerts",
        message: "is no URL",
        allowed: "a URL, or a list of them",
      },
    ]);
  },
);
