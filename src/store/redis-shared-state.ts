import { RedisClient } from "bun";
import { scrubKey } from "../core/scrub-secrets.ts";
import { readScriptReply, toScriptArgument } from "./exchange-rows.ts";
import { EXCHANGE_SCRIPT } from "./exchange-script.ts";
import type { IncomingState, OutgoingState, SharedState } from "./shared-state.ts";

/** Longest text of an error that is passed on: Redis repeats the script in some. */
const MAX_ERROR_LENGTH = 200;

/** What all keys begin with; the number changes with their meaning. The braces keep them together on a cluster. */
const PREFIX = "{portolan:1}:";

const DEFAULT_PORT = "6379";

/** Shared state in a Redis: one connection, one command per exchange, nothing queued. */
export class RedisSharedState implements SharedState {
  readonly address: string;
  readonly #url: string;
  readonly #connectLimitMs: number;
  #client: RedisClient | undefined;

  /**
   * @param url `redis://[user:password@]host[:port][/db]`, or `rediss://` for TLS
   * @param connectLimitMs how long a connection attempt may last, so that none is left behind
   */
  constructor(url: string, connectLimitMs: number) {
    this.#url = url;
    this.#connectLimitMs = connectLimitMs;
    this.address = toAddress(url);
  }

  async connect(): Promise<void> {
    if (this.#client?.connected === true) {
      return;
    }
    this.disconnect();
    try {
      const client = new RedisClient(this.#url, {
        connectionTimeout: this.#connectLimitMs,
        autoReconnect: false,
        maxRetries: 0,
        enableOfflineQueue: false,
      });
      this.#client = client;
      await client.connect();
    } catch {
      // Bun's error is the same whether nobody listens or the password is wrong.
      throw new Error("no connection: nobody answers there, or the password is not accepted");
    }
  }

  async exchange(outgoing: OutgoingState): Promise<IncomingState> {
    const client = this.#client;
    if (client === undefined) {
      throw new Error("there is no connection");
    }
    const { minute, processId } = outgoing;
    const names = [
      "cooldowns",
      "gauges",
      "seen",
      `usage:${minute}`,
      `usage:${minute}:${processId}`,
      `latencies:${minute}`,
    ];
    const keys = names.map((name) => PREFIX + name);
    let reply: unknown;
    try {
      reply = await client.send("EVAL", [EXCHANGE_SCRIPT, String(keys.length), ...keys, toScriptArgument(outgoing)]);
    } catch (error) {
      throw new Error(this.#toMessage(error));
    }
    return readScriptReply(reply, processId);
  }

  disconnect(): void {
    const client = this.#client;
    this.#client = undefined;
    try {
      client?.close();
    } catch {
      // It was closed already.
    }
  }

  #toMessage(error: unknown): string {
    const text = error instanceof Error ? error.message : String(error);
    const password = URL.parse(this.#url)?.password ?? "";
    return scrubKey(text, password).replace(/\s+/g, " ").slice(0, MAX_ERROR_LENGTH);
  }
}

function toAddress(url: string): string {
  const parsed = URL.parse(url);
  return parsed === null ? "an unreadable address" : `${parsed.hostname}:${parsed.port || DEFAULT_PORT}`;
}
