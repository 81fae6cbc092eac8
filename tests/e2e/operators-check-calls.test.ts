import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FakeUpstream, startFakeUpstream } from "../support/fake-upstream.ts";
import { type GatewayProcess, startGateway } from "../support/gateway-process.ts";
import { MESSAGES, modelEntry, openaiParams, postJson, readError } from "../support/gateway-setup.ts";
import { runPortolan } from "../support/portolan-command.ts";
import { eventually } from "../support/within.ts";

let upstream: FakeUpstream;
let folder: string;

beforeAll(async () => {
  upstream = startFakeUpstream();
  folder = await mkdtemp(join(tmpdir(), "portolan-checks-"));
});

afterEach(() => upstream.reset());

afterAll(async () => {
  upstream.close();
  await rm(folder, { recursive: true, force: true });
});

let fileCount = 0;

/** A module on disk, of this text. */
const writeModule = async (text: string): Promise<string> => {
  fileCount++;
  const file = join(folder, `check-${fileCount}.ts`);
  await writeFile(file, text);
  return file;
};

const configWith = (callbacks: readonly string[], general: Readonly<Record<string, unknown>> = {}) => ({
  model_list: [
    modelEntry("gpt", openaiParams(upstream, "openai/gpt-4o")),
    modelEntry("small", openaiParams(upstream, "openai/gpt-4o-mini")),
  ],
  litellm_settings: { callbacks },
  general_settings: { pre_call_timeout: 0.2, ...general },
});

const serveWith = async (text: string, general?: Readonly<Record<string, unknown>>): Promise<GatewayProcess> =>
  startGateway({ config: configWith([await writeModule(text)], general) });

