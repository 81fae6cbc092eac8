import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FakeUpstream, startFakeUpstream } from "../support/fake-upstream.ts";
import { type GatewayOptions, type GatewayProcess, startGateway } from "../support/gateway-process.ts";
import { modelEntry, openaiParams, postJson } from "../support/gateway-setup.ts";
import { eventually } from "../support/within.ts";

let upstream: FakeUpstream;
let folder: string;
let fileCount = 0;

beforeAll(async () => {
  upstream = startFakeUpstream();
  folder = await mkdtemp(join(tmpdir(), "portolan-hooks-"));
});

afterEach(() => upstream.reset());

afterAll(async () => {
  upstream.close();
  await rm(folder, { recursive: true, force: true });
});

/** A module whose hooks add what they are told to a file. */
const writeLogger = async (
  extra = "",
): Promise<{ readonly file: string; readonly told: () => Promise<readonly Told[]> }> => {
  fileCount++;
  const file = join(folder, `logger-${fileCount}.ts`);
  const out = join(folder, `told-${fileCount}.jsonl`);
  await writeFile(
    file,
    `import { appendFileSync } from "node:fs";
     import type { Callback, StandardLoggingPayload } from "portolan";
     const tell = (hook: string, payload: StandardLoggingPayload): void =>
       appendFileSync(${JSON.stringify(out)}, JSON.stringify({ hook, payload }) + "\\n");
     export const callback: Callback = {
       onSuccess: (payload) => tell("onSuccess", payload),
       onFailure: (payload) => tell("onFailure", payload),
       onStreamEnd: async (payload) => tell("onStreamEnd", payload),
       ${extra}
     };`,
  );
  const told = async (): Promise<readonly Told[]> =>
    (await readFile(out, "utf8").catch(() => ""))
      .split("\n")
      .slice(0, -1) // The last line may be half written.
      .map((line) => JSON.parse(line) as Told);
  return { file, told };
};

interface Told {
  readonly hook: string;
  readonly payload: {
    readonly status: string;
    readonly messages: unknown;
    readonly response: unknown;
    readonly metadata: { readonly requester_metadata: unknown };
    readonly portolan: { readonly call_id: string };
  };
}

const serve = (
  lists: Readonly<Record<string, readonly string[]>>,
  options: Pick<GatewayOptions, "args"> = {},
): Promise<GatewayProcess> =>
  startGateway({
    config: {
      model_list: [modelEntry("gpt", openaiParams(upstream, "openai/gpt-4o"))],
      litellm_settings: lists,
      router_settings: { num_retries: 0 },
    },
    ...options,
  });

const chat = (gateway: GatewayProcess, fields: Readonly<Record<string, unknown>> = {}): Promise<Response> =>
  postJson(
    `${gateway.url}/v1/chat/completions`,
    {
      model: "gpt",
      messages: [{ role: "user", content: "a planted question" }],
      metadata: { team: "blue" },
      ...fields,
    },
    { headers: { authorization: "Bearer sk-planted-caller" } },
  );

const fail = (): void => upstream.next({ status: 500, body: { error: { message: "broken sk-planted-vendor-key" } } });

test("a module is told of answers, failures and ended streams", async () => {
  const { file, told } = await writeLogger();
  const gateway = await serve({ callbacks: [file] });
  await chat(gateway);
  await (await chat(gateway, { stream: true })).text();
  fail();
  await chat(gateway);
  await eventually(async () => (await told()).length === 4, "four hooks");
  await gateway.stop();
  const all = await told();
  expect(all.map(({ hook }) => hook).sort()).toEqual(["onFailure", "onStreamEnd", "onSuccess", "onSuccess"]);
  expect(all[0]?.payload).toMatchObject({
    status: "success",
    messages: [{ role: "user", content: "a planted question" }],
    metadata: { requester_metadata: { team: "blue" } },
  });
  expect(JSON.stringify(all)).not.toMatch(/sk-planted|sk-upstream/);
});

test("lists say which calls a module is told of; a stream's end goes with its list", async () => {
  const [good, bad] = [await writeLogger(), await writeLogger()];
  const gateway = await serve({ success_callback: [good.file], failure_callback: [bad.file] });
  await (await chat(gateway, { stream: true })).text();
  fail();
  await chat(gateway);
  await eventually(async () => (await good.told()).length === 2 && (await bad.told()).length === 1, "three hooks");
  await gateway.stop();
  expect((await bad.told()).map(({ hook }) => hook)).toEqual(["onFailure"]);
});

test("a module can ask not to see conversations; callers can silence it", async () => {
  const [shown, hidden] = [await writeLogger(), await writeLogger("turnOffMessageLogging: true,")];
  const gateway = await serve({ callbacks: [shown.file, hidden.file] });
  const name = /([^/]+)\.ts$/.exec(shown.file)?.[1] ?? "";
  await postJson(
    `${gateway.url}/v1/chat/completions`,
    { model: "gpt", messages: [{ role: "user", content: "a planted question" }] },
    { headers: { "x-litellm-disable-callbacks": name } },
  );
  await chat(gateway);
  await chat(gateway, { "no-log": true });
  await gateway.stop();
  expect(await shown.told()).toHaveLength(1);
  expect(await hidden.told()).toHaveLength(2);
  expect(JSON.stringify(await hidden.told())).not.toContain("a planted question");
  expect(JSON.stringify(await shown.told())).toContain("a planted question");
});

test("what a hook does to its payload, throws or never ends harms nobody", async () => {
  const vandal = join(folder, "vandal.ts");
  await writeFile(
    vandal,
    `let count = 0;
     export const callback = {
       onSuccess(payload) {
         payload.messages[0].content = "changed";
         payload.metadata.requester_metadata.team = "red";
         count++;
         if (count === 1) throw new Error("planted: thrown");
         if (count === 2) return Promise.reject(new Error("planted: rejected"));
         return new Promise(() => {});
       },
     };`,
  );
  const { file, told } = await writeLogger();
  const gateway = await serve({ callbacks: [vandal, file] });
  for (let count = 0; count < 5; count++) expect((await chat(gateway)).status).toBe(200);
  await eventually(async () => (await told()).length === 5, "five calls at the other module");
  expect(JSON.stringify(await told())).not.toMatch(/changed|red"/);
  await gateway.logged(/callback 'vandal': a hook broke; 1 calls lost so far: Error: planted: thrown/);
  expect(gateway.logs()).not.toContain("a promise was left alone");
  expect(await gateway.stop()).toBe(0);
}, 15_000);

test("each of several processes tells its module", async () => {
  const { file, told } = await writeLogger();
  const gateway = await serve({ callbacks: [file] }, { args: ["--num_workers", "2"] });
  for (const reply of await Promise.all(Array.from({ length: 20 }, () => chat(gateway)))) await reply.body?.cancel();
  await eventually(async () => (await told()).length === 20, "twenty calls");
  await gateway.stop();
}, 15_000);
