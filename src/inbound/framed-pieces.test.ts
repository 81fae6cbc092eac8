import { afterEach, expect, test } from "bun:test";
import { openRawClient } from "../../tests/support/raw-client.ts";
import type { StreamSink } from "./inbound.ts";
import { DEFAULT_INBOUND_LIMITS, InboundServer } from "./inbound-server.ts";

const servers: InboundServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.stop(0))));

const FRAMED = Buffer.from("005\r\nhello\r\n");

/** What goes over the wire behind the head when a piece comes in its chunk, one without, and one in its chunk again. */
const answerTo = async (requestLine: string): Promise<string> => {
  const start = (sink: StreamSink): void => {
    for (const write of [
      () => sink.writeFramed(FRAMED, 5, 10),
      () => sink.write(Buffer.from(" and ")),
      () => sink.writeFramed(FRAMED, 5, 10),
    ]) {
      expect(write()).toBe(true);
    }
    sink.end();
  };
  const server = new InboundServer({
    hostname: "127.0.0.1",
    port: 0,
    isShared: false,
    handler: () => ({ status: 200, headers: "", body: { start, onDrain: () => undefined } }),
    toFaultReply: (status, message) => ({ status, headers: "", body: message }),
    limits: DEFAULT_INBOUND_LIMITS,
  });
  servers.push(server);
  const client = await openRawClient(`http://127.0.0.1:${server.port}`);
  client.write(`${requestLine}\r\nhost: a\r\nconnection: close\r\n\r\n`);
  await client.closed;
  const { text } = client;
  return text.slice(text.indexOf("\r\n\r\n") + 4);
};

test("a piece goes out in the chunk that it came in; the first goes with the head, in a chunk of our own", async () => {
  expect(await answerTo("GET / HTTP/1.1")).toBe("5\r\nhello\r\n5\r\n and \r\n005\r\nhello\r\n0\r\n\r\n");
});

test("clients that know no chunks get the pieces alone, and HEAD gets nothing", async () => {
  expect(await answerTo("GET / HTTP/1.0")).toBe("hello and hello");
  expect(await answerTo("HEAD / HTTP/1.1")).toBe("");
});
