import { afterEach, describe, expect, test } from "bun:test";
import { Resolver } from "node:dns/promises";
import { within } from "../../tests/support/within.ts";
import type { Resolve } from "./egress-guard.ts";
import { readAllowedHosts } from "./egress-policy.ts";
import { HttpTransport } from "./http-transport.ts";
import { readClientUrl } from "./origin.ts";
import type { TimeLimits, UpstreamRequest } from "./transport.ts";

const LIMITS: TimeLimits = { connectMs: 5000, firstByteMs: 5000, gapMs: 5000, totalMs: 5000 };
const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) {
    close();
  }
});

interface Vendor {
  readonly port: number;
  /** Request heads in the order of arrival. */
  readonly heads: string[];
  /** Resolves once a connection has been closed by the other side. */
  readonly closed: Promise<void>;
  readonly connections: () => number;
}

/** A vendor on a loopback address that answers each request with the same bytes and keeps its side open. */
function startVendor(reply = OK): Vendor {
  let count = 0;
  const heads: string[] = [];
  const closed = Promise.withResolvers<void>();
  const listener = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open: () => {
        count++;
      },
      data: (peer, bytes) => {
        heads.push(bytes.toString("latin1"));
        peer.write(reply);
      },
      close: () => closed.resolve(),
    },
  });
  closers.push(() => listener.stop(true));
  return { port: listener.port, heads, closed: closed.promise, connections: () => count };
}

function openTransport(resolve?: Resolve): HttpTransport {
  const transport = new HttpTransport(resolve === undefined ? {} : { resolve });
  closers.push(() => transport.close());
  return transport;
}

function toRequest(url: string, allowed: readonly string[], limits: Partial<TimeLimits> = {}): UpstreamRequest {
  const { origin } = readClientUrl(url);
  return {
    origin,
    head: Buffer.from(`POST /v1 HTTP/1.1\r\nhost: ${origin.hostHeader}\r\n`),
    ownLines: "",
    body: [Buffer.from("{}")],
    limits: { ...LIMITS, ...limits },
    egress: { allowed: readAllowedHosts(allowed), param: "api_base" },
  };
}

async function fetchText(transport: HttpTransport, request: UpstreamRequest): Promise<string> {
  const reply = await transport.open(request).reply;
  return Buffer.from(await reply.readBody(1000)).toString();
}

const failureOf = (transport: HttpTransport, request: UpstreamRequest): Promise<unknown> =>
  fetchText(transport, request).catch((error: unknown) => error);

const LOOPBACK = ["127.0.0.0/8"];

