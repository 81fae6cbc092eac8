import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SELF_SIGNED } from "../../tests/support/self-signed-certificate.ts";

/** Asks one host through a transport whose resolver sends every name to 127.0.0.1, and prints what came of it. */
const PROBE = `
  const { HttpTransport } = await import(process.env.SOURCES + "/http-transport.ts");
  const { readAllowedHosts } = await import(process.env.SOURCES + "/egress-policy.ts");
  const { readClientUrl } = await import(process.env.SOURCES + "/origin.ts");
  const { origin } = readClientUrl(process.env.TARGET);
  const limits = { connectMs: 4000, firstByteMs: 4000, gapMs: 4000, totalMs: 4000 };
  const head = Buffer.from("GET / HTTP/1.1\\r\\nhost: " + origin.hostHeader + "\\r\\n");
  const egress = { allowed: readAllowedHosts(["localhost", "127.0.0.1"]) };
  const transport = new HttpTransport({ resolve: async () => ["127.0.0.1"] });
  try {
    const reply = await transport.open({ origin, head, ownLines: "", body: [], limits, egress }).reply;
    console.log(reply.status, Buffer.from(await reply.readBody(1000)).toString());
  } catch (error) {
    console.log(error.kind, error.message);
  }
`;

let received = 0;
const vendor = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  tls: { key: SELF_SIGNED.key, cert: SELF_SIGNED.cert },
  fetch: (request) => {
    received++;
    return new Response(request.headers.get("host"));
  },
});
let directory = "";
let authorityPath = "";

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "portolan-egress-"));
  authorityPath = join(directory, "ca.pem");
  await writeFile(authorityPath, SELF_SIGNED.cert);
});
afterAll(async () => {
  await vendor.stop(true);
  await rm(directory, { recursive: true, force: true });
});

/** In a process of its own: authorities beside the system's are read when a process starts. */
async function probe(host: string, authorities: Record<string, string>): Promise<string> {
  const child = Bun.spawn([process.execPath, "-e", PROBE], {
    env: { ...process.env, ...authorities, SOURCES: import.meta.dir, TARGET: `https://${host}:${vendor.port}/` },
    stdout: "pipe",
    stderr: "inherit",
  });
  return (await new Response(child.stdout).text()).trim();
}

test("the certificate must be the name's, whatever the address that is connected to", async () => {
  const trusted = { NODE_EXTRA_CA_CERTS: authorityPath };
  // The certificate is for `localhost` alone: a check against the address would refuse it.
  expect(await probe("localhost", trusted)).toBe(`200 localhost:${vendor.port}`);
  expect(received).toBe(1);
  expect(await probe("other.test", trusted)).toMatch(/^upstream-unreachable .*TLS certificate was refused/);
  expect(await probe("127.0.0.1", trusted)).toMatch(/^upstream-unreachable .*TLS certificate was refused/);
  expect(await probe("localhost", {})).toMatch(/^upstream-unreachable .*TLS certificate was refused/);
  expect(received).toBe(1);
});
