import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startGateway } from "../support/gateway-process.ts";
import { MESSAGES, postJson } from "../support/gateway-setup.ts";
import { runPortolan } from "../support/portolan-command.ts";

let directory = "";
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "portolan-cli-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const writeConfig = async (text: string): Promise<string> => {
  const path = join(directory, `${crypto.randomUUID()}.yaml`);
  await writeFile(path, text);
  return path;
};

const GOOD = `
model_list:
  - model_name: gpt
    litellm_params: { model: openai/gpt-4o, api_key: sk-planted-secret-0123456789 }
general_settings: { master_key: sk-planted-master-0123456789 }
`;

describe("portolan check", () => {
  test("of a good file says so and exits 0", async () => {
    const { code, stdout, stderr } = await runPortolan(["check", "--config", await writeConfig(GOOD)]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).not.toBe("");
  });

  test("names callbacks that would be left out, and why", async () => {
    const config = await writeConfig(`${GOOD}
litellm_settings: { callbacks: [generic_api, langfuse, json_lines, other] }
callback_settings:
  generic_api: { endpoint: "http://localhost/", secret: whsec_abc }
  other: { callback_type: generic_api, endpoint: "http://localhost/", event_types: [oops] }
  json_lines: { path: /nowhere/calls.jsonl }
`);
    const { code, stdout } = await runPortolan(["check", "--config", config]);
    expect(code).toBe(0);
    const at = "warning  litellm_settings.callbacks: callback";
    for (const line of [
      `${at} 'generic_api' is left out: behind 'whsec_' the secret is no base64 of at least 16 bytes`,
      `${at} 'langfuse' is left out: `,
      `${at} 'other' is left out: event_types has 'oops'`,
      `${at} 'json_lines' cannot write yet: ENOENT`,
      "config ok: 1 model",
    ]) {
      expect(stdout).toContain(line);
    }
  });

  test("of a bad file names every fault by its path and exits 1", async () => {
    const config = await writeConfig(`
model_list:
  - model_name: a
    litellm_params: { model: nobody/gpt }
  - model_name: 7
    litellm_params: { model: openai/gpt, api_key: sk-planted-secret-0123456789, timeout: soon }
  - litellm_params: {}
general_settings: { max_request_size_mb: -1, master_kez: sk-planted-master-0123456789 }
`);
    const { code, stdout } = await runPortolan(["check", "--config", config]);
    expect(code).toBe(1);
    for (const path of [
      "model_list[1].litellm_params.timeout",
      "model_list[2]",
      "general_settings.max_request_size_mb",
    ]) {
      expect(stdout).toContain(path);
    }
    expect(stdout).toContain("master_key");
    expect(stdout).not.toContain("planted");
  });

  test.each([
    ["a file that is not there", undefined],
    ["broken YAML", "model_list: [\n"],
    ["YAML that is no mapping", "- a\n- b\n"],
    [
      "an unknown environment variable",
      "model_list: [{model_name: a, litellm_params: {model: openai/a, api_key: os.environ/NOT_SET}}]",
    ],
    ["a missing key", "model_list: [{model_name: a, litellm_params: {model: openai/a}}]"],
    ["an azure without an address", "model_list: [{model_name: a, litellm_params: {model: azure/a, api_key: k}}]"],
    [
      "an address that is none",
      "model_list: [{model_name: a, litellm_params: {model: openai/a, api_key: k, api_base: 'ftp://x'}}]",
    ],
    [
      "a header that cannot be",
      'model_list: [{model_name: a, litellm_params: {model: openai/a, api_key: k, extra_headers: {"x": "a\\r\\nb: c"}}}]',
    ],
    ["a key that cannot be", 'model_list: [{model_name: a, litellm_params: {model: openai/a, api_key: "k\\nx: y"}}]'],
    [
      "a model that escapes its URL",
      "model_list: [{model_name: a, litellm_params: {model: azure/../x, api_key: k, api_base: 'http://x'}}]",
    ],
  ])("of %s exits 1 with a reason and no stack", async (_name, text) => {
    const path = text === undefined ? join(directory, "missing.yaml") : await writeConfig(text);
    const { code, stdout, stderr } = await runPortolan(["check", "--config", path]);
    expect(code).toBe(1);
    expect(stdout.length).toBeGreaterThan(20);
    expect(stdout + stderr).not.toMatch(/^\s+at /m);
  });

  test("of names that nothing has says which were meant", async () => {
    const config = await writeConfig(
      `${GOOD}\nlitellm_settings: { cost_discount_config: { gemnini: 0.05 }, cost_margin_config: { globl: 0.1 } }\n`,
    );
    const { code, stdout } = await runPortolan(["check", "--config", config]);
    expect(code).toBe(0);
    expect(stdout).toContain(
      "cost_discount_config.gemnini: has no effect: no provider has this name; did you mean gemini?",
    );
    expect(stdout).toContain(
      "cost_margin_config.globl: has no effect: no provider has this name; did you mean global?",
    );
  });

  test("and serving the same bad file exits 1 too, at once", async () => {
    const { code, stderr } = await runPortolan(["--config", await writeConfig("model_list: 7\n"), "--port", "0"]);
    expect(code).toBe(1);
    expect(stderr).toContain("model_list");
  });
});

