import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { type FakeReceiver, startFakeReceiver } from "../support/fake-receiver.ts";
import { type FakeUpstream, startFakeUpstream } from "../support/fake-upstream.ts";
import { type GatewayProcess, startGateway } from "../support/gateway-process.ts";
import { modelEntry, openaiParams, postJson } from "../support/gateway-setup.ts";
import { eventually, within } from "../support/within.ts";

let upstream: FakeUpstream;
let slack: FakeReceiver;
let webhook: FakeReceiver;

beforeAll(() => {
  upstream = startFakeUpstream();
  slack = startFakeReceiver();
  webhook = startFakeReceiver();
});

afterEach(() => {
  upstream.reset();
  slack.reset();
  webhook.reset();
});

afterAll(() => {
  upstream.close();
  slack.close();
  webhook.close();
});

const SECRETS = ["sk-upstream", "sk-planted-master", "sk-planted-caller", "planted prompt", "planted-slack"];

const serve = (
  general: Readonly<Record<string, unknown>>,
  router: Readonly<Record<string, unknown>> = {},
): Promise<GatewayProcess> =>
  startGateway({
    config: {
      model_list: [
        modelEntry("gpt", openaiParams(upstream, "openai/gpt-4o"), { id: "one" }),
        modelEntry("pair", openaiParams(upstream, "openai/gpt-4o"), { id: "pair-1" }),
        modelEntry("pair", openaiParams(upstream, "openai/gpt-4o-mini"), { id: "pair-2" }),
      ],
      router_settings: { num_retries: 0, ...router },
      general_settings: { alerting: ["slack"], ...general },
    },
    env: {
      LITELLM_MASTER_KEY: "sk-planted-master",
      SLACK_WEBHOOK_URL: `${slack.url}/services/planted-slack`,
      WEBHOOK_URL: `${webhook.url}/alerts`,
    },
  });

const chat = (gateway: GatewayProcess, fields: Readonly<Record<string, unknown>> = {}): Promise<Response> =>
  postJson(
    `${gateway.url}/v1/chat/completions`,
    { model: "gpt", messages: [{ role: "user", content: "planted prompt <!channel>" }], ...fields },
    { headers: { authorization: "Bearer sk-planted-master" } },
  );

const textOf = (body: string): string => (JSON.parse(body) as { readonly text: string }).text;

const slackTexts = (): readonly string[] => slack.received.map(({ text }) => textOf(text));

/** Stops the gateway, so that whatever was to be sent has been; nothing secret was. */
const end = async (gateway: GatewayProcess): Promise<void> => {
  await gateway.stop();
  const sent = [...slack.received, ...webhook.received].map(({ text }) => text).join("\n");
  for (const secret of SECRETS) {
    expect(sent).not.toContain(secret);
    if (secret !== "planted prompt") expect(gateway.logs()).not.toContain(secret);
  }
};

const failAll = (): void => {
  const failing = () => ({ status: 500, body: { error: { message: "planted prompt sk-planted-caller" } } });
  upstream.forModel("gpt-4o", failing);
  upstream.forModel("gpt-4o-mini", failing);
};

