import { afterEach, expect, test } from "bun:test";
import { openRawClient } from "../../tests/support/raw-client.ts";
import { within } from "../../tests/support/within.ts";
import type { InboundHandler } from "./inbound.ts";
import { InboundServer } from "./inbound-server.ts";

const servers: InboundServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.stop(0))));

const start = (handler: InboundHandler): InboundServer => {
  const toFaultReply = (status: number, message: string) => ({ status, headers: "", body: message });
  const server = new InboundServer({ hostname: "127.0.0.1", port: 0, isShared: false, handler, toFaultReply });
  servers.push(server);
  return server;
};

const SENT_BYTES = 300_000_000;
const PIECE = new Uint8Array(1_000_000);

test("a body that the handler does not read takes no memory while the handler is busy", async () => {
  const gate = Promise.withResolvers<void>();
  const server = start(async () => {
    await gate.promise;
    return { status: 200, headers: "", body: "answer" };
  });
  const client = await openRawClient(`http://127.0.0.1:${server.port}`);
  const before = process.memoryUsage().rss;
  client.write(`GET / HTTP/1.1\r\nhost: a\r\ncontent-length: ${SENT_BYTES}\r\n\r\n`);
  for (let sent = 0; sent < SENT_BYTES; sent += PIECE.length) {
    client.write(PIECE);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await new Promise((resolve) => setTimeout(resolve, 100)); // Time for what can travel to travel.
  expect(process.memoryUsage().rss - before).toBeLessThan(SENT_BYTES / 3);
  gate.resolve();
  client.destroy();
});

test("a small one is thrown away, and the connection serves the next request", async () => {
  const server = start(() => ({ status: 200, headers: "", body: "answer" }));
  const client = await openRawClient(`http://127.0.0.1:${server.port}`);
  client.write("GET / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\n");
  expect((await client.reply()).status).toBe(200);
  client.write("abcGET / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n");
  expect((await client.reply(1)).status).toBe(200);
  client.write("0\r\n\r\nGET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
  expect((await client.reply(2)).status).toBe(200);
  await within(client.closed, "the connection closes");
  client.destroy();
});