describe("a host that a caller chose", () => {
  test("is asked at a tested address, under its own name", async () => {
    const vendor = startVendor();
    const asked: string[] = [];
    const transport = openTransport((hostname) => {
      asked.push(hostname);
      return Promise.resolve(["127.0.0.1"]);
    });
    expect(await fetchText(transport, toRequest(`http://Vendor.test:${vendor.port}`, LOOPBACK))).toBe("ok");
    expect(asked).toEqual(["vendor.test"]);
    expect(vendor.heads[0]).toContain(`host: vendor.test:${vendor.port}\r\n`);
  });

  test("is not asked when it is private, and nothing is connected to", async () => {
    const vendor = startVendor();
    const transport = openTransport(() => Promise.resolve(["127.0.0.1"]));
    for (const host of ["127.0.0.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "localhost", "vendor.test"]) {
      expect(await failureOf(transport, toRequest(`http://${host}:${vendor.port}`, []))).toMatchObject({
        kind: "invalid-request",
        status: 400,
        param: "api_base",
      });
    }
    expect(vendor.connections()).toBe(0);
    expect(transport.counts()).toEqual({ active: 0, idle: 0 });
  });

  test("can be admitted for a lab, by address or, with the system's resolver, by name", async () => {
    const vendor = startVendor();
    const transport = openTransport();
    expect(await fetchText(transport, toRequest(`http://127.0.0.1:${vendor.port}`, ["127.0.0.1"]))).toBe("ok");
    expect(await fetchText(transport, toRequest(`http://localhost:${vendor.port}`, ["localhost"]))).toBe("ok");
  });

  test("is tried at its next address when one cannot be connected to", async () => {
    const vendor = startVendor();
    const transport = openTransport(() => Promise.resolve(["127.0.0.66", "127.0.0.67", "127.0.0.1"]));
    expect(await fetchText(transport, toRequest(`http://vendor.test:${vendor.port}`, LOOPBACK))).toBe("ok");
    expect(transport.counts()).toEqual({ active: 0, idle: 0 });
  });

  test("is given up when none of its first addresses can be connected to", async () => {
    const transport = openTransport(() => Promise.resolve([61, 62, 63, 64, 1].map((last) => `127.0.0.${last}`)));
    const vendor = startVendor();
    const error = await failureOf(transport, toRequest(`http://vendor.test:${vendor.port}`, LOOPBACK));
    expect(error).toMatchObject({ kind: "upstream-unreachable" });
    expect(String(error)).toContain(`Cannot connect to vendor.test:${vendor.port}`);
    expect(String(error)).not.toContain("127.0.0");
    expect(vendor.connections()).toBe(0);
    expect(transport.counts()).toEqual({ active: 0, idle: 0 });
  });

  test("never shares a connection, neither with others nor with itself", async () => {
    const vendor = startVendor();
    const transport = openTransport();
    const guarded = toRequest(`http://127.0.0.1:${vendor.port}`, LOOPBACK);
    const { egress: _, ...configured } = guarded;
    expect(await fetchText(transport, configured)).toBe("ok");
    expect(transport.counts()).toEqual({ active: 0, idle: 1 });
    expect(await fetchText(transport, guarded)).toBe("ok");
    expect(await fetchText(transport, guarded)).toBe("ok");
    expect(vendor.connections()).toBe(3);
    expect(transport.counts()).toEqual({ active: 0, idle: 1 });
    await within(vendor.closed, "a guarded connection is closed by us");
    expect(await fetchText(transport, configured)).toBe("ok");
    expect(vendor.connections()).toBe(3);
    expect(vendor.heads.map((head) => head.includes("connection: close"))).toEqual([false, true, true, false]);
  });

  test.each([301, 302, 303, 307, 308])("may answer %d, which is not followed", async (status) => {
    const inner = startVendor();
    const vendor = startVendor(
      `HTTP/1.1 ${status} Moved\r\nLocation: http://127.0.0.1:${inner.port}/\r\nContent-Length: 0\r\n\r\n`,
    );
    const transport = openTransport();
    const reply = await transport.open(toRequest(`http://127.0.0.1:${vendor.port}`, LOOPBACK)).reply;
    expect(reply.status).toBe(status);
    expect(await reply.readBody(1000)).toHaveLength(0);
    expect([vendor.connections(), inner.connections()]).toEqual([1, 0]);
  });
});

describe("a name whose answer changes", () => {
  /** A DNS server that gives the next of these IPv4 addresses to each query for one, and has no IPv6 address. */
  async function startDns(answers: readonly string[]): Promise<{ resolve: Resolve; asked: () => number }> {
    const [A, HEADER_BYTES] = [1, 12];
    let count = 0;
    const server = await Bun.udpSocket({
      hostname: "127.0.0.1",
      port: 0,
      socket: {
        data(socket, datagram, port, host) {
          const query = Buffer.from(datagram);
          const question = query.subarray(HEADER_BYTES, query.indexOf(0, HEADER_BYTES) + 5);
          const isA = question.readUInt16BE(question.length - 4) === A;
          const address = isA ? answers[Math.min(count++, answers.length - 1)] : undefined;
          const record = Buffer.from([
            0xc0,
            12,
            0,
            1,
            0,
            1,
            0,
            0,
            0,
            0,
            0,
            4,
            ...(address ?? "").split(".").map(Number),
          ]);
          const header = Buffer.from([0x81, 0x80, 0, 1, 0, address === undefined ? 0 : 1, 0, 0, 0, 0]);
          const parts = [query.subarray(0, 2), header, question];
          socket.send(Buffer.concat(address === undefined ? parts : [...parts, record]), port, host);
        },
      },
    });
    closers.push(() => server.close());
    const resolver = new Resolver();
    resolver.setServers([`127.0.0.1:${server.port}`]);
    const resolve: Resolve = async (hostname) => [
      ...(await resolver.resolve4(hostname)),
      ...(await resolver.resolve6(hostname).catch(() => [])),
    ];
    return { resolve, asked: () => count };
  }

  test("is connected to at the address that was tested, not at the next one", async () => {
    const vendor = startVendor();
    const dns = await startDns(["127.0.0.1", "127.0.0.66"]);
    const transport = openTransport(dns.resolve);
    const request = toRequest(`http://rebind.test:${vendor.port}`, ["127.0.0.1"]);
    expect(await fetchText(transport, request)).toBe("ok");
    expect(dns.asked()).toBe(1);
    expect(vendor.connections()).toBe(1);
    expect(String(await failureOf(transport, request))).toContain("it resolves to a loopback address");
    expect(vendor.connections()).toBe(1);
  });

  test("is tested anew for each request", async () => {
    const vendor = startVendor();
    const answers = [["127.0.0.66", "127.0.0.1"], ["127.0.0.1"], ["127.0.0.1", "10.0.0.1"]];
    const transport = openTransport(() => Promise.resolve(answers.shift() ?? []));
    const request = toRequest(`http://rebind.test:${vendor.port}`, ["127.0.0.1"]);
    expect(await failureOf(transport, request)).toMatchObject({ kind: "invalid-request" });
    expect(await failureOf(transport, request)).toBe("ok");
    expect(await failureOf(transport, request)).toMatchObject({ kind: "invalid-request" });
    expect(vendor.connections()).toBe(1);
  });
});

describe("while the name is looked up", () => {
  test("an abort ends the exchange, and the answer that comes later does nothing", async () => {
    const vendor = startVendor();
    const looked = Promise.withResolvers<readonly string[]>();
    const transport = openTransport(() => looked.promise);
    const exchange = transport.open(toRequest(`http://slow.test:${vendor.port}`, LOOPBACK));
    expect(transport.counts()).toEqual({ active: 1, idle: 0 });
    exchange.abort();
    expect(await exchange.reply.catch((error: unknown) => error)).toMatchObject({ kind: "client-closed" });
    expect(transport.counts()).toEqual({ active: 0, idle: 0 });
    looked.resolve(["127.0.0.1"]);
    // A whole exchange that started later has ended: the first one would have connected by now.
    expect(await fetchText(transport, toRequest(`http://127.0.0.1:${vendor.port}`, LOOPBACK))).toBe("ok");
    expect(vendor.connections()).toBe(1);
  });

  test("a failure that comes after the abort is nobody's surprise", async () => {
    const looked = Promise.withResolvers<readonly string[]>();
    const transport = openTransport(() => looked.promise);
    const exchange = transport.open(toRequest("http://slow.test", LOOPBACK));
    exchange.abort();
    looked.reject(new Error("too late"));
    expect(await exchange.reply.catch((error: unknown) => error)).toMatchObject({ kind: "client-closed" });
  });

  test("the limit for connecting holds", async () => {
    const transport = openTransport(() => new Promise(() => undefined));
    const error = await failureOf(transport, toRequest("http://slow.test", [], { connectMs: 60 }));
    expect(error).toMatchObject({ kind: "upstream-timeout" });
    expect(String(error)).toContain("no connection within 0.06 s from slow.test");
    expect(transport.counts()).toEqual({ active: 0, idle: 0 });
  });

  test("a reply that nobody looks at is no unhandled rejection", async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => {
      unhandled.push(reason);
    };
    process.on("unhandledRejection", note);
    closers.push(() => process.off("unhandledRejection", note));
    const transport = openTransport(() => Promise.reject(new Error("no such name")));
    transport.open(toRequest("http://gone.test", []));
    transport.open(toRequest("http://127.0.0.1", []));
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    expect(unhandled).toEqual([]);
    expect(transport.counts()).toEqual({ active: 0, idle: 0 });
  });
});

test("a closed transport looks up nothing", async () => {
  const asked: string[] = [];
  const transport = openTransport((hostname) => {
    asked.push(hostname);
    return Promise.resolve([]);
  });
  transport.close();
  expect(await failureOf(transport, toRequest("http://vendor.test", []))).toMatchObject({ kind: "client-closed" });
  expect(asked).toEqual([]);
});
