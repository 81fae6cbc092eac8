import { afterEach, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { openRawClient, type RawClient } from "../../tests/support/raw-client.ts";
import { eventually, within } from "../../tests/support/within.ts";
import type { InboundHandler, StreamSink } from "./inbound.ts";
import type { InboundLimits } from "./inbound-connection.ts";
import { DEFAULT_INBOUND_LIMITS, InboundServer } from "./inbound-server.ts";

const QUICK_MS = 60;
/** Connections are looked at as often as they may be idle at most. */
const SWEEP_MS = 200;
const servers: InboundServer[] = [];
const clients: RawClient[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await Promise.all(servers.splice(0).map((server) => server.stop(0)));
});

const start = (handler: InboundHandler, limits: Partial<InboundLimits> = {}): InboundServer => {
  const server = new InboundServer({
    hostname: "127.0.0.1",
    port: 0,
    isShared: false,
    handler,
    toFaultReply: (status, message) => ({ status, headers: "", body: message }),
    limits: { ...DEFAULT_INBOUND_LIMITS, idleMs: SWEEP_MS, ...limits },
  });
  servers.push(server);
  return server;
};

const connect = async (server: InboundServer): Promise<RawClient> => {
  const client = await openRawClient(`http://127.0.0.1:${server.port}`);
  clients.push(client);
  return client;
};

/** Answers with the body, or with what was wrong with it. */
const echo: InboundHandler = async (request) => {
  try {
    return { status: 200, headers: "", body: await request.readBody(1000) };
  } catch (error) {
    return { status: 400, headers: "", body: String(error) };
  }
};

const HEAD = "POST / HTTP/1.1\r\nhost: a\r\n";

/** The server has let go of the connection though the client has not closed it. */
const isLetGo = async (server: InboundServer, client: RawClient): Promise<void> => {
  await within(client.closed, "the connection closes");
  await eventually(() => server.connectionCount === 0, "the server forgets it");
};

describe("a client that stands still is given up", () => {
  test("before its first byte", async () => {
    const server = start(echo, { idleMs: QUICK_MS });
    await isLetGo(server, await connect(server));
  });

  test("within a head: 408", async () => {
    const server = start(echo, { headMs: QUICK_MS });
    const client = await connect(server);
    client.write(HEAD);
    expect((await client.reply()).status).toBe(408);
    await isLetGo(server, client);
  });

  test("within a head that grows by a byte now and then", async () => {
    const server = start(echo, { headMs: 4 * QUICK_MS });
    const client = await connect(server);
    client.write(`${HEAD}x: `);
    const drip = setInterval(() => client.write("y"), QUICK_MS / 4);
    await within(client.closed, "the connection closes").finally(() => clearInterval(drip));
    expect((await client.reply()).status).toBe(408);
  });

  test.each([
    ["of a length", "content-length: 10\r\n\r\nabc"],
    ["in chunks", "transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n"],
    ["that never begins", "content-length: 10\r\n\r\n"],
  ])("within a body %s: the handler is told, and may answer", async (_name, rest) => {
    const server = start(echo, { bodyGapMs: QUICK_MS });
    const client = await connect(server);
    client.write(HEAD + rest);
    const reply = await client.reply();
    expect(reply.status).toBe(400);
    expect(reply.body).toContain("no more of the body came");
    await isLetGo(server, client);
  });

  test("within a body that nobody wants", async () => {
    const server = start(() => ({ status: 404, headers: "", body: "" }), { bodyGapMs: QUICK_MS });
    const client = await connect(server);
    client.write(`${HEAD}content-length: 10\r\n\r\nabc`);
    expect((await client.reply()).status).toBe(404);
    await isLetGo(server, client);
  });

  test("between two requests", async () => {
    const server = start(echo, { idleMs: QUICK_MS });
    const client = await connect(server);
    client.write(`${HEAD}content-length: 2\r\n\r\nok`);
    expect((await client.reply()).body).toBe("ok");
    await isLetGo(server, client);
  });

  test("while it takes nothing of its answer", async () => {
    const source = {
      start: (sink: StreamSink) => void sink.write(new Uint8Array(50_000_000)),
      onDrain: () => undefined,
    };
    const gone = Promise.withResolvers<void>();
    const server = start(
      (request) => {
        request.onGone = gone.resolve;
        return { status: 200, headers: "", body: source };
      },
      { stallMs: 4 * QUICK_MS },
    );
    const client = await connect(server);
    client.pause();
    client.write("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
    await within(gone.promise, "the handler is told");
    await eventually(() => server.connectionCount === 0, "the server forgets it");
    await eventually(() => openSockets(server.port) === 0, "its socket is closed, not only forgotten");
  });
});

test("a body that comes slowly but steadily is taken whole", async () => {
  const server = start(echo, { bodyGapMs: 4 * QUICK_MS });
  const client = await connect(server);
  client.write(`${HEAD}content-length: 20\r\n\r\n`);
  for (let sent = 0; sent < 20; sent++) {
    client.write("x");
    await new Promise((resolve) => setTimeout(resolve, QUICK_MS / 3));
  }
  expect((await client.reply()).body).toBe("x".repeat(20));
});

test("a handler may take longer than any of the client's limits", async () => {
  const gate = Promise.withResolvers<void>();
  const limits = { idleMs: QUICK_MS, headMs: QUICK_MS, bodyGapMs: QUICK_MS, stallMs: QUICK_MS };
  const server = start(async () => {
    await gate.promise;
    return { status: 200, headers: "", body: "late" };
  }, limits);
  const client = await connect(server);
  client.write("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
  await new Promise((resolve) => setTimeout(resolve, 6 * QUICK_MS));
  gate.resolve();
  expect((await client.reply()).body).toBe("late");
});

describe("a client that is refused and stays", () => {
  test.each([
    ["garbage", "garbage\r\n\r\n", 400],
    ["a head that is too long", `${HEAD}x: ${"y".repeat(100_000)}`, 431],
    ["a body that is malformed", `${HEAD}transfer-encoding: chunked\r\n\r\nzz\r\n`, 400],
  ])("is let go all the same: %s", async (_name, bytes, status) => {
    const server = start(echo);
    const client = await connect(server);
    client.write(bytes);
    expect((await client.reply()).status).toBe(status);
    await isLetGo(server, client);
    await eventually(() => openSockets(server.port) === 0, "its socket is closed, not only forgotten");
  });
});

/** Connections of a local port that this process still holds open on the server's side. */
const openSockets = (port: number): number => {
  const local = `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const ESTABLISHED = ["01", "04", "05", "08"]; // ESTABLISHED, FIN_WAIT1, FIN_WAIT2, CLOSE_WAIT.
  return readTcpTable().filter(([from, state, inode]) => from === local && ESTABLISHED.includes(state) && inode !== "0")
    .length;
};

const readTcpTable = (): readonly (readonly [local: string, state: string, inode: string])[] =>
  readFileSync("/proc/net/tcp", "utf8")
    .split("\n")
    .slice(1)
    .map((line: string) => line.trim().split(/\s+/))
    .map((fields: readonly string[]) => [fields[1] ?? "", fields[3] ?? "", fields[9] ?? ""] as const);
