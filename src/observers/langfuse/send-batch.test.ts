import { describe, expect, test } from "bun:test";
import type { PostReply, PostRequest } from "../../upstream/post.ts";
import { bodyOf, replyOf } from "../../upstream/post-for-tests.ts";
import { ByteArena } from "../../wire/byte-arena.ts";
import { ingestion } from "./ingestion.ts";
import { otlpEndpoint } from "./otlp-endpoint.ts";
import { toSend } from "./send-batch.ts";
import type { WrittenCall } from "./written-call.ts";

const PROJECT = { publicKey: "pk-lf-1", secretKey: "sk-lf-planted-secret", host: "https://langfuse.example" };

const arena = new ByteArena();

const toCalls = (...names: readonly string[]): readonly WrittenCall[] =>
  names.map((name) => {
    arena.begin().text(`,{"id":"${name}"}`);
    return { piece: arena.keep(), number: name.charCodeAt(0) };
  });

const toReply = (status: number, body: unknown = "", retryAfterMs?: number): PostReply =>
  replyOf(status, typeof body === "string" ? body : JSON.stringify(body), retryAfterMs);

/** The events of the call `a` are `a-trace` and `a-generation`. */
const events = ingestion({
  of: (callNumber) => {
    const name = String.fromCharCode(callNumber);
    return [`${name}-trace`, `${name}-generation`];
  },
});

const open = (answer: (request: PostRequest) => PostReply, endpoint = events) => {
  const requests: PostRequest[] = [];
  const send = toSend(PROJECT, endpoint, {
    version: "1",
    post: async (request) => {
      requests.push({ ...request, body: bodyOf(request).toString() });
      return answer(request);
    },
  });
  return { requests, send: (calls: readonly WrittenCall[]) => send(calls, new AbortController().signal) };
};

test("a batch is one request with the keys, to the configured host", async () => {
  const { send, requests } = open(() => toReply(207, { successes: [], errors: [] }));
  expect(await send(toCalls("a", "b"))).toEqual({ kind: "sent" });
  const [request] = requests;
  expect(request?.url).toBe("https://langfuse.example/api/public/ingestion");
  expect(request?.headers["authorization"]).toBe(`Basic ${btoa("pk-lf-1:sk-lf-planted-secret")}`);
  expect(JSON.parse(String(request?.body)).batch).toEqual([{ id: "a" }, { id: "b" }]);
});

test.each([
  [401, /LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY must be of one project/],
  [403, /LANGFUSE_PUBLIC_KEY/],
  [404, /is LANGFUSE_HOST right/],
  [302, /final address/],
  [400, /^https:\/\/langfuse\.example answered 400$/],
])("%d is refused, with what to do about it and without keys", async (status, reason) => {
  const { send } = open(() => toReply(status, `your key sk-lf-planted-secret`));
  const outcome = await send(toCalls("a"));
  expect(outcome).toEqual({ kind: "refused", reason: expect.stringMatching(reason) });
  expect(JSON.stringify(outcome)).not.toContain("planted");
});

test.each([500, 502, 503, 429, 408])("%d is tried again, when the server says", async (status) => {
  const { send } = open(() => toReply(status, "", 7000));
  const calls = toCalls("a");
  expect(await send(calls)).toMatchObject({ kind: "retry", afterMs: 7000, remaining: calls, refusedCount: 0 });
});

