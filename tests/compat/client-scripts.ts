import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ranks from "gpt-tokenizer/bpeRanks/cl100k_base";

/** The sets of clients that `scripts/setup-python-clients.sh` installs. */
export type ClientSet = "current" | "openai-1" | "openai-2" | "llama-index";

/** What a call of a Python script came to: its value, or the exception it raised. */
export interface CallResult {
  readonly value?: unknown;
  readonly error?: string;
  readonly status?: number | null;
  readonly code?: string | null;
  readonly type?: string | null;
  readonly message?: string;
}

/** What a process printed and how it ended. */
export interface RunResult {
  readonly exitCode: number;
  readonly output: string;
  readonly errors: string;
}

const ROOT = join(import.meta.dir, "..", "..");
const PYTHON = join(ROOT, ".venv", "bin", "python");
const clientsOf = (set: ClientSet): string => join(ROOT, ".venv", "clients", set);

/** Why Python clients cannot run here; `undefined` when they can. */
export const pythonMissing = (set: ClientSet): string | undefined =>
  existsSync(PYTHON) && existsSync(join(clientsOf(set), ".installed"))
    ? undefined
    : "no Python clients: run scripts/setup-python-clients.sh";

const CL100K_URL = "https://openaipublic.blob.core.windows.net/encodings/cl100k_base.tiktoken";

/** Token bytes come as text where they are UTF-8, else as numbers. */
const toBytes = (token: string | readonly number[]): Buffer =>
  typeof token === "string" ? Buffer.from(token) : Buffer.from(token);

/** Writes the token table that the tiktoken library would download, under the name it looks for in its cache. */
const writeTokenTable = async (directory: string): Promise<void> => {
  const lines = ranks.map((token, rank) => `${toBytes(token).toString("base64")} ${rank}\n`);
  await writeFile(join(directory, createHash("sha1").update(CL100K_URL).digest("hex")), lines.join(""));
};

/** Runs a program to its end in a clean environment. */
export const runClean = async (
  command: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<RunResult> => {
  const child = Bun.spawn([...command], {
    cwd: ROOT,
    env: { PATH: process.env["PATH"] ?? "", ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [output, errors, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { exitCode, output, errors };
};

/** Runs a Python script with one set of clients, against the gateway at `url`. */
export const runPython = async (
  set: ClientSet,
  script: string,
  url: string,
  env: Readonly<Record<string, string>> = {},
): Promise<RunResult> => {
  const directory = await mkdtemp(join(tmpdir(), "portolan-python-"));
  try {
    await writeTokenTable(directory);
    return await runClean([PYTHON, "-X", "utf8", join(ROOT, script)], {
      HOME: directory,
      PYTHONPATH: clientsOf(set),
      TIKTOKEN_CACHE_DIR: directory,
      PORTOLAN_URL: url,
      ...env,
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};

/** What a script printed that ends with one JSON object of its calls. */
export const readReport = ({ exitCode, output, errors }: RunResult): Map<string, CallResult> => {
  if (exitCode !== 0) throw new Error(`the script ended with ${exitCode}:\n${output}${errors}`);
  const results: unknown = JSON.parse(output);
  if (typeof results !== "object" || results === null) throw new Error(`the script printed no report: ${output}`);
  return new Map(Object.entries(results));
};

/** As {@link runPython} for a script of `tests/compat/python` that prints a report. */
export const runReport = async (
  set: ClientSet,
  script: string,
  url: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Map<string, CallResult>> => readReport(await runPython(set, `tests/compat/python/${script}`, url, env));
