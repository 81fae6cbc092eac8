import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { type GatewayProcess, startGateway } from "../support/gateway-process.ts";
import { MESSAGES, modelEntry, openaiParams, postJson } from "../support/gateway-setup.ts";
import { vendorError } from "../support/model-groups.ts";
import { type SinkServer, startSinkServer } from "../support/sink-server.ts";
import { eventually } from "../support/within.ts";

/** Nothing of the file or of a call may come out under these names; each is found by no pattern but its own. */
const PLANTED = {
  masterKey: "planted-master-Zq81kfYw",
  vendorKey: "planted-vendor-Mx72hdPl",
  deploymentSecret: "planted-header-Rt55oaBn",
  deploymentQuery: "planted-query-Wv27mkLc",
  callersKey: "planted-caller-Vu39xcEe",
  callersCloudKey: "planted-cloud-Jn20qwSa",
  wrongKey: "sk-planted-wrong-Ib64mzTo",
  userConfigKey: "planted-userconfig-Gc93vbLu",
  langfuseSecret: "sk-lf-planted-Hk17rnWd",
  langfuseOfCaller: "sk-lf-planted-caller-Oe48",
  webhookToken: "planted-webhook-Ds06lyFg",
  webhookSecret: `whsec_${Buffer.from("planted-signing-Px31").toString("base64")}`,
  otlpToken: "planted-otlp-Ax85uiKm",
} as const;

const upstream = startFakeUpstream({ keys: [PLANTED.vendorKey, PLANTED.callersKey, PLANTED.userConfigKey] });
let sinks: SinkServer;
let gateway: GatewayProcess;

const LINES = "calls.jsonl";

