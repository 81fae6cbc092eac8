import { within } from "./within.ts";

/** A real Redis on a loopback port, without persistence, to be mistreated. */
export interface RedisServer {
  readonly port: number;
  /** `redis://127.0.0.1:PORT`, with the password if there is one. */
  readonly url: string;
  /** Stops the process where it stands: connections stay open, nothing is answered. */
  stall(): void;
  /** Lets it go on after {@link stall}. */
  resume(): void;
  /** Ends it at once. */
  kill(): Promise<void>;
  /** Starts it again, empty, at the same port, after {@link kill}. */
  restart(): Promise<void>;
}

/** Whether the machine has a Redis to test with. */
export const hasRedis = Bun.which("redis-server") !== null;

if (!hasRedis) console.warn("redis-server is not installed: tests of state shared through Redis skip");

const READY_LIMIT_MS = 5000;

const findFreePort = (): number => {
  const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => undefined } });
  const { port } = listener;
  listener.stop(true);
  return port;
};

const waitUntilReady = async (output: ReadableStream<Uint8Array>): Promise<void> => {
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of output) {
    text += decoder.decode(bytes, { stream: true });
    if (text.includes("Ready to accept connections")) return;
  }
  throw new Error(`redis-server ended before it was ready:\n${text}`);
};

const spawnRedis = async (port: number, password: string | undefined): Promise<Bun.Subprocess> => {
  const secret = password === undefined ? [] : ["--requirepass", password];
  const child = Bun.spawn(
    ["redis-server", "--bind", "127.0.0.1", "--port", String(port), "--save", "", "--appendonly", "no", ...secret],
    { stdin: "ignore", stdout: "pipe", stderr: "ignore" },
  );
  try {
    await within(waitUntilReady(child.stdout), "redis-server is ready", READY_LIMIT_MS);
    return child;
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
};

/** Starts a Redis. Kill it when the test is over. */
export const startRedis = async (password?: string): Promise<RedisServer> => {
  const port = findFreePort();
  let child = await spawnRedis(port, password);
  const user = password === undefined ? "" : `:${encodeURIComponent(password)}@`;
  return {
    port,
    url: `redis://${user}127.0.0.1:${port}`,
    stall: () => child.kill("SIGSTOP"),
    resume: () => child.kill("SIGCONT"),
    kill: async () => {
      child.kill("SIGKILL");
      await child.exited;
    },
    restart: async () => {
      child = await spawnRedis(port, password);
    },
  };
};
