import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rename, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Webhook } from "standardwebhooks";
import { type FakeReceiver, type Received, startFakeReceiver } from "../support/fake-receiver.ts";
import { type FakeUpstream, startFakeUpstream } from "../support/fake-upstream.ts";
import { type GatewayOptions, type GatewayProcess, startGateway } from "../support/gateway-process.ts";
import { modelEntry, openaiParams, postJson } from "../support/gateway-setup.ts";
import { eventually, within } from "../support/within.ts";

const SECRET = `whsec_${Buffer.from("planted-signing-secret-24-bytes").toString("base64")}`;
const SECRETS = ["sk-upstream", "sk-planted-master", "sk-planted-caller", SECRET, "planted-header-token"];

let upstream: FakeUpstream;
let receiver: FakeReceiver;
let folder: string;

beforeAll(async () => {
  upstream = startFakeUpstream({ keys: ["sk-upstream", "sk-planted-caller"] });
  receiver = startFakeReceiver();
  folder = await mkdtemp(join(tmpdir(), "portolan-sinks-"));
});

afterEach(() => {
  upstream.reset();
  receiver.reset();
});

afterAll(async () => {
  upstream.close();
  receiver.close();
  await rm(folder, { recursive: true, force: true });
});

type Mapping = Readonly<Record<string, unknown>>;

interface Wanted extends Pick<GatewayOptions, "env" | "args"> {
  readonly callbacks?: readonly string[];
  readonly litellm?: Mapping;
  readonly settings?: Mapping;
}

const serve = ({
  callbacks = ["generic_api"],
  litellm = {},
  settings = {},
  env,
  args = [],
}: Wanted): Promise<GatewayProcess> =>
  startGateway({
    config: {
      model_list: [modelEntry("gpt", openaiParams(upstream, "openai/gpt-4o"))],
      litellm_settings: { callbacks, ...litellm },
      router_settings: { num_retries: 0 },
      callback_settings: settings,
    },
    env: { LITELLM_MASTER_KEY: "sk-planted-master", ...env },
    args,
  });

const webhookSettings = (changes: Mapping = {}): Mapping => ({
  generic_api: {
    endpoint: `${receiver.url}/calls`,
    headers: { Authorization: "Bearer planted-header-token" },
    secret: SECRET,
    flush_interval: 0.05,
    ...changes,
  },
});

const chat = (gateway: GatewayProcess, fields: Mapping = {}): Promise<Response> =>
  postJson(
    `${gateway.url}/v1/chat/completions`,
    { model: "gpt", messages: [{ role: "user", content: "a planted question" }], ...fields },
    { headers: { authorization: "Bearer sk-planted-master" } },
  );

const failNext = (): void =>
  upstream.next({ status: 401, body: { error: { message: "Wrong key: sk-upstream and sk-planted-caller" } } });

interface Payload {
  readonly id: string;
  readonly status: string;
  readonly model_group: string | null;
  readonly portolan: { readonly call_id: string };
}

/** The calls of a request whose signature the standard's own library accepts. */
const readSigned = ({ text, headers }: Received): readonly Payload[] => {
  new Webhook(SECRET).verify(text, Object.fromEntries(headers));
  return JSON.parse(text) as readonly Payload[];
};

const expectNoSecrets = (text: string): void => {
  for (const secret of SECRETS) expect(text).not.toContain(secret);
};

/** What the receiver has got once so many calls are there. */
const receivedCalls = async (count: number): Promise<readonly Payload[]> => {
  const calls = (): readonly Payload[] => receiver.received.flatMap(readSigned);
  await eventually(() => calls().length >= count, `${count} calls at the receiver`);
  return calls();
};

