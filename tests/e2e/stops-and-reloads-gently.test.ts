import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { harmDone } from "../support/gateway-health.ts";
import { type GatewayProcess, startGateway } from "../support/gateway-process.ts";
import { MESSAGES, modelEntry, openaiParams, postJson } from "../support/gateway-setup.ts";
import { openRawClient, type RawClient, writePost } from "../support/raw-client.ts";
import { within } from "../support/within.ts";

const upstream = startFakeUpstream({ models: ["a-up", "b-up", "c-up", "d-up"] });
const running: GatewayProcess[] = [];
afterEach(() => upstream.reset());
afterAll(async () => {
  await Promise.all(running.map((gateway) => gateway.kill().catch(() => undefined)));
  upstream.close();
});

const configFor = (...names: readonly string[]): Readonly<Record<string, unknown>> => ({
  model_list: names.map((name) => modelEntry(name, openaiParams(upstream, `openai/${name}-up`))),
});

const start = async (...names: readonly string[]): Promise<GatewayProcess> => {
  const gateway = await startGateway({ config: configFor(...names) });
  running.push(gateway);
  return gateway;
};

const EVENT = 'data: {"choices":[{"delta":{"content":"a"}}]}\n\n';

/** A stream whose second half waits for the test. */
const openStream = async (gateway: GatewayProcess): Promise<{ client: RawClient; finish: () => void }> => {
  const gate = Promise.withResolvers<void>();
  upstream.next({
    chunks: [EVENT, EVENT, "data: [DONE]\n\n"],
    beforeChunk: (index) => (index === 0 ? undefined : gate.promise),
  });
  const client = await openRawClient(gateway.url);
  client.write(writePost("/v1/chat/completions", JSON.stringify({ model: "a", messages: MESSAGES, stream: true })));
  await client.until((text) => text.includes("data:"), "the first event");
  return { client, finish: gate.resolve };
};

const ask = (gateway: GatewayProcess, model: string): Promise<Response> =>
  postJson(`${gateway.url}/v1/chat/completions`, { model, messages: MESSAGES }, { keepalive: false });

/** Settles once nobody can connect any more. */
const isClosed = async (url: string): Promise<void> => {
  for (;;) {
    try {
      (await openRawClient(url)).destroy();
    } catch {
      return;
    }
  }
};

describe("SIGTERM", () => {
  test.each(["SIGTERM", "SIGINT"] as const)(
    "(%s) lets a running stream finish, takes nobody new, and exits 0",
    async (signal) => {
      const gateway = await start("a");
      const { client, finish } = await openStream(gateway);
      gateway.signal(signal);
      await within(isClosed(gateway.url), "new connections are refused");
      finish();
      const reply = await client.reply();
      expect([reply.isComplete, reply.body]).toEqual([true, `${EVENT}${EVENT}data: [DONE]\n\n`]);
      client.end();
      expect(await within(gateway.exited, "the exit")).toBe(0);
      expect(harmDone(gateway)).toEqual([]);
    },
  );

  test("lets a call that waits for the vendor finish", async () => {
    const gateway = await start("a");
    const gate = Promise.withResolvers<void>();
    upstream.next({ after: gate.promise, body: { late: true } });
    const answer = ask(gateway, "a");
    await within(upstream.request(0), "the request at the vendor");
    gateway.signal("SIGTERM");
    await within(isClosed(gateway.url), "new connections are refused");
    gate.resolve();
    expect(await (await answer).json()).toEqual({ late: true });
    expect(await within(gateway.exited, "the exit")).toBe(0);
  });

  test("is not held up by idle connections", async () => {
    const gateway = await start("a");
    const client = await openRawClient(gateway.url);
    client.write(writePost("/v1/chat/completions", JSON.stringify({ model: "a", messages: MESSAGES })));
    expect((await client.reply()).status).toBe(200);
    const silent = await openRawClient(gateway.url);
    gateway.signal("SIGTERM");
    expect(await within(gateway.exited, "the exit")).toBe(0);
    client.destroy();
    silent.destroy();
  });

  test("writes the last log lines before it goes", async () => {
    const gateway = await start("a");
    const reply = await ask(gateway, "a");
    await reply.text();
    expect(await gateway.stop()).toBe(0);
    expect(gateway.logs()).toContain(reply.headers.get("x-litellm-call-id") ?? "?");
  });

  test("sent twice ends it at once", async () => {
    const gateway = await start("a");
    const { client } = await openStream(gateway);
    gateway.signal("SIGTERM");
    await within(isClosed(gateway.url), "new connections are refused");
    gateway.signal("SIGTERM");
    expect(await within(gateway.exited, "the exit")).toBe(130);
    await within(client.closed, "the stream's connection closes");
    expect((await client.reply()).isComplete).toBe(false);
  });
});

