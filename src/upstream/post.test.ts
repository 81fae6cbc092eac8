import { afterEach, expect, test } from "bun:test";
import { HttpTransport } from "./http-transport.ts";
import { type PostRequest, toPost } from "./post.ts";
import { replyOf } from "./post-for-tests.ts";

interface Seen {
  readonly line: string;
  readonly headers: Headers;
  readonly body: Buffer;
}

const opened: { stop(): void }[] = [];

afterEach(() => {
  for (const one of opened.splice(0)) {
    one.stop();
  }
});

/** A server that answers each request so, and a post to it. */
function open(answer: (seen: Seen) => Response | Promise<Response> = () => new Response("ok")) {
  const seen: Seen[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async (request) => {
      const { pathname, search } = new URL(request.url);
      const line = `${request.method} ${pathname}${search}`;
      const one = { line, headers: request.headers, body: Buffer.from(await request.arrayBuffer()) };
      seen.push(one);
      return answer(one);
    },
  });
  const transport = new HttpTransport();
  opened.push({ stop: () => server.stop(true) }, { stop: () => transport.close() });
  const url = `http://127.0.0.1:${server.port}`;
  const send = toPost(transport);
  const post = (request: Partial<PostRequest> = {}) =>
    send({ url: `${url}/hook`, headers: {}, body: "", timeoutMs: 5000, ...request });
  return { seen, url, post, transport };
}

test("what is posted arrives as it is, whatever it is made of", async () => {
  const { seen, url, post, transport } = open();
  const large = Buffer.alloc(3_000_000, "0123456789é");
  const bodies = ["text é", Buffer.from("bytes"), [Buffer.from("["), large, Buffer.from("]")], []] as const;
  for (const body of bodies) {
    const headers = { "Content-Type": "application/json", authorization: "Bearer k" };
    const reply = await post({ url: `${url}/a/b/?c=d%20e`, headers, body });
    expect(reply).toEqual(replyOf(200, "ok"));
  }
  expect(seen.map(({ line }) => line)).toEqual(Array(4).fill("POST /a/b/?c=d%20e"));
  expect(seen[0]?.headers.get("content-type")).toBe("application/json");
  expect(seen[0]?.headers.get("authorization")).toBe("Bearer k");
  const expected = [Buffer.from("text é"), Buffer.from("bytes"), Buffer.concat([...bodies[2]]), Buffer.alloc(0)];
  expect(seen.map(({ body }, index) => body.equals(expected[index] as Buffer))).toEqual([true, true, true, true]);
  expect(transport.counts()).toEqual({ active: 0, idle: 1 });
});

test("a header goes out once, and how a request is carried is not for headers to say", async () => {
  const { seen, url, post } = open();
  const headers = {
    "content-type": "a/b",
    "Content-Type": "c/d",
    Host: "elsewhere",
    "Content-Length": "3",
    "transfer-encoding": "chunked",
    "x-own": "1",
  };
  await post({ headers, body: "12345" });
  expect(seen[0]?.body.toString()).toBe("12345");
  expect(seen[0]?.headers.get("content-type")).toBe("c/d");
  expect(seen[0]?.headers.get("host")).toBe(new URL(url).host);
  expect(seen[0]?.headers.get("transfer-encoding")).toBeNull();
  expect(seen[0]?.headers.get("x-own")).toBe("1");
});

test("another method, and when to come back", async () => {
  const { seen, post } = open(() => new Response("later", { status: 429, headers: { "retry-after": "2" } }));
  expect(await post({ method: "PUT" })).toEqual(replyOf(429, "later", 2000));
  expect(seen[0]?.line).toBe("PUT /hook");
});

test("an answer that is no text keeps its bytes", async () => {
  const { post } = open(() => new Response(Uint8Array.of(0x08, 0xac, 0x02)));
  expect((await post()).bytes).toEqual(Buffer.of(0x08, 0xac, 0x02));
});

test("a redirect is an answer, and no host is asked that was not named", async () => {
  const { seen, post } = open(() => new Response(null, { status: 307, headers: { location: "/elsewhere" } }));
  expect((await post()).status).toBe(307);
  expect(seen.length).toBe(1);
});

test("of an answer without end the beginning is read", async () => {
  const chunk = new Uint8Array(100_000).fill(0x61);
  const endless = () => new ReadableStream({ pull: (controller) => controller.enqueue(chunk) });
  const { post, transport } = open(() => new Response(endless()));
  expect(await post()).toMatchObject({ text: "a".repeat(256 * 1024), isCut: true });
  expect(transport.counts()).toEqual({ active: 0, idle: 0 });
});

test("an answer that is compressed all the same is read", async () => {
  const packed = Bun.gzipSync(Buffer.from('{"errors":[]}'));
  const { post } = open(() => new Response(packed, { headers: { "content-encoding": "gzip" } }));
  expect((await post()).text).toBe('{"errors":[]}');
});

test.each(["gzip", "snappy"])("an answer that is no %s though it says so is an error", async (encoding) => {
  const headers = { "content-encoding": encoding };
  const { post, transport } = open(() => new Response("plain", { status: 500, headers }));
  expect(await post().catch((cause: Error) => cause.message)).toMatch(/^the (?:stream|reply) (?:is not valid|has the)/);
  await Promise.resolve();
  expect(transport.counts().active).toBe(0);
});

test("an answer that does not come is waited for so long", async () => {
  const { post } = open(() => new Promise<Response>(() => undefined));
  await expect(await post({ timeoutMs: 60 }).catch((cause: Error) => cause.message)).toMatch(
    /^Request timed out: no complete reply within 0.06 s from 127\.0\.0\.1/,
  );
});

test.each([
  [200, 'true: {"a":'],
  [500, "Request timed out: no complete reply within 0.06 s from 127.0.0.1"],
])("a body that stands still: %i is an answer only where the head has said it all", async (status, outcome) => {
  const stalled = () =>
    new ReadableStream({
      start: (controller) => controller.enqueue(Buffer.from('{"a":')),
    });
  const { post } = open(() => new Response(stalled(), { status }));
  const answer = await post({ timeoutMs: 60 }).then(
    ({ text, isBroken }) => `${isBroken}: ${text}`,
    (cause: Error) => cause.message,
  );
  expect(answer).toStartWith(outcome);
});

test("who gives up is not held", async () => {
  const stop = new AbortController();
  const { post } = open(() => {
    stop.abort();
    return new Promise<Response>(() => undefined);
  });
  expect(await post({ signal: stop.signal }).catch(() => "given up")).toBe("given up");
  expect(await post({ signal: stop.signal }).catch(() => "not begun")).toBe("not begun");
});

test("a host that does not answer is an error", async () => {
  const { post } = open();
  expect(await post({ url: "http://127.0.0.1:1/" }).catch((cause: Error) => cause.message)).toMatch(
    /^Cannot connect to 127\.0\.0\.1:1/,
  );
});

test.each([
  ["a value", { authorization: "Bearer planted\r\nx: y" }],
  ["a name", { "x planted": "a" }],
])("%s that is no header is refused, and not shown", async (_name, headers) => {
  const { seen, post } = open();
  const message = await post({ headers }).catch((cause: Error) => cause.message);
  expect(message).toMatch(/has a character that/);
  expect(message).not.toContain("planted");
  expect(seen).toEqual([]);
});
