import type { Row } from "./rows.ts";
import type { LoadRequest } from "./wrk.ts";

const PROBE_TIMEOUT_MS = 20_000;
const START_TIMEOUT_MS = 120_000;
const POLL_MS = 5;

/**
 * Sends one request over a connection of its own and resolves with the reply's size on the wire, headers and chunk
 * framing included. Throws if the reply is not a whole, right answer for the row.
 */
export async function probe(request: LoadRequest, row: Row): Promise<number> {
  const reply = await readRawReply(request);
  const statusLine = reply.slice(0, reply.indexOf("\r\n"));
  if (!statusLine.startsWith("HTTP/1.1 200")) throw new Error(`${statusLine}: ${reply.slice(-300)}`);
  const wanted = row.isStream ? "data: [DONE]" : '"choices"';
  if (!reply.includes(wanted)) throw new Error(`reply without ${wanted}: ${reply.slice(-300)}`);
  return reply.length;
}

async function readRawReply(request: LoadRequest): Promise<string> {
  const { hostname, port, host, pathname } = new URL(request.url);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const parts: Buffer[] = [];
  const body = Buffer.from(request.body);
  const lines = Object.entries({ host, "content-type": "application/json", connection: "close", ...request.headers });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  let unsent = Buffer.concat([
    Buffer.from(`POST ${pathname} HTTP/1.1\r\n${head}content-length: ${body.length}\r\n\r\n`),
    body,
  ]);
  const timeout = setTimeout(() => reject(new Error("no whole reply in time")), PROBE_TIMEOUT_MS);
  const socket = await Bun.connect({
    hostname,
    port: Number(port),
    socket: {
      open(connection) {
        unsent = unsent.subarray(connection.write(unsent));
      },
      drain(connection) {
        unsent = unsent.subarray(connection.write(unsent));
      },
      data: (_, received) => void parts.push(received),
      close: () => resolve(Buffer.concat(parts).toString("latin1")),
      error: (_, error) => reject(error),
    },
  });
  try {
    return await promise;
  } finally {
    clearTimeout(timeout);
    socket.terminate();
  }
}

/**
 * Calls until the first 200 and resolves with the time since `startedAt` (a `performance.now()` value). Throws when
 * `exited` resolves first, or after two minutes.
 */
export async function waitForAnswer(request: LoadRequest, startedAt: number, exited: Promise<number>): Promise<number> {
  let exitCode: number | undefined;
  void exited.then((code) => {
    exitCode = code;
  });
  let last = "no connection";
  while (performance.now() - startedAt < START_TIMEOUT_MS) {
    if (exitCode !== undefined) throw new Error(`ended with code ${exitCode} before it answered`);
    try {
      const headers = { "content-type": "application/json", ...request.headers };
      const reply = await fetch(request.url, { method: "POST", headers, body: request.body });
      await reply.arrayBuffer();
      if (reply.status === 200) return performance.now() - startedAt;
      last = `status ${reply.status}`;
    } catch {
      // Not listening yet.
    }
    await Bun.sleep(POLL_MS);
  }
  throw new Error(`no 200 in time (${last})`);
}