beforeAll(async () => {
  sinks = startSinkServer();
  const params = openaiParams(upstream, "openai/gpt-4o", {
    api_base: `${upstream.url}/v1?code=${PLANTED.deploymentQuery}`,
    api_key: PLANTED.vendorKey,
    extra_headers: { "x-planted": PLANTED.deploymentSecret },
  });
  gateway = await startGateway({
    args: ["--detailed_debug"],
    env: {
      LANGFUSE_HOST: `${sinks.url}/langfuse`,
      LANGFUSE_PUBLIC_KEY: "pk-lf-public",
      LANGFUSE_SECRET_KEY: PLANTED.langfuseSecret,
      GENERIC_LOGGER_ENDPOINT: `${sinks.url}/webhook`,
      GENERIC_LOGGER_HEADERS: `Authorization=Bearer ${PLANTED.webhookToken}`,
      OTEL_EXPORTER_OTLP_ENDPOINT: `${sinks.url}/otlp`,
      OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer ${PLANTED.otlpToken}`,
      SLACK_WEBHOOK_URL: `${sinks.url}/slack`,
    },
    config: {
      model_list: [
        modelEntry("gpt", params),
        modelEntry("broken", params),
        modelEntry("any/*", openaiParams(upstream, "openai/*", params)),
      ],
      litellm_settings: {
        callbacks: ["prometheus", "langfuse", "langfuse_otel", "otel", "generic_api", "json_lines"],
        num_retries: 0,
      },
      callback_settings: {
        json_lines: { path: LINES },
        generic_api: { secret: PLANTED.webhookSecret },
      },
      general_settings: {
        master_key: PLANTED.masterKey,
        client_side_allowed_hosts: ["127.0.0.1"],
        alerting: ["slack"],
      },
    },
  });
});
afterAll(async () => {
  await gateway.kill();
  await sinks.close();
  upstream.close();
});

const answers: string[] = [];

const ask = async (
  body: object,
  headers: Readonly<Record<string, string>> = {},
  path = "/v1/chat/completions",
): Promise<void> => {
  const reply = await postJson(
    `${gateway.url}${path}`,
    { messages: MESSAGES, ...body },
    { headers: { authorization: `Bearer ${PLANTED.masterKey}`, ...headers } },
  );
  answers.push(JSON.stringify([...reply.headers]) + (await reply.text()));
};

test("no sink and no log holds a planted secret, whatever becomes of the call", async () => {
  const echoing = vendorError(401, { message: `Incorrect API key provided: ${PLANTED.vendorKey}` });
  upstream.next(echoing);
  await ask({ model: "broken" });
  for (const secret of [PLANTED.deploymentSecret, PLANTED.deploymentQuery]) {
    upstream.next(vendorError(403, { message: `This may not be: ${secret}` }));
    await ask({ model: "broken" });
  }
  await ask({ model: "gpt", user: "u", metadata: { trace_id: "t", langfuse_secret_key: PLANTED.langfuseOfCaller } });
  await ask({ model: "gpt", stream: true });
  await ask({ model: "gpt" }, { langfuse_secret: PLANTED.langfuseOfCaller, cookie: `a=${PLANTED.callersCloudKey}` });
  await ask({ model: "gpt", api_key: PLANTED.callersKey });
  upstream.next(vendorError(429, { message: `Rate limit of ${PLANTED.callersKey}` }));
  await ask({ model: "gpt", api_key: PLANTED.callersKey });
  await ask({ model: "gpt", aws_secret_access_key: PLANTED.callersCloudKey, api_key: 7 });
  await ask({ model: "gpt" }, { authorization: `Bearer ${PLANTED.wrongKey}` });
  const own = openaiParams(upstream, "openai/own", { api_key: PLANTED.userConfigKey });
  await ask({ model: "own", user_config: { model_list: [modelEntry("own", own)] } });
  await ask({
    model: "own",
    user_config: { model_list: [{ model_name: "own", litellm_params: { api_key: PLANTED.userConfigKey, modle: 1 } }] },
  });
  await ask({ model: `nobody/${PLANTED.wrongKey}` });
  for (const key of [PLANTED.masterKey, PLANTED.wrongKey]) {
    await ask({
      model: `any/${key}`,
      user: key,
      tags: [key],
      stop: key,
      metadata: { [key]: 1, note: key },
      litellm_session_id: key,
      litellm_trace_id: key,
      [key]: 1,
    });
    await ask(
      { model: "gpt" },
      {
        "x-litellm-end-user-id": key,
        "x-litellm-tags": key,
        "x-litellm-call-id": key,
        "x-litellm-spend-logs-metadata": JSON.stringify({ note: key, [key]: 1 }),
        "user-agent": key,
        langfuse_trace_name: key,
      },
    );
    await ask({}, {}, `/openai/deployments/any%2F${key}/chat/completions`);
    await ask({}, {}, `/engines/${key}/chat/completions`);
  }
  const page = await fetch(`${gateway.url}/metrics`, { headers: { authorization: `Bearer ${PLANTED.masterKey}` } });
  const metrics = await page.text();
  const live = await fetch(`${gateway.url}/ui/api/calls`, {
    headers: { authorization: `Bearer ${PLANTED.masterKey}` },
  });
  const calls = await live.text();
  const lines = join(gateway.directory, LINES);
  const read = (): Promise<string> => readFile(lines, "utf8").catch(() => "");
  await eventually(async () => (await read()).split("\n").length > 10, "the file has the calls");
  const file = await read();
  gateway.signal("SIGTERM");
  await gateway.exited;
  const reached = (path: string): boolean => sinks.requests.some((request) => request.path.startsWith(path));
  for (const path of ["/langfuse/api/public/ingestion", "/langfuse/api/public/otel", "/otlp/v1/traces", "/webhook"]) {
    expect([path, reached(path)]).toEqual([path, true]);
  }
  expect(file).toContain("chat.completion");
  const sent = sinks.requests.map(({ path, body }) => `${path}\n${body}`);
  const everything = [metrics, calls, file, gateway.logs(), ...sent].join("\n");
  for (const [name, secret] of Object.entries(PLANTED)) {
    expect([name, everything.includes(secret)]).toEqual([name, false]);
    expect([name, everything.includes(Buffer.from(secret).toString("base64"))]).toEqual([name, false]);
  }
});

test("no answer holds a secret of the server", () => {
  const { vendorKey, deploymentSecret, deploymentQuery } = PLANTED;
  expect(answers.join("\n")).toContain("This may not be: ****");
  for (const secret of [vendorKey, deploymentSecret, deploymentQuery]) expect(answers.join("\n")).not.toContain(secret);
});

test("each sink is shown its own key alone", () => {
  const shown = (path: string): string =>
    JSON.stringify(
      sinks.requests.filter((request) => request.path.startsWith(path)).map(({ headers }) => [...headers]),
    );
  const own: Readonly<Record<string, string>> = {
    "/langfuse": Buffer.from(`pk-lf-public:${PLANTED.langfuseSecret}`).toString("base64"),
    "/webhook": PLANTED.webhookToken,
    "/otlp": PLANTED.otlpToken,
  };
  for (const [path, key] of Object.entries(own)) {
    const headers = shown(path);
    expect([path, headers.includes(key)]).toEqual([path, true]);
    for (const other of [...Object.values(own).filter((one) => one !== key), ...Object.values(PLANTED)]) {
      if (other !== key) expect([path, headers.includes(other)]).toEqual([path, false]);
    }
  }
});
