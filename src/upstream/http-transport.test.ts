import { afterEach, describe, expect, test } from "bun:test";
import type { Socket, TCPSocketListener } from "bun";
import { HttpTransport } from "./http-transport.ts";
import { readBaseUrl } from "./origin.ts";
import type { TimeLimits, UpstreamRequest } from "./transport.ts";

const LIMITS: TimeLimits = { connectMs: 5000, firstByteMs: 5000, gapMs: 5000, totalMs: 5000 };
const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/** A server that hands every arrival of bytes to a script; bytes of one connection are numbered from 0. */
interface ScriptedServer {
  readonly url: string;
  readonly connections: () => number;
}

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) {
    close();
  }
});

type Peer = Socket<{ id: number; arrivals: number }>;

function startServer(onBytes: (peer: Peer, bytes: Buffer) => void, onClose?: (peer: Peer) => void): ScriptedServer {
  let count = 0;
  const listener: TCPSocketListener<{ id: number; arrivals: number }> = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open(peer) {
        peer.data = { id: count++, arrivals: 0 };
      },
      data(peer, bytes) {
        onBytes(peer, bytes);
        peer.data.arrivals++;
      },
      close(peer) {
        onClose?.(peer);
      },
    },
  });
  closers.push(() => listener.stop(true));
  return { url: `http://127.0.0.1:${listener.port}`, connections: () => count };
}

function openTransport(): HttpTransport {
  const transport = new HttpTransport();
  closers.push(() => transport.close());
  return transport;
}

function toRequest(url: string, body = "{}", limits: Partial<TimeLimits> = {}): UpstreamRequest {
  const { origin } = readBaseUrl(url);
  return {
    origin,
    head: Buffer.from(`POST /v1 HTTP/1.1\r\nhost: ${origin.hostHeader}\r\n`),
    ownLines: "",
    body: [Buffer.from(body)],
    limits: { ...LIMITS, ...limits },
  };
}

async function fetchText(transport: HttpTransport, request: UpstreamRequest): Promise<string> {
  const reply = await transport.open(request).reply;
  return Buffer.from(await reply.readBody(1000)).toString();
}