describe("a changed file", () => {
  test("is read again, and no running stream is dropped", async () => {
    const gateway = await start("a");
    const { client, finish } = await openStream(gateway);
    await writeFile(join(gateway.directory, "config.yaml"), JSON.stringify(configFor("b")));
    await within(gateway.logged(/Configuration reloaded: 1 models/), "the reload");
    expect((await ask(gateway, "a")).status).toBe(400);
    expect((await ask(gateway, "b")).status).toBe(200);
    finish();
    expect((await client.reply()).isComplete).toBe(true);
    client.destroy();
    expect(harmDone(gateway)).toEqual([]);
    expect(await gateway.stop()).toBe(0);
  });

  test("has its warnings printed, as at the start", async () => {
    const gateway = await start("a");
    const changed = { ...configFor("a"), litellm_settings: { callbacks: ["nonsense_cb"] } };
    await writeFile(join(gateway.directory, "config.yaml"), JSON.stringify(changed));
    await within(gateway.logged(/Configuration reloaded/), "the reload");
    await within(gateway.logged(/warning: litellm_settings\.callbacks.*nonsense_cb/), "the warning");
    expect(await gateway.stop()).toBe(0);
  });

  test("that is replaced by a rename is seen too, again and again", async () => {
    const gateway = await start("a");
    const path = join(gateway.directory, "config.yaml");
    for (const names of [["b"], ["b", "c"], ["b", "c", "d"]]) {
      await writeFile(`${path}.new`, JSON.stringify(configFor(...names)));
      await rename(`${path}.new`, path);
      await within(gateway.logged(new RegExp(`reloaded: ${names.length} models`)), "the reload");
      expect((await ask(gateway, names.at(-1) ?? "")).status).toBe(200);
    }
    expect(await gateway.stop()).toBe(0);
  });

  test("with faults keeps the old configuration and says why; the next good one is taken", async () => {
    const gateway = await start("a");
    const path = join(gateway.directory, "config.yaml");
    await writeFile(
      path,
      "model_list: [{model_name: x, litellm_params: {model: nobody/x, api_key: sk-planted-secret-01}}]\n",
    );
    await within(gateway.logged(/has faults; the one in force stays/), "the complaint");
    await within(gateway.logged(/model_list\[0\]/), "the fault's path");
    expect((await ask(gateway, "a")).status).toBe(200);
    await writeFile(path, "{{{ not yaml");
    await within(gateway.logged(/config\.yaml/), "the complaint about the text");
    expect((await ask(gateway, "a")).status).toBe(200);
    await writeFile(path, JSON.stringify(configFor("b", "c")));
    await within(gateway.logged(/reloaded: 2 models/), "the reload");
    expect((await ask(gateway, "c")).status).toBe(200);
    expect(gateway.logs()).not.toContain("planted");
    expect(await gateway.stop()).toBe(0);
  });

  test("under load loses no call", async () => {
    const gateway = await start("a", "b");
    const path = join(gateway.directory, "config.yaml");
    let isOver = false;
    let answered = 0;
    const load = Array.from({ length: 8 }, async () => {
      while (!isOver) {
        const reply = await ask(gateway, "a");
        expect(reply.status).toBe(200);
        await reply.text();
        answered++;
      }
    });
    for (const names of [["a"], ["a", "b", "c"]]) {
      await writeFile(path, JSON.stringify(configFor(...names)));
      await within(gateway.logged(new RegExp(`reloaded: ${names.length} models`)), "the reload");
    }
    isOver = true;
    await Promise.all(load);
    expect(answered).toBeGreaterThan(20);
    expect(await gateway.stop()).toBe(0);
  });
});