describe("flags", () => {
  test.each([
    ["--prot", "--port"],
    ["--confg", "--config"],
    ["--num-worker", "--num_workers"],
    ["--api_bas", "--api_base"],
    ["--hlep", "--help"],
  ])("%s is unknown, and %s is named", async (flag, nearest) => {
    const { code, stderr } = await runPortolan([flag, "1"]);
    expect(code).toBe(2);
    expect(stderr.replaceAll("-", "_")).toContain(nearest.replaceAll("-", "_"));
  });

  test.each(["--port 70000", "--port abc", "--port", "--num_workers 0", "--request_timeout -1"])(
    "%s is refused by name",
    async (line) => {
      const args = line.split(" ");
      const { code, stderr } = await runPortolan(args);
      expect(code).toBe(2);
      expect(stderr).toContain((args[0] ?? "").slice(2));
    },
  );

  test("--help lists every flag of the contract, --version a version", async () => {
    const help = await runPortolan(["--help"]);
    expect(help.code).toBe(0);
    const flags =
      "model alias config port host api_base api_version num_workers debug detailed_debug drop_params temperature max_tokens request_timeout test health version";
    for (const flag of flags.split(" ")) expect(help.stdout).toContain(`--${flag}`);
    const version = await runPortolan(["--version"]);
    expect([version.code, /\d+\.\d+\.\d+/.test(version.stdout)]).toEqual([0, true]);
  });

  test("--health and --test of nothing exit 1 and say where nothing answers", async () => {
    for (const flag of ["--health", "--test"]) {
      const { code, stderr } = await runPortolan([
        flag,
        ...(flag === "--test" ? ["http://127.0.0.1:9"] : ["--port", "9"]),
      ]);
      expect([flag, code]).toEqual([flag, 1]);
      expect(stderr).toContain("127.0.0.1:9");
    }
  });
});

describe("ports", () => {
  const occupy = (port: number): { port: number; free: () => void } => {
    const listener = Bun.listen({ hostname: "127.0.0.1", port, socket: { data: () => undefined } });
    return { port: listener.port, free: () => listener.stop(true) };
  };

  /** Takes port 4000, unless somebody else has it already, which is as good. */
  const occupyUsualPort = (): { free: () => void } => {
    try {
      return occupy(4000);
    } catch {
      return { free: () => undefined };
    }
  };

  test("one that was asked for and is taken is a clear error", async () => {
    const { port, free } = occupy(0);
    const { code, stderr } = await runPortolan(["--port", String(port), "--host", "127.0.0.1"]);
    free();
    expect(code).toBe(1);
    expect(stderr).toContain(String(port));
    expect(stderr).toMatch(/in use|taken/i);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test.each([[[]], [["--num_workers", "2"]]])(
    "the usual one, when it is taken, is replaced by another (%j)",
    async (args) => {
      const { free } = occupyUsualPort();
      const gateway = await startGateway({ args, isOnDefaultPort: true }).finally(free);
      expect(gateway.logs()).toContain("Port 4000 is taken");
      expect(new URL(gateway.url).port).not.toBe("4000");
      expect((await postJson(`${gateway.url}/v1/chat/completions`, { model: "demo", messages: MESSAGES })).status).toBe(
        200,
      );
      expect(await gateway.stop()).toBe(0);
    },
  );

  test("the same with several workers", async () => {
    const { port, free } = occupy(0);
    const result = await runPortolan(["--port", String(port), "--host", "127.0.0.1", "--num_workers", "2"]).finally(
      free,
    );
    expect(result.code).toBe(1);
    expect(result.stderr).toContain(String(port));
  });
});

describe("without a configuration", () => {
  test("a demo model answers, and one wildcard per provider with a key in the environment", async () => {
    const gateway = await startGateway({
      env: { GROQ_API_KEY: "gsk-planted-secret-0123456789", ANTHROPIC_API_KEY: "sk-ant-planted-0123456789" },
    });
    const reply = await postJson(`${gateway.url}/v1/chat/completions`, { model: "demo", messages: MESSAGES });
    expect(reply.status).toBe(200);
    expect(gateway.logs()).toMatch(/Models: .*demo/);
    expect(gateway.logs()).toContain("groq/*");
    expect(gateway.logs()).toContain("anthropic/*");
    expect(gateway.logs()).toContain("curl http://127.0.0.1:");
    expect(gateway.logs()).toContain("WARNING: no master key");
    expect(gateway.logs()).not.toContain("planted");
    expect(await gateway.stop()).toBe(0);
  });

  test("a vendor whose key alone is not enough is left out, with a word of what it needs", async () => {
    const gateway = await startGateway({
      env: { AZURE_API_KEY: "planted-0123456789", OCI_KEY: "planted-0123456789", GROQ_API_KEY: "gsk-planted" },
    });
    const { data } = (await (await fetch(`${gateway.url}/v1/models?return_wildcard_routes=true`)).json()) as {
      readonly data: readonly { id: string }[];
    };
    expect(data.map(({ id }) => id)).toEqual(["demo", "groq/*"]);
    expect(gateway.logs()).toMatch(/azure\/\*: left out: .*AZURE_API_BASE/);
    expect(gateway.logs()).toMatch(/oci\/\*: left out: .*OCI_TENANCY/);
    expect(gateway.logs()).toMatch(/Models: demo, groq\/\*$/m);
    expect(gateway.logs()).not.toContain("planted");
    expect(await gateway.stop()).toBe(0);
  });

  test("LITELLM_MASTER_KEY closes it", async () => {
    const gateway = await startGateway({ env: { LITELLM_MASTER_KEY: "sk-from-environment-0123" } });
    const ask = (key: string): Promise<Response> =>
      postJson(
        `${gateway.url}/v1/chat/completions`,
        { model: "demo", messages: MESSAGES },
        { headers: { authorization: `Bearer ${key}` } },
      );
    expect((await ask("sk-other")).status).toBe(400);
    expect((await ask("sk-from-environment-0123")).status).toBe(200);
    expect(gateway.logs()).not.toContain("no master key");
    expect(gateway.logs()).not.toContain("sk-from-environment-0123");
    expect(await gateway.stop()).toBe(0);
  });
});
