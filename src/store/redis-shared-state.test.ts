import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { RedisClient } from "bun";
import { hasRedis, type RedisServer, startRedis } from "../../tests/support/redis-server.ts";
import { eventually } from "../../tests/support/within.ts";
import { EXCHANGE_SCRIPT, PROCESS_TTL_MS } from "./exchange-script.ts";
import { RedisSharedState } from "./redis-shared-state.ts";
import type { IncomingState, OutgoingState } from "./shared-state.ts";

const PASSWORD = "p@ss:w/rd-0123";
const LIMIT_MS = 1000;

let redis: RedisServer;
let raw: RedisClient;
let minute = 30_000_000;

const open = async (url = redis.url): Promise<RedisSharedState> => {
  const state = new RedisSharedState(url, LIMIT_MS);
  await state.connect();
  return state;
};

/** What a process sends; by default nothing, in the minute of the test. */
const sends = (processId: string, part: Partial<OutgoingState> = {}): OutgoingState => ({
  processId,
  nowMs: minute * 60_000,
  minute,
  usage: [],
  latencies: [],
  cooldowns: [],
  inFlight: new Map(),
  ...part,
});

const exchange = async (processId: string, part: Partial<OutgoingState> = {}): Promise<IncomingState> => {
  const state = await open();
  try {
    return await state.exchange(sends(processId, part));
  } finally {
    state.disconnect();
  }
};