describe("HttpTransport", () => {
  test("keeps connections alive and takes the latest idle one", async () => {
    const server = startServer((peer) => void peer.write(OK));
    const transport = openTransport();
    for (let round = 0; round < 5; round++) {
      expect(await fetchText(transport, toRequest(server.url))).toBe("ok");
    }
    expect(server.connections()).toBe(1);
    expect(transport.counts()).toEqual({ active: 0, idle: 1 });
  });

  test("sends a request again, once, when a kept-alive connection was stale", async () => {
    const server = startServer((peer) => {
      if (peer.data.id === 0 && peer.data.arrivals > 0) {
        peer.terminate();
      } else {
        peer.write(OK);
      }
    });
    const transport = openTransport();
    expect(await fetchText(transport, toRequest(server.url))).toBe("ok");
    expect(await fetchText(transport, toRequest(server.url))).toBe("ok");
    expect(server.connections()).toBe(2);
  });

  test("does not send again on a fresh connection, nor once a byte has come", async () => {
    const fresh = startServer((peer) => void peer.terminate());
    const transport = openTransport();
    const failure = await transport.open(toRequest(fresh.url)).reply.catch((error: unknown) => error);
    expect(failure).toMatchObject({ kind: "upstream-unreachable" });
    expect(fresh.connections()).toBe(1);

    const begun = startServer((peer) => {
      if (peer.data.arrivals > 0) {
        peer.write("HTTP/1.1 2");
        peer.end();
      } else {
        peer.write(OK);
      }
    });
    await fetchText(transport, toRequest(begun.url));
    const second = await transport.open(toRequest(begun.url)).reply.catch((error: unknown) => error);
    expect(second).toMatchObject({ kind: "upstream-unreachable" });
    expect(begun.connections()).toBe(1);
  });

  test("says when the first byte, the next piece or the whole reply is late", async () => {
    const silent = startServer(() => undefined);
    const stalling = startServer((peer) => void peer.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"));
    const transport = openTransport();
    const late = (limits: Partial<TimeLimits>, url: string): Promise<string> =>
      fetchText(transport, toRequest(url, "{}", limits));
    const cases: [Promise<string>, string][] = [
      [late({ firstByteMs: 60 }, silent.url), "no reply within 0.06 s"],
      [late({ gapMs: 60 }, stalling.url), "no further data within 0.06 s"],
      [late({ totalMs: 60 }, stalling.url), "no complete reply within 0.06 s"],
    ];
    for (const [promise, text] of cases) {
      const error = await promise.catch((caught: unknown) => caught);
      expect(error).toMatchObject({ kind: "upstream-timeout" });
      expect(String(error)).toContain(text);
    }
    expect(transport.counts()).toEqual({ active: 0, idle: 0 });
  });

  test("a vendor that has answered while this process was held up is not late", async () => {
    const server = startServer((peer) => {
      peer.write(OK);
      const heldUntilMs = performance.now() + 300;
      while (performance.now() < heldUntilMs) {
        // Nothing else runs meanwhile.
      }
    });
    const request = toRequest(server.url, "{}", { connectMs: 100, firstByteMs: 100, gapMs: 100 });
    expect(await fetchText(openTransport(), request)).toBe("ok");
  });

  test("a reader that holds the flow is not a late vendor", async () => {
    const { promise: isResumed, resolve: resume } = Promise.withResolvers<void>();
    const server = startServer((peer) => {
      peer.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab");
      isResumed.then(() => peer.write("cd")).catch(() => undefined);
    });
    const transport = openTransport();
    const reply = await transport.open(toRequest(server.url, "{}", { gapMs: 60 })).reply;
    const ended = Promise.withResolvers<void>();
    let text = "";
    reply.streamTo({
      chunk: (bytes) => {
        text += Buffer.from(bytes).toString();
      },
      end: ended.resolve,
      fail: ended.reject,
    });
    reply.pause();
    // Another exchange that does run into its limit shows that more time than the gap allows has passed.
    const silent = startServer(() => undefined);
    await transport.open(toRequest(silent.url, "{}", { firstByteMs: 200 })).reply.catch(() => undefined);
    reply.resume();
    resume();
    await ended.promise;
    expect(text).toBe("abcd");
  });

  test("an abort closes the connection at once, before and after the head", async () => {
    const closed: PromiseWithResolvers<void>[] = [Promise.withResolvers(), Promise.withResolvers()];
    const asked = Promise.withResolvers<void>();
    const server = startServer(
      (peer) => {
        if (peer.data.id === 1) {
          peer.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
        }
        asked.resolve();
      },
      (peer) => closed[peer.data.id]?.resolve(),
    );
    const transport = openTransport();
    const early = transport.open(toRequest(server.url));
    await asked.promise;
    early.abort();
    expect(await early.reply.catch((error: unknown) => error)).toMatchObject({ kind: "client-closed" });
    await closed[0]?.promise;
    const later = transport.open(toRequest(server.url));
    await later.reply;
    later.abort();
    await closed[1]?.promise;
    expect(transport.counts()).toEqual({ active: 0, idle: 0 });
  });

  test("sends a body larger than the socket's buffers, byte for byte", async () => {
    const size = 8 * 1024 * 1024;
    let received = 0;
    let hash = new Bun.CryptoHasher("sha256");
    const server = startServer((peer, bytes) => {
      const start = peer.data.arrivals === 0 ? bytes.indexOf("\r\n\r\n") + 4 : 0;
      hash = hash.update(bytes.subarray(start));
      received += bytes.length - start;
      if (received === size) {
        peer.write(OK);
      }
    });
    const body = Buffer.alloc(size, "0123456789");
    const request = toRequest(server.url);
    const pieces = [body.subarray(0, 100), body.subarray(100, size - 7), body.subarray(size - 7)];
    expect(await fetchText(openTransport(), { ...request, body: pieces })).toBe("ok");
    expect(hash.digest("hex")).toBe(new Bun.CryptoHasher("sha256").update(body).digest("hex"));
  });

  test("refuses a body over the limit and a malformed reply", async () => {
    const server = startServer(
      (peer) => void peer.write(`HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n${"x".repeat(2000)}`),
    );
    const transport = openTransport();
    expect(await fetchText(transport, toRequest(server.url)).catch((error: unknown) => error)).toMatchObject({
      kind: "upstream-malformed",
    });
    const broken = startServer((peer) => void peer.write("SSH-2.0-OpenSSH\r\n\r\n"));
    const failure = await transport.open(toRequest(broken.url)).reply.catch((error: unknown) => error);
    expect(failure).toMatchObject({ kind: "upstream-malformed" });
    expect(String(failure)).toContain("bad status line");
  });

  test("names the host it cannot reach", async () => {
    const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => undefined } });
    const { port } = listener;
    listener.stop(true);
    const failure = await openTransport()
      .open(toRequest(`http://127.0.0.1:${port}`))
      .reply.catch((error: unknown) => error);
    expect(failure).toMatchObject({ kind: "upstream-unreachable" });
    expect(String(failure)).toContain(`Cannot connect to 127.0.0.1:${port}`);
  });

  test("carries 600 exchanges at once", async () => {
    const waiting: Peer[] = [];
    const server = startServer((peer) => {
      waiting.push(peer);
      if (waiting.length === 600) {
        for (const each of waiting) {
          each.write(OK);
        }
      }
    });
    const transport = openTransport();
    const all = Array.from({ length: 600 }, () => fetchText(transport, toRequest(server.url)));
    expect(new Set(await Promise.all(all))).toEqual(new Set(["ok"]));
    expect(transport.counts().idle).toBe(256);
  });

  test("refuses to send once it is closed", async () => {
    const transport = openTransport();
    transport.close();
    const { reply } = transport.open(toRequest("http://127.0.0.1:9"));
    expect(await reply.catch((error: unknown) => error)).toMatchObject({ kind: "client-closed" });
  });
});