describe("Slack is told once", () => {
  test("of a slow answer", async () => {
    const gateway = await serve({ alerting_threshold: 0.05, alert_types: ["llm_too_slow"] });
    upstream.forModel("gpt-4o", async () => {
      await Bun.sleep(80); // What is measured is time.
      return undefined;
    });
    await chat(gateway);
    await chat(gateway);
    await within(slack.request(0), "the alert");
    await end(gateway);
    expect(slackTexts()).toHaveLength(1);
    expect(slackTexts()[0]).toMatch(
      /^Alert type: `llm_too_slow`\nLevel: `Low`\nTimestamp: `\d\d:\d\d:\d\d`\n\nMessage: \*Responses are slow - 0\.\d+s response time &gt; Alerting threshold: 0\.05s\*\n/,
    );
    expect(slackTexts()[0]).toContain("Request Model: `gpt`\nModel Name: `openai/gpt-4o`\nDeployment: `one`\n");
    expect(slack.received[0]?.path).toBe("/services/planted-slack");
  });

  test("of calls that hang, while they do", async () => {
    const gateway = await serve({ alerting_threshold: 0.1, alert_types: ["llm_requests_hanging"] });
    const gate = Promise.withResolvers<void>();
    upstream.forModel("gpt-4o", async () => {
      await gate.promise;
      return undefined;
    });
    const calls = [chat(gateway), chat(gateway)];
    const alert = await within(slack.request(0), "the alert");
    expect(textOf(alert.text)).toContain("Requests are hanging - 0.1s+ request time");
    gate.resolve();
    for (const reply of await Promise.all(calls)) expect(reply.status).toBe(200);
    await end(gateway);
    expect(slackTexts()).toHaveLength(1);
  });

  test("of a failing model", async () => {
    const gateway = await serve({ alert_types: ["llm_exceptions"] });
    failAll();
    for (let count = 0; count < 3; count++) expect((await chat(gateway)).status).toBe(500);
    await within(slack.request(0), "the alert");
    await end(gateway);
    expect(slackTexts()).toHaveLength(1);
    expect(slackTexts()[0]).toContain("LLM API call failed: InternalServerError");
  });

  test("of an outage, of its getting worse and of its end", async () => {
    const gateway = await serve({
      alert_types: ["outage_alerts"],
      alerting_args: { outage_alert_ttl: 0.5 },
      alerting_threshold: 0.2,
    });
    failAll();
    for (let count = 0; count < 15; count++) await chat(gateway);
    await within(slack.request(0), "the outage");
    upstream.reset();
    await eventually(async () => {
      await chat(gateway);
      return slackTexts().some((text) => text.includes("is over"));
    }, "the end of the outage");
    await end(gateway);
    const titles = slackTexts().map((text) => /Message: \*(.*)\*/.exec(text)?.[1]);
    expect(titles).toEqual(["Minor Service Outage", "Major Service Outage", "Service Outage is over"]);
    expect(slackTexts()[0]).toContain("Errors: `InternalServerError: 5`");
  });

  test("of an outage of a provider", async () => {
    const gateway = await serve({ alert_types: ["region_outage_alerts"] }, { disable_cooldowns: true });
    failAll();
    for (let count = 0; count < 4; count++) await chat(gateway);
    await eventually(async () => {
      await chat(gateway, { model: "pair" });
      return slack.received.length > 0;
    }, "the outage");
    await end(gateway);
    expect(slackTexts()[0]).toContain("Provider: `openai`");
  });

  test("of a deployment that cools down", async () => {
    const gateway = await serve({ alert_types: ["cooldown_deployment"] });
    const limited = () => ({ status: 429, body: { error: { message: "slow down" } } });
    upstream.forModel("gpt-4o", limited);
    upstream.forModel("gpt-4o-mini", limited);
    for (let count = 0; count < 4; count++) await chat(gateway, { model: "pair" });
    await within(slack.request(1), "both alerts");
    await end(gateway);
    expect(slackTexts()).toHaveLength(2);
    expect(slackTexts()[0]).toContain("Exception: `RateLimitError`\nException Status: `429`");
  });

  test("of calls that another model answered", async () => {
    const gateway = await serve({ alert_types: ["fallback_reports"] }, { fallbacks: [{ gpt: ["pair"] }] });
    upstream.next({ status: 500, body: { error: { message: "no" } } });
    expect((await chat(gateway)).status).toBe(200);
    await within(slack.request(0), "the report");
    await end(gateway);
    expect(slackTexts()[0]).toContain("Original Model Group: `gpt`\nFallback Model Group: `pair`");
  });
});

test("a call under a caller's own key alerts nobody", async () => {
  const gateway = await serve({ alert_types: ["llm_exceptions", "outage_alerts"] });
  failAll();
  for (let count = 0; count < 6; count++) await chat(gateway, { api_key: "sk-planted-caller" });
  await end(gateway);
  expect(slack.received).toEqual([]);
});

test("webhooks get the same as fields; types have URLs of their own", async () => {
  const gateway = await serve({
    alerting: ["slack", "webhook"],
    alert_types: ["llm_exceptions"],
    alert_to_webhook_url: { llm_exceptions: [`${slack.url}/own-1`, `${slack.url}/own-2`] },
  });
  failAll();
  await chat(gateway);
  await within(Promise.all([slack.request(1), webhook.request(0)]), "the alerts");
  await end(gateway);
  expect(slack.received.map(({ path }) => path).sort()).toEqual(["/own-1", "/own-2"]);
  expect(JSON.parse(webhook.received[0]?.text ?? "")).toMatchObject({
    event: "llm_exceptions",
    event_group: "proxy",
    level: "High",
    title: "LLM API call failed: InternalServerError",
    deployment: "one",
    request_model: "gpt",
  });
});

test("a receiver that is down or hangs delays no call, and no other receiver", async () => {
  slack.answer(() => new Promise(() => {}));
  const gateway = await serve({ alerting: ["slack", "webhook"], alert_types: ["llm_exceptions"] });
  failAll();
  for (let count = 0; count < 5; count++) await chat(gateway);
  await within(slack.request(0), "the alert that hangs");
  await within(webhook.request(0), "the same at the other receiver");
  upstream.reset();
  const startedAt = performance.now();
  expect((await chat(gateway)).status).toBe(200);
  expect(performance.now() - startedAt).toBeLessThan(2000);
  await gateway.kill();
});

test("what is not built, and what has no effect, is said at the start", async () => {
  const gateway = await startGateway({
    config: {
      model_list: [modelEntry("gpt", openaiParams(upstream, "openai/gpt-4o"))],
      general_settings: {
        alerting: ["slack", "email", "pigeon"],
        alert_types: ["budget_alerts", "llm_too_slo"],
        alerting_args: { budget_alert_ttl: 5 },
      },
    },
  });
  const logs = gateway.logs();
  for (const words of [
    "'email' is known from LiteLLM, not built yet",
    "'pigeon' is no place for alerts",
    "'budget_alerts' is known from LiteLLM, not built yet",
    "did you mean llm_too_slow",
    "budget_alert_ttl",
  ]) {
    expect(logs).toContain(words);
  }
  await gateway.stop();
});
