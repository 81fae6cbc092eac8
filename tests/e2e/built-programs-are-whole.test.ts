import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { harmDone } from "../support/gateway-health.ts";
import { startGateway } from "../support/gateway-process.ts";
import { MESSAGES, modelEntry, openaiParams, postJson, readError } from "../support/gateway-setup.ts";

const ROOT = join(import.meta.dir, "..", "..");
const upstream = startFakeUpstream();
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "portolan-built-"));
});
afterAll(async () => {
  upstream.close();
  await rm(folder, { recursive: true, force: true });
});

const CALLBACK = `
import { CallRefused } from "portolan";
export const callback = {
  preCall({ body }) { if (body.user === "nobody") throw new CallRefused("not you", { status: 451 }); },
};
`;

const build = async (script: string, target: string): Promise<void> => {
  const run = Bun.spawn([process.execPath, join(ROOT, "scripts", script), target], { cwd: ROOT, stdout: "ignore" });
  expect(await run.exited).toBe(0);
};

/** How each is made and run. */
const PROGRAMS = {
  "the bundle of npm start": {
    make: () => build("bundle.ts", join(folder, "server")),
    argv: () => [process.execPath, join(folder, "server", "main.js")],
  },
  "the executable": {
    make: () => build("build.ts", join(folder, "portolan")),
    argv: () => [join(folder, "portolan")],
  },
};

describe.each(Object.keys(PROGRAMS) as (keyof typeof PROGRAMS)[])("%s", (name) => {
  const { make, argv } = PROGRAMS[name];
  beforeAll(make, 60_000);

  test("serves, and finds what it loads when it is first needed", async () => {
    const callback = join(folder, "callback.ts");
    await writeFile(callback, CALLBACK);
    const gateway = await startGateway({
      program: argv(),
      config: {
        model_list: [
          modelEntry("gpt", openaiParams(upstream, "openai/gpt-4o")),
          modelEntry("claude", { model: "anthropic/claude-sonnet-4-5", api_key: "sk-ant-planted" }),
        ],
        litellm_settings: { json_logs: true, callbacks: [callback] },
      },
    });
    const chat = (fields: object): Promise<Response> =>
      postJson(`${gateway.url}/v1/chat/completions`, { model: "gpt", messages: MESSAGES, ...fields });

    // The thread that counts tokens, and its tables.
    upstream.next({ chunks: ['data: {"choices":[{"index":0,"delta":{"content":"hello"}}]}\n\n', "data: [DONE]\n\n"] });
    await (await chat({ stream: true })).text();
    await gateway.logged(/"usage_estimated":true/);

    const refused = await chat({ user: "nobody" });
    expect([refused.status, (await readError(refused)).message]).toEqual([451, expect.stringContaining("not you")]);

    const shown = await postJson(`${gateway.url}/utils/transform_request`, {
      call_type: "completion",
      request_body: { model: "claude", messages: MESSAGES },
    });
    expect(await shown.json()).toMatchObject({ raw_request_body: { model: "claude-sonnet-4-5" } });

    const page = await fetch(`${gateway.url}/ui/`);
    expect([page.status, page.headers.get("content-type")]).toEqual([200, expect.stringContaining("text/html")]);

    expect(harmDone(gateway)).toEqual([]);
    expect(await gateway.stop()).toBe(0);
  }, 60_000);

  test("starts its workers by itself", async () => {
    const gateway = await startGateway({ program: argv(), config: {}, args: ["--num_workers", "2"] });
    expect((await fetch(`${gateway.url}/health/liveliness`)).status).toBe(200);
    expect(await gateway.stop()).toBe(0);
  }, 60_000);
});

test("a bundle is put in place of the one before, whose parts stay for gateways that run", async () => {
  const server = join(folder, "again");
  await build("bundle.ts", server);
  await writeFile(join(server, "chunk-before.js"), "");
  await build("bundle.ts", server);
  const files = await readdir(server);
  expect(files).toContain("chunk-before.js");
  expect(files.filter((file) => /\.\d+$/.test(file))).toEqual([]);
}, 60_000);

test("a stack trace of the bundle names the sources", async () => {
  const server = join(folder, "traced");
  await build("bundle.ts", server);
  const map = (await Bun.file(join(server, "main.js.map")).json()) as { readonly sources: readonly string[] };
  expect(map.sources.some((source) => source.endsWith("src/gateway.ts"))).toBe(true);
}, 60_000);