const chat = (
  gateway: GatewayProcess,
  fields: Readonly<Record<string, unknown>> = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> =>
  postJson(`${gateway.url}/v1/chat/completions`, { model: "gpt", messages: MESSAGES, ...fields }, { headers });

const CHECK = `
import { CallRefused, type Callback } from "portolan";

export const callback: Callback = {
  async preCall({ body, headers, user, metadata, model, operation, path, callId }) {
    switch (body.test ?? body.user) {
      case "refuse":
        throw new CallRefused("not today", { status: 451, type: "house_rules", code: "no_cats", param: "messages" });
      case "refuse plainly":
        throw new CallRefused("just no");
      case "refuse with 200":
        throw new CallRefused("sly", { status: 200 });
      case "throw":
        throw new Error("planted cause");
      case "hang":
        return new Promise(() => {});
      case "late":
        return new Promise((_, reject) => setTimeout(() => reject(new Error("too late")), 300));
      case "change":
        return { ...body, test: undefined, model: "small", messages: [{ role: "user", content: "changed" }], stream: false };
      case "change other":
        return { ...body, test: undefined };
      case "break":
        return { model: 7 };
      case "number":
        return 7;
      case "cycle": {
        const cyclic = { ...body };
        cyclic.self = cyclic;
        return cyclic;
      }
      case "see":
        throw new CallRefused(JSON.stringify({ headers, user, metadata, model, operation, path, callId, body }));
      case "measure":
        throw new CallRefused(user + ": " + metadata.document.length);
      default:
        body.messages = "changed in place, not returned";
    }
  },
};
`;

describe("a check before calls", () => {
  let gateway: GatewayProcess;

  beforeAll(async () => {
    gateway = await serveWith(CHECK);
  });

  afterAll(async () => {
    expect(await gateway.stop()).toBe(0);
  });

  test("lets a call pass, its bytes untouched", async () => {
    const text = '{"model": "gpt",  "messages": [{"role":"user","content":"hi"}], "seed": 12345678901234567890}';
    const reply = await postJson(`${gateway.url}/v1/chat/completions`, text);
    expect(reply.status).toBe(200);
    expect(Buffer.from(upstream.last().body).toString("utf8")).toContain('"seed": 12345678901234567890');
    expect(upstream.last().json).toMatchObject({ messages: MESSAGES });
  });

  test("refuses with its own status, type and code", async () => {
    const reply = await chat(gateway, { test: "refuse" });
    expect(reply.status).toBe(451);
    expect(await readError(reply)).toEqual({
      message: "not today",
      type: "house_rules",
      param: "messages",
      code: "no_cats",
    });
    expect(upstream.requests).toHaveLength(0);
  });

  test.each(["refuse plainly", "refuse with 200"])("%s: 400", async (name) => {
    const reply = await chat(gateway, { test: name });
    expect(reply.status).toBe(400);
    expect(await readError(reply)).toMatchObject({ type: "invalid_request_error", code: "400" });
  });

  test("changes a call, which is read anew", async () => {
    const reply = await chat(gateway, { test: "change", stream: true });
    expect(reply.headers.get("content-type")).toBe("application/json");
    expect(reply.headers.get("x-litellm-model-group")).toBe("small");
    const { json } = upstream.last();
    expect(json).toMatchObject({ model: "gpt-4o-mini", messages: [{ role: "user", content: "changed" }] });
    expect(json).not.toHaveProperty("test");
  });

  test.each(["openai/deployments/gpt/chat/completions", "engines/gpt/chat/completions"])(
    "another model comes before that of the path: /%s",
    async (path) => {
      const post = (fields: object): Promise<Response> => postJson(`${gateway.url}/${path}`, fields);
      const changed = await post({ messages: MESSAGES, test: "change" });
      expect(changed.headers.get("x-litellm-model-group")).toBe("small");
      // Neither does a model in the body, which does not count, stand in its way, nor is it taken for one.
      const forced = await post({ messages: MESSAGES, model: "small", test: "change" });
      expect(forced.headers.get("x-litellm-model-group")).toBe("small");
      const kept = await post({ messages: MESSAGES, model: "small", test: "change other" });
      expect(kept.headers.get("x-litellm-model-group")).toBe("gpt");
    },
  );

  test("sees metadata of any length", async () => {
    const metadata = { document: "x".repeat(70_000), user: "u" };
    const reply = await chat(gateway, { test: "measure", metadata });
    expect((await readError(reply)).message).toBe("u: 70000");
  });

  test("a changed body is checked like any", async () => {
    const reply = await chat(gateway, { test: "break" });
    expect(reply.status).toBe(400);
    expect((await readError(reply)).message).toContain("'model'");
  });

  test.each(["throw", "hang", "late", "number", "cycle"])("that breaks (%s) lets nothing through", async (name) => {
    const reply = await chat(gateway, { test: name });
    expect(reply.status).toBe(503);
    expect((await readError(reply)).message).not.toContain("planted");
    expect(upstream.requests).toHaveLength(0);
  });

  test("its cause is in the log", async () => {
    await chat(gateway, { test: "throw" });
    await gateway.logged(/preCall of 'check-\d+' broke, calls are not made/);
  });

  test("sees the call, and no credential beside its body", async () => {
    const reply = await chat(
      gateway,
      { test: "see", user: "alice", metadata: { team: "blue" } },
      { authorization: "Bearer sk-planted-secret-1", "x-api-key": "planted-2", cookie: "planted-3", "x-tenant": "t1" },
    );
    const { message } = await readError(reply);
    expect(message).not.toContain("planted");
    expect(JSON.parse(message)).toMatchObject({
      headers: { "x-tenant": "t1" },
      user: "alice",
      metadata: { team: "blue" },
      model: "gpt",
      operation: "chat",
      path: "/v1/chat/completions",
      body: { model: "gpt", messages: MESSAGES },
    });
  });

  test("no field goes round it by standing there twice", async () => {
    const text =
      '{"model":"gpt","messages":[{"role":"user","content":"first"}],"messages":[{"role":"user","content":"last"}]}';
    await postJson(`${gateway.url}/v1/chat/completions`, text);
    expect(Buffer.from(upstream.last().body).toString("utf8")).not.toContain("first");
  });

  test("what is nested too deeply to be looked at is refused", async () => {
    const reply = await postJson(
      `${gateway.url}/v1/chat/completions`,
      `{"model":"gpt","messages":[],"x":${"[".repeat(100_000)}${"]".repeat(100_000)}}`,
    );
    expect(reply.status).toBe(400);
  });

  test("one answer for each model of a list, one check for all", async () => {
    const reply = await chat(gateway, { model: "gpt,small" });
    expect(await reply.json()).toHaveLength(2);
    const refused = await chat(gateway, { model: "gpt,small", test: "refuse" });
    expect(refused.status).toBe(451);
  });
});

test("a broken check lets calls pass where the configuration says so", async () => {
  const gateway = await serveWith(CHECK, { pre_call_fail_open: true });
  for (const name of ["throw", "hang"]) {
    expect((await chat(gateway, { user: name })).status).toBe(200);
  }
  expect((await chat(gateway, { test: "refuse" })).status).toBe(451);
  await gateway.stop();
});

test("checks run in their order, each on what the one before made of the call", async () => {
  const add = (word: string): string =>
    `export const callback = { preCall: ({ body }) => ({ ...body, words: [...(body.words ?? []), "${word}"] }) };`;
  const files = [await writeModule(add("one")), await writeModule(add("two"))];
  const gateway = await startGateway({ config: configWith(files) });
  await chat(gateway);
  expect(upstream.last().json).toMatchObject({ words: ["one", "two"] });
  await gateway.stop();
});

test("a reload takes a changed module; one that does not load changes nothing", async () => {
  const write = (word: string): string => `export default { preCall: ({ body }) => ({ ...body, user: "${word}" }) };`;
  const file = await writeModule(write("before"));
  const gateway = await startGateway({ config: configWith([file]) });
  const userNow = async (): Promise<unknown> => {
    await chat(gateway);
    return (upstream.last().json as { readonly user?: unknown }).user;
  };
  expect(await userNow()).toBe("before");
  await writeFile(file, write("after"));
  await gateway.logged(/Configuration reloaded/);
  expect(await userNow()).toBe("after");
  await writeFile(file, "export const callback = {{{");
  await gateway.logged(/does not load/);
  expect(await userNow()).toBe("after");
  await writeFile(file, write("again"));
  await eventually(async () => (await userNow()) === "again", "the mended module");
  await gateway.stop();
});

test("a module that does not load keeps the gateway from starting", async () => {
  const gone = join(folder, "nowhere.ts");
  const hookless = await writeModule("export const callback = {};");
  const throwing = await writeModule('throw new Error("at its top level");');
  const config = join(folder, "config.yaml");
  await writeFile(config, JSON.stringify(configWith([gone, hookless, throwing])));
  const { code, stdout, stderr } = await runPortolan(["--config", config, "--port", "0"]);
  expect(code).toBe(1);
  for (const reason of ["nowhere.ts", "has none of onSuccess", "at its top level"]) {
    expect(stdout + stderr).toContain(reason);
  }
});