describe("SIGHUP", () => {
  test.each([["1"], ["2"]])("reads the configuration again and drops no running stream (%s workers)", async (count) => {
    const gateway = await startGateway({ config: configFor("a"), args: ["--num_workers", count] });
    running.push(gateway);
    const { client, finish } = await openStream(gateway);
    gateway.signal("SIGHUP");
    await within(gateway.logged(/Configuration reloaded: 1 models/), "the reload");
    expect((await ask(gateway, "a")).status).toBe(200);
    finish();
    expect((await client.reply()).isComplete).toBe(true);
    client.destroy();
    expect(harmDone(gateway)).toEqual([]);
    expect(await gateway.stop()).toBe(0);
  });

  test("changes nothing where no file was given", async () => {
    const gateway = await startGateway({
      args: ["--model", "openai/a-up", "--api_base", `${upstream.url}/v1`],
      env: { OPENAI_API_KEY: "sk-upstream" },
    });
    running.push(gateway);
    gateway.signal("SIGHUP");
    await within(gateway.logged(/SIGHUP: there is no configuration file/), "the log line");
    expect((await ask(gateway, "a")).status).toBe(200);
    expect(await gateway.stop()).toBe(0);
  });
});

describe("a terminal", () => {
  const startOnTerminal = async (workers: string): Promise<GatewayProcess> => {
    const gateway = await startGateway({
      config: configFor("a"),
      args: ["--num_workers", workers],
      isOnTerminal: true,
    });
    running.push(gateway);
    return gateway;
  };

  test.each([
    ["that closes", "1", (terminal: Bun.Terminal) => terminal.close()],
    ["that closes", "2", (terminal: Bun.Terminal) => terminal.close()],
    ["with Ctrl-C", "1", (terminal: Bun.Terminal) => terminal.write("\x03")],
    ["with Ctrl-C", "2", (terminal: Bun.Terminal) => terminal.write("\x03")],
  ] as const)("%s ends it in order (%s workers)", async (_, workers, end) => {
    const gateway = await startOnTerminal(workers);
    const { client, finish } = await openStream(gateway);
    if (gateway.terminal === undefined) throw new Error("no terminal");
    end(gateway.terminal);
    await within(isClosed(gateway.url), "new connections are refused");
    finish();
    expect((await client.reply()).isComplete).toBe(true);
    client.destroy();
    expect(await within(gateway.exited, "the exit")).toBe(0);
    expect(harmDone(gateway)).toEqual([]);
  });

  test("that stays lets SIGHUP read the configuration again", async () => {
    const gateway = await startOnTerminal("1");
    gateway.signal("SIGHUP");
    await within(gateway.logged(/Configuration reloaded: 1 models/), "the reload");
    expect((await ask(gateway, "a")).status).toBe(200);
    expect(await gateway.stop()).toBe(0);
  });
});

describe("several workers", () => {
  const workersOf = async (pid: number): Promise<readonly number[]> =>
    (await Bun.file(`/proc/${pid}/task/${pid}/children`).text()).trim().split(" ").filter(Boolean).map(Number);

  test("serve one port, replace one of them that died, and stop together", async () => {
    const gateway = await startGateway({ config: configFor("a"), args: ["--num_workers", "2"] });
    running.push(gateway);
    const before = await workersOf(gateway.pid);
    expect(before.length).toBe(2);
    const replies = await Promise.all(Array.from({ length: 40 }, () => ask(gateway, "a")));
    expect(replies.map((reply) => reply.status)).toEqual(new Array(40).fill(200));
    const [victim = 0] = before;
    process.kill(victim, "SIGKILL");
    await within(gateway.logged(/Worker \d ended .* replaced/), "the loss is noticed");
    await within(gateway.logged(/Worker \d is back/), "the replacement");
    const after = await workersOf(gateway.pid);
    expect(after.length).toBe(2);
    expect(after).not.toContain(victim);
    expect((await ask(gateway, "a")).status).toBe(200);
    expect(await gateway.stop()).toBe(0);
    expect(after.filter(isAlive)).toEqual([]);
    expect(harmDone(gateway)).toEqual([]);
  });

  test("finish their streams when the group is told to stop", async () => {
    const gateway = await startGateway({ config: configFor("a"), args: ["--num_workers", "2"] });
    running.push(gateway);
    const { client, finish } = await openStream(gateway);
    gateway.signal("SIGTERM");
    await within(isClosed(gateway.url), "new connections are refused");
    finish();
    expect((await client.reply()).isComplete).toBe(true);
    client.destroy();
    expect(await within(gateway.exited, "the exit")).toBe(0);
  });

  test("do not outlive the process that started them", async () => {
    const gateway = await startGateway({ config: configFor("a"), args: ["--num_workers", "2"] });
    const workers = await workersOf(gateway.pid);
    expect(workers.length).toBe(2);
    process.kill(gateway.pid, "SIGKILL");
    await within(isClosed(gateway.url), "new connections are refused");
  });
});

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
