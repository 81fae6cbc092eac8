import { expect, test } from "bun:test";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const RULES = join(import.meta.dir, "../../examples/grafana/alerts.yml");

/** What a scrape every minute has seen, and whether the alert is there after so many minutes. */
const CASES: readonly [alert: string, series: Readonly<Record<string, string>>, minutes: number, fires: boolean][] = [
  ["PricesAreUnknown", { 'portolan_unpriced_calls_total{model="m"}': "_x5 1x200" }, 6, true],
  ["PricesAreUnknown", { 'portolan_unpriced_calls_total{model="m"}': "_x5 1x200" }, 90, false],
  ["PricesAreUnknown", { 'portolan_unpriced_calls_total{model="m"}': "1x100 2x100" }, 110, true],
  ["DeploymentIsOut", { 'litellm_deployment_state{model_id="d"}': "0 1 2x20" }, 8, true],
  ["DeploymentIsOut", { 'litellm_deployment_state{model_id="d"}': "0 1 2 2 0 2 2 0 2" }, 8, false],
  [
    "ManyRequestsFail",
    {
      'litellm_proxy_failed_requests_metric_total{status_code="200",exception_status="500"}': "0+1x20",
      'litellm_proxy_total_requests_metric_total{status_code="200"}': "0+10x20",
    },
    12,
    true,
  ],
];

const toRuleTest = (alert: string, series: Readonly<Record<string, string>>, minutes: number): string =>
  JSON.stringify({
    rule_files: [RULES],
    evaluation_interval: "1m",
    tests: [
      {
        interval: "1m",
        input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
        alert_rule_test: [{ alertname: alert, eval_time: `${minutes}m`, exp_alerts: [] }],
      },
    ],
  });

test.skipIf(Bun.which("promtool") === null).each(CASES)(
  "%s of %j at %d minutes: %p (needs promtool)",
  async (alert, series, minutes, fires) => {
    const file = join(mkdtempSync(join(tmpdir(), "alerts-")), "test.yml");
    writeFileSync(file, toRuleTest(alert, series, minutes));
    const promtool = Bun.spawn(["promtool", "test", "rules", file], { stdout: "pipe", stderr: "pipe" });
    const said = (await promtool.stdout.text()) + (await promtool.stderr.text());
    // No alert is expected: one that fires is said to be too many.
    expect([said, await promtool.exited]).toEqual([said, fires ? 1 : 0]);
    expect(said).toContain(fires ? "got:[" : "SUCCESS");
  },
);