describe("the webhook", () => {
  test("gets signed calls, answered and failed, and no secret", async () => {
    const gateway = await serve({ settings: webhookSettings() });
    await chat(gateway);
    await (await chat(gateway, { stream: true })).text();
    expect((await chat(gateway, { api_key: "sk-planted-caller" })).status).toBe(200);
    failNext(); // The last one, as the deployment cools down.
    expect((await chat(gateway)).status).toBe(401);
    const calls = await receivedCalls(4);
    await gateway.stop();
    expect(calls.map(({ status }) => status).sort()).toEqual(["failure", "success", "success", "success"]);
    expect(receiver.received[0]?.headers.get("authorization")).toBe("Bearer planted-header-token");
    expect(receiver.received[0]?.path).toBe("/calls");
    const sent = receiver.received.map(({ text }) => text).join("\n");
    expect(sent).toContain("a planted question");
    expectNoSecrets(sent);
    expectNoSecrets(gateway.logs());
  });

  test("knows calls by the id of the body, where no header names one", async () => {
    const gateway = await serve({ settings: webhookSettings() });
    const idOf = async (body: string, headers: Readonly<Record<string, string>> = {}): Promise<string | null> => {
      const fields = { model: "gpt", messages: [{ role: "user", content: "hi" }], litellm_call_id: body };
      const authorization = "Bearer sk-planted-master";
      const reply = await postJson(`${gateway.url}/v1/chat/completions`, fields, {
        headers: { authorization, ...headers },
      });
      return reply.headers.get("x-litellm-call-id");
    };
    expect(await idOf("mine-1")).toBe("mine-1");
    expect(await idOf("mine-2", { "x-litellm-call-id": "header-2" })).toBe("header-2");
    expect(await idOf("two words")).toMatch(/^[0-9a-f-]{36}$/);
    const ids = (await receivedCalls(3)).map(({ portolan }) => portolan.call_id);
    expect(ids.slice(0, 2)).toEqual(["mine-1", "header-2"]);
    await gateway.stop();
  });

  test("is tried again with the same id after 500, and not after 400", async () => {
    const statuses = [500, 503, 200, 400, 200];
    receiver.answer(() => statuses.shift() ?? 200);
    const gateway = await serve({ settings: webhookSettings() });
    await chat(gateway);
    await within(receiver.request(2), "the third try");
    const ids = receiver.received.map(({ headers }) => headers.get("webhook-id"));
    expect(new Set(ids).size).toBe(1);
    const [times] = [receiver.received.map((one) => readSigned(one).map(({ id }) => id))];
    expect(new Set(times.flat()).size).toBe(1);
    await chat(gateway);
    await within(receiver.request(3), "the batch that is refused");
    await gateway.logged(/callback 'generic_api': 1 calls not delivered so far: the receiver answered with status 400/);
    await gateway.stop();
  });

  test.each([
    ["ndjson", "application/x-ndjson"],
    ["single", "application/json"],
  ])("in the format %s", async (format, contentType) => {
    const gateway = await serve({ settings: webhookSettings({ log_format: format, flush_interval: 0.3 }) });
    await Promise.all([chat(gateway), chat(gateway), chat(gateway)]);
    const lines = (): readonly string[] => receiver.received.flatMap(({ text }) => text.trim().split("\n"));
    await eventually(() => lines().length === 3, "three calls");
    await gateway.stop();
    expect(lines().map((line) => (JSON.parse(line) as Payload).status)).toEqual(["success", "success", "success"]);
    expect(receiver.received.every(({ headers }) => headers.get("content-type") === contentType)).toBe(true);
    if (format === "single") expect(receiver.received).toHaveLength(3);
    for (const { text, headers } of receiver.received) {
      const time = new Date(Number(headers.get("webhook-timestamp")) * 1000);
      const signature = new Webhook(SECRET).sign(headers.get("webhook-id") ?? "", time, text);
      expect(headers.get("webhook-signature")).toBe(signature);
    }
  });

  test("takes LiteLLM's variables, its older names, and names of the operator's own", async () => {
    const gateway = await serve({
      callbacks: ["generic", "velox"],
      settings: {
        generic: { flush_interval: 0.05 },
        velox: {
          callback_type: "generic_api",
          endpoint: `${receiver.url}/velox`,
          flush_interval: 0.05,
          event_types: ["llm_api_failure"],
        },
      },
      env: {
        GENERIC_LOGGER_ENDPOINT: `${receiver.url}/generic`,
        GENERIC_LOGGER_HEADERS: "Authorization=Bearer planted-header-token,X-Tenant=a=b",
      },
    });
    await chat(gateway);
    failNext();
    await chat(gateway);
    await eventually(() => receiver.received.some(({ path }) => path === "/velox"), "the failed call");
    await gateway.stop();
    const to = (wanted: string) => receiver.received.filter(({ path }) => path === wanted);
    const countOf = (path: string): number => to(path).flatMap(({ text }) => JSON.parse(text) as Payload[]).length;
    expect([countOf("/generic"), countOf("/velox")]).toEqual([2, 1]);
    expect(to("/generic")[0]?.headers.get("x-tenant")).toBe("a=b");
    expect(to("/velox")[0]?.headers.get("authorization")).toBeNull();
  });

  test("is not told of calls that callers keep from it", async () => {
    const gateway = await serve({ settings: webhookSettings() });
    await chat(gateway, { "no-log": true });
    await postJson(
      `${gateway.url}/v1/chat/completions`,
      { model: "gpt", messages: [] },
      { headers: { authorization: "Bearer sk-planted-master", "x-litellm-disable-callbacks": "generic_api" } },
    );
    await chat(gateway);
    await receivedCalls(1);
    await gateway.stop();
    expect(await receivedCalls(1)).toHaveLength(1);
  });

  test.each([
    ["message_logging: false", { message_logging: false }, {}],
    ["turn_off_message_logging", {}, { turn_off_message_logging: true }],
  ])("sees nothing of conversations with %s", async (_name, changes, litellm) => {
    const gateway = await serve({ settings: webhookSettings(changes), litellm });
    await chat(gateway);
    await receivedCalls(1);
    await gateway.stop();
    expect(receiver.received[0]?.text).not.toContain("a planted question");
  });

  test("that hangs delays no call; what is lost is counted when the gateway stops", async () => {
    receiver.answer(() => new Promise(() => {}));
    const gateway = await serve({ settings: webhookSettings() });
    await chat(gateway);
    await within(receiver.request(0), "the request that hangs");
    const startedAt = performance.now();
    for (let count = 0; count < 20; count++) expect((await chat(gateway)).status).toBe(200);
    expect(performance.now() - startedAt).toBeLessThan(2000);
    expect(await gateway.stop()).toBe(0);
    expect(gateway.logs()).toMatch(/callback 'generic_api': \d+ calls not delivered/);
    expectNoSecrets(gateway.logs());
  }, 15_000);

  test("without an address is left out, and calls go on", async () => {
    const gateway = await serve({});
    await gateway.logged(/callback 'generic_api' is left out: it has no endpoint/);
    expect((await chat(gateway)).status).toBe(200);
    await gateway.stop();
  });
});