describe("207", () => {
  const errors = [
    { id: "a-trace", status: 400, message: "Invalid", error: "body.id sk-planted0123456789" },
    { id: "c-generation", status: 500, message: "later" },
    { id: "b-generation", status: 503, message: "later" },
    { id: "b-trace", status: 400, message: "Invalid" },
  ];

  test("tells of each event: calls are refused, or sent again, or have arrived", async () => {
    const { send } = open(() => toReply(207, { successes: [], errors }));
    const calls = toCalls("a", "b", "c", "d");
    const outcome = await send(calls);
    expect(outcome).toMatchObject({ kind: "retry", remaining: [calls[2]], refusedCount: 2 });
    expect(JSON.stringify(outcome)).not.toContain("planted");
  });

  test("with refused events alone is over", async () => {
    const { send } = open(() => toReply(207, { errors: errors.slice(0, 1) }));
    expect(await send(toCalls("a", "d"))).toMatchObject({ kind: "partly", refusedCount: 1 });
    expect(await send(toCalls("a"))).toMatchObject({ kind: "refused" });
  });

  test("is refused whatever else it holds", async () => {
    const refused = { id: "a-trace", status: 400, message: '"errors":[]}', detail: { more: 1, errors: [] } };
    const { send } = open(() => toReply(207, { successes: [], errors: [refused] }));
    expect(await send(toCalls("a"))).toMatchObject({ kind: "refused" });
  });

  test.each(["", '{"successes":[]}', '{"errors":[7,null]}'])("that tells of no fault is a yes: %#", async (text) => {
    expect(await open(() => toReply(207, text)).send(toCalls("a"))).toEqual({ kind: "sent" });
  });

  test("with faults of events that it does not name counts as many calls as there are", async () => {
    const unnamed = [{ status: 400, message: "Invalid" }, { id: "unknown", status: 400 }, errors[0]];
    const send = (...names: readonly string[]) => open(() => toReply(207, { errors: unnamed })).send(toCalls(...names));
    expect(await send("a", "b", "c", "d")).toMatchObject({ kind: "partly", refusedCount: 3 });
    expect(await send("a", "b")).toMatchObject({ kind: "refused" });
  });

  test("that breaks off before it has told of each event is asked for again", async () => {
    const { send } = open(() => ({ ...toReply(207, '{"successes":[{"id":'), isBroken: true }));
    const calls = toCalls("a", "b");
    expect(await send(calls)).toMatchObject({ kind: "retry", remaining: calls, reason: "the answer broke off" });
  });

  test("that is too long to be read whole is asked for in halves", async () => {
    const { send, requests } = open(({ body }) =>
      String(body).includes('"b"')
        ? { ...toReply(207, '{"successes":[],"errors":[{"id":'), isCut: true }
        : toReply(207, { errors: [] }),
    );
    expect(await send(toCalls("a", "b", "c", "d"))).toMatchObject({ kind: "partly", refusedCount: 1 });
    expect(requests.length).toBe(5);
  });
});

describe("a success that is no answer of Langfuse is none", () => {
  const PAGE = "<!doctype html><title>Sign in</title>";

  test.each([PAGE, "[]", "{}", '{"errors":{}}', "[".repeat(100_000)])("of the ingestion endpoint: %#", async (text) => {
    const { send, requests } = open(() => ({ ...toReply(200, text), isCut: true }));
    expect(await send(toCalls("a", "b"))).toEqual({
      kind: "refused",
      reason: "https://langfuse.example answered 200, but not as Langfuse does; is LANGFUSE_HOST right?",
    });
    expect(requests.length).toBe(text.startsWith("{") ? 3 : 1);
  });

  test("of the OpenTelemetry endpoint", async () => {
    const { send } = open(() => toReply(200, PAGE), otlpEndpoint("1"));
    expect(await send(toCalls("a", "b"))).toMatchObject({ kind: "refused" });
  });
});

test("413 halves, down to the call that is too large", async () => {
  const { send, requests } = open(({ body }) =>
    String(body).includes('"c"') ? toReply(413) : toReply(207, { errors: [] }),
  );
  expect(await send(toCalls("a", "b", "c", "d"))).toMatchObject({ kind: "partly", refusedCount: 1 });
  expect(requests.length).toBe(5);
});

describe("OTLP", () => {
  test("spans that are refused are counted", async () => {
    const endpoint = otlpEndpoint("1");
    const partial = (partialSuccess: unknown) => open(() => toReply(200, { partialSuccess }), endpoint);
    expect(await partial({ rejectedSpans: "1", errorMessage: "bad" }).send(toCalls("a", "b"))).toEqual({
      kind: "partly",
      refusedCount: 1,
      reason: "spans were refused: bad",
    });
    expect(await partial({ rejectedSpans: 9 }).send(toCalls("a"))).toMatchObject({ kind: "refused" });
    expect(await open(() => toReply(200), endpoint).send(toCalls("a"))).toEqual({ kind: "sent" });
    for (const empty of [{}, null, { rejectedSpans: "x" }, { rejectedSpans: -1 }]) {
      expect(await partial(empty).send(toCalls("a"))).toEqual({ kind: "sent" });
    }
  });
});
