import { describe, expect, test } from "bun:test";
import { readCommandLine, type ServeOptions } from "./command-line.ts";
import { COMMAND_LINE_FLAGS } from "./command-line-flags.ts";

const serve = (line: string, environment: Readonly<Record<string, string>> = {}): ServeOptions => {
  const command = readCommandLine(line === "" ? [] : line.split(" "), environment);
  if (command.kind !== "serve") throw new Error(JSON.stringify(command));
  return command.options;
};

const faultsOf = (line: string): readonly string[] => {
  const command = readCommandLine(line.split(" "), {});
  return command.kind === "invalid" ? command.faults.map(({ path, message }) => `${path}: ${message}`) : [];
};

describe("serve", () => {
  test("is what an empty line asks for; host and port are left to the caller", () => {
    expect(serve("")).toEqual({
      configPath: undefined,
      host: undefined,
      port: undefined,
      workers: 1,
      logLevel: "info",
      overrides: {
        model: undefined,
        alias: undefined,
        apiBase: undefined,
        apiVersion: undefined,
        dropParams: false,
        temperature: undefined,
        maxTokens: undefined,
        requestTimeoutMs: undefined,
      },
    });
  });

  test("takes LiteLLM's flags", () => {
    const line =
      "serve -m azure/x --alias best --config=c.yaml --port 8000 --host ::1 --num_workers 2 --api_base https://a.example" +
      " --api_version 2024-01-01 --drop_params --temperature 0 --max_tokens 10 --request_timeout 1.5 --detailed_debug";
    expect(serve(line)).toEqual({
      configPath: "c.yaml",
      host: "::1",
      port: 8000,
      workers: 2,
      logLevel: "detailed",
      overrides: {
        model: "azure/x",
        alias: "best",
        apiBase: "https://a.example",
        apiVersion: "2024-01-01",
        dropParams: true,
        temperature: 0,
        maxTokens: 10,
        requestTimeoutMs: 1500,
      },
    });
  });

  test("takes hyphens for underscores, short flags and booleans with a value", () => {
    expect(serve("--api-base=https://a.example/?x=1 -cfile.yaml --drop-params=true --debug=false")).toMatchObject({
      configPath: "file.yaml",
      logLevel: "info",
      overrides: { apiBase: "https://a.example/?x=1", dropParams: true },
    });
  });

  test("takes environment variables where the flag is absent", () => {
    const environment = { HOST: "10.0.0.1", PORT: "8080", NUM_WORKERS: "3", CONFIG_FILE_PATH: "e.yaml", DEBUG: "True" };
    expect(serve("--port 1", environment)).toMatchObject({
      host: "10.0.0.1",
      port: 1,
      workers: 3,
      configPath: "e.yaml",
      logLevel: "debug",
    });
  });

  test("ignores another program's DEBUG with a warning", () => {
    const command = readCommandLine([], { DEBUG: "express:*" });
    expect(command).toMatchObject({
      kind: "serve",
      options: { logLevel: "info" },
      warnings: [{ path: "environment variable DEBUG", message: "is neither true nor false: ignored" }],
    });
  });

  test("accepts LiteLLM's other flags with a warning, and does not take their values for commands", () => {
    const command = readCommandLine(["--telemetry", "False", "--run-gunicorn", "--port", "5"], {});
    expect(command).toMatchObject({
      kind: "serve",
      options: { port: 5 },
      warnings: [
        { path: "--telemetry", message: "known from LiteLLM, not built yet: ignored" },
        { path: "--run_gunicorn" },
      ],
    });
  });
});

describe("other commands", () => {
  test.each([["check --config f.yaml"], ["check f.yaml"], ["--config f.yaml check"]])("%s", (line) => {
    const command = readCommandLine(line.split(" "), {});
    expect(command).toMatchObject({ kind: "check", options: { configPath: "f.yaml" } });
  });

  test.each([
    ["--test", "http://127.0.0.1:4000"],
    ["--test --port 8000", "http://127.0.0.1:8000"],
    ["--test https://gateway.example/", "https://gateway.example"],
    ["--test --host ::1", "http://[::1]:4000"],
    ["--host 0.0.0.0 --test", "http://127.0.0.1:4000"],
  ])("%s", (line, url) => {
    expect(readCommandLine(line.split(" "), {})).toEqual({ kind: "test", url, model: undefined });
  });

  test("--health asks the gateway at host and port", () => {
    const command = readCommandLine(["--health"], { PORT: "81" });
    expect(command).toEqual({ kind: "health", url: "http://127.0.0.1:81" });
  });

  test("--version and --help win over whatever is wrong", () => {
    expect(readCommandLine(["-v", "--nonsense"], {})).toEqual({ kind: "version" });
    expect(readCommandLine(["--port", "x", "-h"], {}).kind).toBe("help");
  });

  test("--help names every flag within 140 columns", () => {
    const command = readCommandLine(["--help"], {});
    const text = command.kind === "help" ? command.text : "";
    for (const name of Object.keys(COMMAND_LINE_FLAGS)) expect(text).toContain(`--${name}`);
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(140);
  });
});

describe("faults", () => {
  test.each([
    ["--prot 8000", ["--prot: unknown flag; did you mean --port?"]],
    ["--zzzzzzzzzzzz", ["--zzzzzzzzzzzz: unknown flag"]],
    ["-z", ["-z: unknown flag"]],
    ["--port 70000", ["--port: found 70000"]],
    ["--port many --num_workers 0", ['--port: found "many"', "--num_workers: found 0"]],
    ["--model --port 8000", ["--model: needs a value"]],
    ["--config", ["--config: needs a value"]],
    ["--api_base x", ['--api_base: found "x"']],
    ["--alias a", ["--alias: stands without --model"]],
    ["chek", ["chek: unknown command; did you mean check?"]],
    ["serve now", ["now: is one word too many"]],
    ["check", ["check: names no configuration"]],
  ])("%s", (line, faults) => {
    expect(faultsOf(line)).toEqual(faults);
  });
});