describe("JSON lines", () => {
  const readLines = async (path: string): Promise<readonly Payload[]> => {
    const text = await readFile(path, "utf8").catch(() => "");
    return text
      .split("\n")
      .slice(0, -1) // The last line may be half written.
      .map((line) => JSON.parse(line) as Payload);
  };

  const serveFile = (path: string, more: Partial<Wanted> = {}): Promise<GatewayProcess> =>
    serve({ callbacks: ["json_lines"], settings: { json_lines: { path, flush_interval: 0.05 } }, ...more });

  test("are added to a file that only its owner may read; one that was moved away is begun anew", async () => {
    const path = join(folder, "calls.jsonl");
    const gateway = await serveFile(path);
    await chat(gateway);
    await eventually(async () => (await readLines(path)).length === 1, "the first line");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await rename(path, `${path}.1`);
    failNext();
    await chat(gateway);
    await eventually(async () => (await readLines(path)).length === 1, "a line in the new file");
    await gateway.stop();
    expect((await readLines(`${path}.1`)).map(({ status }) => status)).toEqual(["success"]);
    expect((await readLines(path)).map(({ status }) => status)).toEqual(["failure"]);
    expectNoSecrets(JSON.stringify([await readLines(path), await readLines(`${path}.1`)]));
  });

  test("go to standard output where no file is named", async () => {
    const gateway = await serve({ callbacks: ["json_lines"] });
    await chat(gateway);
    const line = await within(gateway.logged(/^\{"id":.*"model_group":"gpt"/), "the line");
    expect((JSON.parse(line) as Payload).status).toBe("success");
    await gateway.stop();
  });

  test("of several processes do not run into one another", async () => {
    const path = join(folder, "shared.jsonl");
    const gateway = await serveFile(path, { args: ["--num_workers", "2"] });
    const content = "x".repeat(20_000);
    const calls = Array.from({ length: 60 }, () => chat(gateway, { messages: [{ role: "user", content }] }));
    for (const reply of await Promise.all(calls)) await reply.body?.cancel();
    await eventually(async () => (await readLines(path).catch(() => [])).length === 60, "sixty whole lines");
    await gateway.stop();
  }, 15_000);

  test("that cannot be written are counted, and calls go on", async () => {
    const gateway = await serveFile(folder);
    expect((await chat(gateway)).status).toBe(200);
    await chat(gateway);
    expect(await gateway.stop()).toBe(0);
    expect(gateway.logs()).toMatch(/callback 'json_lines': \d+ calls not delivered so far: EISDIR/);
  }, 15_000);

  test("to a pipe that nobody reads hold up neither metrics nor the end", async () => {
    const path = join(folder, "nobody-reads");
    expect(spawnSync("mkfifo", [path]).status).toBe(0);
    const gateway = await serveFile(path, { callbacks: ["json_lines", "prometheus"] });
    expect((await chat(gateway)).status).toBe(200);
    const answer = await fetch(`${gateway.url}/metrics`, { headers: { authorization: "Bearer sk-planted-master" } });
    expect(await answer.text()).toContain("portolan_");
    expect(await within(gateway.stop(), "the end", 10_000)).toBe(0);
    expect(gateway.logs()).toContain("callback 'json_lines': 1 calls not delivered so far: the gateway stopped");
  }, 15_000);

  test("a full disk loses what does not fit, and says so", async () => {
    const gateway = await serveFile("/dev/full");
    expect((await chat(gateway)).status).toBe(200);
    expect(await gateway.stop()).toBe(0);
    expect(gateway.logs()).toMatch(/callback 'json_lines': 1 calls not delivered so far: ENOSPC/);
  }, 15_000);
});