describe.skipIf(!hasRedis)("state in Redis", () => {
  beforeAll(async () => {
    redis = await startRedis(PASSWORD);
    raw = new RedisClient(redis.url);
  });
  afterAll(async () => {
    raw.close();
    await redis.kill();
  });

  test("holds what each process has used, once, whatever is sent twice or late", async () => {
    minute++;
    const first = { usage: [{ id: "id with spaces", requests: 2, tokens: 100 }] };
    await exchange("a", first);
    await exchange("a", { usage: [{ id: "id with spaces", requests: 3, tokens: 150 }] });
    await exchange("a", first);
    const { usage } = await exchange("b", { usage: [{ id: "id with spaces", requests: 1, tokens: 10 }] });
    expect([...usage]).toEqual([["id with spaces", { requests: 4, tokens: 160 }]]);
  });

  test("keeps minutes apart", async () => {
    minute++;
    await exchange("a", { usage: [{ id: "one", requests: 2, tokens: 100 }] });
    minute++;
    expect((await exchange("b")).usage.size).toBe(0);
  });

  test("holds the later end of a cooldown, until it has come", async () => {
    minute++;
    const nowMs = minute * 60_000;
    const reason = "upstream-failed";
    await exchange("a", { cooldowns: [{ id: "one two", untilMs: nowMs + 5000.5, reason }] });
    await exchange("b", { cooldowns: [{ id: "one two", untilMs: nowMs + 3000, reason }] });
    expect((await exchange("b")).cooldowns).toEqual([{ id: "one two", untilMs: nowMs + 5000.5, reason }]);
    expect((await exchange("b", { nowMs: nowMs + 5001 })).cooldowns).toEqual([]);
  });

  test("tells each process the others' latencies and attempts under way", async () => {
    minute++;
    const row = { id: "one", answerMs: 12.5, firstByteMs: 0 };
    await exchange("a", { latencies: [row], inFlight: new Map([["one", 3]]) });
    const own = await exchange("a", { inFlight: new Map([["one", 3]]) });
    expect([own.latencies, [...own.inFlight]]).toEqual([[], []]);
    await exchange("b", { inFlight: new Map([["one", 2]]) });
    const { latencies, inFlight } = await exchange("c");
    expect([latencies, [...inFlight]]).toEqual([[row], [["one", 5]]]);
  });

  test(
    "forgets what a process had under way once it is not heard of",
    async () => {
      minute++;
      await exchange("ended", { inFlight: new Map([["gone", 3]]) });
      const state = await open();
      expect((await state.exchange(sends("d"))).inFlight.get("gone")).toBe(3);
      await eventually(
        async () => (await state.exchange(sends("d"))).inFlight.get("gone") === undefined,
        "the gauge of a process that is gone",
        2 * PROCESS_TTL_MS,
      );
      state.disconnect();
    },
    3 * PROCESS_TTL_MS,
  );

  test("lets every key end by itself", async () => {
    minute++;
    const nowMs = Date.now();
    await exchange("a", {
      nowMs,
      usage: [{ id: "one", requests: 1, tokens: 1 }],
      latencies: [{ id: "one", answerMs: 1, firstByteMs: 1 }],
      cooldowns: [{ id: "one", untilMs: nowMs + 60_000, reason: "upstream-failed" }],
    });
    const keys: string[] = await raw.send("KEYS", ["*"]);
    const ttls = await Promise.all(keys.map((key) => raw.send("PTTL", [key]) as Promise<number>));
    expect(keys.length).toBeGreaterThanOrEqual(6);
    expect(keys.filter((key) => !key.startsWith("{portolan:1}:"))).toEqual([]);
    expect(keys.filter((_, index) => (ttls[index] ?? -1) <= 0)).toEqual([]);
  });

  test("passes over what cannot be read", async () => {
    minute++;
    await exchange("a", { usage: [{ id: "one", requests: 1, tokens: 1 }], inFlight: new Map([["one", 1]]) });
    const prefix = "{portolan:1}:";
    await raw.send("HSET", [`${prefix}gauges`, "x", "{", "y", "7", "z", '[["one",-4],["one","2"],3]']);
    await raw.send("HSET", [`${prefix}usage:${minute}`, "two", "many", "odd", "1 -1"]);
    await raw.send("HSET", [`${prefix}latencies:${minute}`, "one", "x"]);
    const { usage, inFlight, latencies } = await exchange("b");
    expect([usage.get("one"), usage.get("two")]).toEqual([
      { requests: 1, tokens: 1 },
      { requests: 0, tokens: 0 },
    ]);
    expect([inFlight.get("one"), latencies]).toEqual([1, [{ id: "one", answerMs: 0, firstByteMs: 0 }]]);
  });

  test("is in the database that the URL names", async () => {
    minute++;
    const state = await open(`${redis.url}/3`);
    await state.exchange(sends("a", { usage: [{ id: "one", requests: 1, tokens: 1 }] }));
    expect((await exchange("b")).usage.size).toBe(0);
    state.disconnect();
  });

  test("is not to be had with a wrong password, and no error tells the right one or the script", async () => {
    const wrong = new RedisSharedState(`redis://:wrong-0123@127.0.0.1:${redis.port}`, LIMIT_MS);
    const error = await wrong.connect().catch((thrown: unknown) => thrown);
    expect(error).toEqual(new Error("no connection: nobody answers there, or the password is not accepted"));
    expect(wrong.address).toBe(`127.0.0.1:${redis.port}`);
    wrong.disconnect();
    const state = await open();
    await raw.send("SET", ["{portolan:1}:seen", PASSWORD]);
    const broken = await state.exchange(sends("a")).catch((thrown: Error) => thrown.message);
    await raw.send("DEL", ["{portolan:1}:seen"]);
    state.disconnect();
    expect(broken).toStartWith("WRONGTYPE");
    expect(broken).not.toContain(PASSWORD);
    expect(broken).not.toContain(EXCHANGE_SCRIPT.slice(0, 50));
  });

  test("fails at once without a connection, and a dropped one leaves no promise open", async () => {
    const state = new RedisSharedState(redis.url, LIMIT_MS);
    expect(await state.exchange(sends("a")).catch((error: Error) => error.message)).toBe("there is no connection");
    await state.connect();
    redis.stall();
    const held = state.exchange(sends("a")).catch((error: Error) => error.message);
    state.disconnect();
    state.disconnect();
    redis.resume();
    expect(await held).toBe("Connection closed");
    await state.connect();
    expect((await state.exchange(sends("a"))).usage.size).toBeGreaterThanOrEqual(0);
    state.disconnect();
  });
});

test("an address that nobody can read is an error of the connection, not of the construction", async () => {
  const state = new RedisSharedState("redis://[bad", LIMIT_MS);
  expect(state.address).toBe("an unreadable address");
  expect(await state.connect().catch((error: Error) => error.message)).toStartWith("no connection");
});
