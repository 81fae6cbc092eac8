import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { harmDone } from "../support/gateway-health.ts";
import { type GatewayProcess, startGateway } from "../support/gateway-process.ts";
import { MESSAGES, modelEntry, openaiParams, postJson, readError } from "../support/gateway-setup.ts";
import { SELF_SIGNED } from "../support/self-signed-certificate.ts";

let received = 0;
const vendor = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  tls: { key: SELF_SIGNED.key, cert: SELF_SIGNED.cert },
  fetch: () => {
    received++;
    return Response.json({ choices: [] });
  },
});
/** Speaks no TLS: answers whatever comes with plain HTTP. */
const plain = Bun.listen({
  hostname: "127.0.0.1",
  port: 0,
  socket: {
    data: (socket) => {
      socket.end("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    },
  },
});

const config = {
  model_list: [
    modelEntry("by-name", openaiParams({ url: `https://localhost:${vendor.port}` }, "openai/gpt")),
    modelEntry("by-address", openaiParams({ url: `https://127.0.0.1:${vendor.port}` }, "openai/gpt")),
    modelEntry("plain", openaiParams({ url: `https://127.0.0.1:${plain.port}` }, "openai/gpt")),
  ],
};
let strict: GatewayProcess;
let trusting: GatewayProcess;
let directory = "";

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "portolan-ca-"));
  const path = join(directory, "ca.pem");
  await writeFile(path, SELF_SIGNED.cert);
  [strict, trusting] = await Promise.all([
    startGateway({ config }),
    startGateway({ config, env: { NODE_EXTRA_CA_CERTS: path } }),
  ]);
});
afterAll(async () => {
  for (const gateway of [strict, trusting]) {
    expect(harmDone(gateway)).toEqual([]);
    expect(await gateway.stop()).toBe(0);
  }
  await vendor.stop(true);
  plain.stop(true);
  await rm(directory, { recursive: true, force: true });
});

const ask = (gateway: GatewayProcess, model: string): Promise<Response> =>
  postJson(`${gateway.url}/v1/chat/completions`, { model, messages: MESSAGES });

test("a certificate that nobody vouches for is refused before a byte of the request is sent", async () => {
  const reply = await ask(strict, "by-name");
  expect(reply.status).toBe(500);
  expect((await readError(reply)).message).toContain("certificate");
  expect(received).toBe(0);
});

test("one of an authority that the operator trusts is taken", async () => {
  const reply = await ask(trusting, "by-name");
  expect(reply.status, await reply.clone().text()).toBe(200);
  expect(received).toBe(1);
});

test("one for another name is refused", async () => {
  const reply = await ask(trusting, "by-address");
  expect(reply.status).toBe(500);
  expect((await readError(reply)).message).toContain("Cannot connect");
  expect(received).toBe(1);
});

test("a server that speaks no TLS is an unreachable vendor", async () => {
  const reply = await ask(strict, "plain");
  expect(reply.status).toBe(500);
  expect((await readError(reply)).message).toContain("Cannot connect");
});
