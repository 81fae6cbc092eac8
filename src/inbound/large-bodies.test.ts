import { afterEach, expect, test } from "bun:test";
import { openRawClient } from "../../tests/support/raw-client.ts";
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

const LIMIT_BYTES = 10_000_000;

/** A request whose body is so many times one letter. */
const toRequest = (letter: string, size: number): Buffer =>
  Buffer.from(`POST / HTTP/1.1\r\nhost: a\r\ncontent-length: ${size}\r\n\r\n${letter.repeat(size)}`);

/** Answers with what it found in the body: each letter and how often, in order. */
const summarise =
  (waitMs: number): InboundHandler =>
  async (request) => {
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    const body = Buffer.from(await request.readBody(LIMIT_BYTES)).toString("latin1");
    const runs = [...body.matchAll(/(.)\1*/g)].map(([run, letter]) => `${letter}${run.length}`);
    return { status: 200, headers: "", body: `${runs.join(" ")} of ${body.length}` };
  };

test.each([0, 30])("each of several in one flow is its own request's, read after %d ms", async (waitMs) => {
  const server = start(summarise(waitMs));
  const client = await openRawClient(`http://127.0.0.1:${server.port}`);
  const sizes = [300_000, 20_000, 1, 90_000, 1_500_000, 30_000];
  client.write(Buffer.concat(sizes.map((size, index) => toRequest("abcdef".charAt(index), size))));
  for (const [index, size] of sizes.entries()) {
    const { body } = await client.reply(index);
    expect(body).toBe(`${"abcdef".charAt(index)}${size} of ${size}`);
  }
  client.destroy();
});
