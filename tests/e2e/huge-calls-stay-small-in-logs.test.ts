import { afterAll, beforeAll, expect, test } from "bun:test";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { harmDone } from "../support/gateway-health.ts";
import { type GatewayProcess, startGateway } from "../support/gateway-process.ts";
import { modelEntry, openaiParams, postJson } from "../support/gateway-setup.ts";
import { type SinkServer, startSinkServer } from "../support/sink-server.ts";
import { eventually, within } from "../support/within.ts";

const IMAGE_BYTES = 20_000_000;

const upstream = startFakeUpstream();
let sinks: SinkServer;
let gateway: GatewayProcess;

beforeAll(async () => {
  sinks = startSinkServer();
  gateway = await startGateway({
    env: {
      LANGFUSE_HOST: sinks.url,
      LANGFUSE_PUBLIC_KEY: "pk-lf-1",
      LANGFUSE_SECRET_KEY: "sk-lf-1",
      GENERIC_LOGGER_ENDPOINT: `${sinks.url}/webhook`,
      OTEL_EXPORTER_OTLP_ENDPOINT: `${sinks.url}/otlp`,
    },
    config: {
      model_list: [modelEntry("gpt", openaiParams(upstream, "openai/gpt-4o"))],
      litellm_settings: { callbacks: ["langfuse", "otel", "generic_api"] },
    },
  });
});
afterAll(async () => {
  expect(harmDone(gateway)).toEqual([]);
  expect(await gateway.stop()).toBe(0);
  await sinks.close();
  upstream.close();
});

test("an image of 20 MB reaches the vendor whole, and observers as its type and a marker", async () => {
  const url = `data:image/png;base64,${"A".repeat(IMAGE_BYTES)}`;
  const messages = [{ role: "user", content: [{ type: "image_url", image_url: { url } }] }];
  const reply = await within(postJson(`${gateway.url}/v1/chat/completions`, { model: "gpt", messages }), "an answer");
  expect(reply.status).toBe(200);
  expect(upstream.last().body.length).toBeGreaterThan(IMAGE_BYTES);
  for (const path of ["/api/public/ingestion", "/webhook", "/otlp/v1/traces"]) {
    const find = () => sinks.requests.find((request) => request.path === path);
    await eventually(() => find() !== undefined, `${path} has the call`);
    const body = find()?.body ?? "";
    expect([path, body.length < 50_000]).toEqual([path, true]);
    if (!path.startsWith("/otlp")) expect(body).toMatch(/data:image\/png;base64,A+ \.\.\.\[\d+ bytes cut\]/);
  }
});
