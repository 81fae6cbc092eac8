import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What a gateway is started with. */
export interface GatewayOptions {
  /** Content of `config.yaml`: YAML text, or an object that is written as JSON (which is YAML). None: no `--config`. */
  readonly config?: string | Readonly<Record<string, unknown>>;
  /** An existing configuration file instead of `config`. */
  readonly configPath?: string;
  /** The whole environment beside PATH and HOME; nothing is inherited, so no API key leaks into a test. */
  readonly env?: Readonly<Record<string, string>>;
  /** Further arguments. `--port 0` and `--host 127.0.0.1` are given unless they name their own. */
  readonly args?: readonly string[];
  /** No `--port` is given. */
  readonly isOnDefaultPort?: boolean;
  /** What is run: argv without arguments. Bun with the sources unless told otherwise. */
  readonly program?: readonly string[];
  /** It runs on a terminal of its own, as one that is started by hand. */
  readonly isOnTerminal?: boolean;
}

/** A running gateway. */
export interface GatewayProcess {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly pid: number;
  /** Where its files are; the configuration is `config.yaml` in it. Removed after the process ended. */
  readonly directory: string;
  /** Everything it wrote so far, both outputs. */
  logs(): string;
  /** Settles when a line of the output matches. */
  logged(pattern: RegExp): Promise<string>;
  /** Settles with the exit code when it has ended, for whatever reason. */
  readonly exited: Promise<number>;
  /** Sends a signal and returns at once. */
  signal(name: "SIGTERM" | "SIGINT" | "SIGHUP"): void;
  /** The terminal that it runs on, where one was asked for. */
  readonly terminal: Bun.Terminal | undefined;
  /** Asks it to stop (SIGTERM) and waits. @returns the exit code */
  stop(): Promise<number>;
  /** Ends it at once. */
  kill(): Promise<void>;
}

const ROOT = join(import.meta.dir, "..", "..");
const READY_LIMIT_MS = 25_000;

/** Collects output lines and tells who waits for one. */
class Output {
  #text = "";
  readonly #waiting = new Set<() => void>();

  get text(): string {
    return this.#text;
  }

  async collect(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const bytes of stream) this.add(bytes, decoder);
  }

  add(bytes: Uint8Array, decoder: TextDecoder): void {
    this.#text += decoder.decode(bytes, { stream: true });
    for (const look of this.#waiting) look();
  }

  find(pattern: RegExp): Promise<string> {
    return new Promise((resolve) => {
      const look = (): void => {
        const match = this.#text.split("\n").find((line) => pattern.test(line));
        if (match === undefined) return;
        this.#waiting.delete(look);
        resolve(match);
      };
      this.#waiting.add(look);
      look();
    });
  }
}

const commandLine = (options: GatewayOptions, configPath: string | undefined): readonly string[] => {
  const given = options.args ?? [];
  return [
    ...(options.program ?? [process.execPath, join(ROOT, "src", "main.ts")]),
    ...(configPath === undefined ? [] : ["--config", configPath]),
    ...(given.includes("--port") || options.isOnDefaultPort === true ? [] : ["--port", "0"]),
    ...(given.includes("--host") ? [] : ["--host", "127.0.0.1"]),
    ...given,
  ];
};

const writeConfig = async (options: GatewayOptions, directory: string): Promise<string | undefined> => {
  if (options.config === undefined) return options.configPath;
  const path = join(directory, "config.yaml");
  await writeFile(path, typeof options.config === "string" ? options.config : JSON.stringify(options.config, null, 2));
  return path;
};

/** Fails with the process's own words when it ends, or says nothing useful, before it is ready. */
const waitUntilReady = async (output: Output, exited: Promise<number>): Promise<string> => {
  const limit = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => limit.reject(new Error(`not ready in ${READY_LIMIT_MS} ms:\n${output.text}`)),
    READY_LIMIT_MS,
  );
  const ended = exited.then((code): never => {
    throw new Error(`ended with ${code} before it was ready:\n${output.text}`);
  });
  try {
    const line = await Promise.race([output.find(/http:\/\/127\.0\.0\.1:\d+/), ended, limit.promise]);
    return /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0] ?? "";
  } finally {
    clearTimeout(timer);
  }
};

interface Place {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

interface Spawned {
  readonly child: Bun.Subprocess;
  /** Settles when all of its output is there. */
  readonly collected: Promise<unknown>;
}

const spawn = (command: string[], place: Place, output: Output): Spawned => {
  const child = Bun.spawn(command, { ...place, stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  return { child, collected: Promise.all([output.collect(child.stdout), output.collect(child.stderr)]) };
};

const spawnOnTerminal = (command: string[], place: Place, output: Output): Spawned => {
  const decoder = new TextDecoder();
  const terminal = { data: (_: Bun.Terminal, bytes: Uint8Array) => output.add(bytes, decoder) };
  return { child: Bun.spawn(command, { ...place, terminal }), collected: Promise.resolve() };
};

/** Starts the real process and waits for the line that names its address. */
export const startGateway = async (options: GatewayOptions = {}): Promise<GatewayProcess> => {
  const directory = await mkdtemp(join(tmpdir(), "portolan-test-"));
  const command = [...commandLine(options, await writeConfig(options, directory))];
  const place = { cwd: directory, env: { PATH: process.env["PATH"] ?? "", HOME: directory, ...options.env } };
  const output = new Output();
  const { child, collected } = (options.isOnTerminal === true ? spawnOnTerminal : spawn)(command, place, output);
  const ended = async (): Promise<number> => {
    const code = await child.exited;
    await collected;
    await rm(directory, { recursive: true, force: true });
    return code;
  };
  try {
    return {
      url: await waitUntilReady(output, child.exited),
      pid: child.pid,
      directory,
      logs: () => output.text,
      logged: (pattern) => output.find(pattern),
      exited: child.exited,
      signal: (name) => void child.kill(name),
      terminal: child.terminal,
      stop: () => {
        child.kill("SIGTERM");
        return ended();
      },
      kill: async () => {
        child.kill("SIGKILL");
        await ended();
      },
    };
  } catch (error) {
    child.kill("SIGKILL");
    await ended();
    throw error;
  }
};
