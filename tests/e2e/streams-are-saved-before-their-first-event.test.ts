import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { harmDone } from "../support/gateway-health.ts";
import { type GatewayProcess, startGateway } from "../support/gateway-process.ts";
import { MESSAGES, postJson, readError } from "../support/gateway-setup.ts";
import { askedModels, groupEntries, modelsOfGroups, vendorError } from "../support/model-groups.ts";
import { openRawClient, writePost } from "../support/raw-client.ts";
import type { ScriptedReply } from "../support/scripted-reply.ts";
import { within } from "../support/within.ts";

const SIZES = { pair: 2, spare: 1, late: 2 };
const TEXT = "Good morning from the second one";
const EVENT = 'data: {"choices":[{"index":0,"delta":{"content":"Half an answ"}}]}\n\n';

/** What a stream can fail of before anything of it is worth sending on. */
const EARLY_FAILURES: readonly (readonly [name: string, reply: ScriptedReply])[] = [
  ["a status", vendorError(503)],
  ["a closed connection", { raw: "", ending: "cut" }],
  ["a cut before the first event", { chunks: [], ending: "cut" }],
  ["a cut after a comment", { chunks: [": processing\n\n"], ending: "cut" }],
  ["a cut within the first event", { chunks: ['data: {"choices":[{"del'], ending: "cut" }],
  ["an error as the first event", { chunks: ['data: {"error":{"message":"overloaded","code":503}}\n\n'] }],
  ["an error behind a comment", { chunks: [": wait\n\n", 'data: {"error":{"message":"overloaded"}}\n\n'] }],
  ["a page instead of a stream", { headers: { "content-type": "text/html" }, body: "<html>Sign in</html>" }],
];

const upstream = startFakeUpstream({ models: modelsOfGroups(SIZES), text: TEXT });
let gateway: GatewayProcess;

beforeAll(async () => {
  gateway = await startGateway({
    config: {
      model_list: groupEntries(upstream, SIZES),
      router_settings: { fallbacks: [{ pair: ["spare"] }], disable_cooldowns: true },
    },
  });
});
afterEach(() => upstream.reset());
afterAll(async () => {
  expect(harmDone(gateway)).toEqual([]);
  expect(await gateway.stop()).toBe(0);
  upstream.close();
});

const ask = (model: string, body: object = {}): Promise<Response> =>
  within(
    postJson(`${gateway.url}/v1/chat/completions`, { model, messages: MESSAGES, stream: true, ...body }),
    "an answer",
  );

/** The text of a stream, its events put together. */
const readText = async (reply: Response): Promise<string> =>
  (await reply.text())
    .split("\n\n")
    .filter((event) => event.startsWith("data: {"))
    .map((event) => JSON.parse(event.slice("data: ".length)) as { readonly choices: readonly Choice[] })
    .map(({ choices }) => choices[0]?.delta.content ?? "")
    .join("");

interface Choice {
  readonly delta: { readonly content?: string };
}

describe("a stream that begins with", () => {
  test.each([...EARLY_FAILURES])("%s is asked of another deployment", async (_name, failure) => {
    upstream.server.closeIdleConnections();
    upstream.next(failure);
    const reply = await ask("pair");
    expect(reply.headers.get("x-litellm-attempted-retries")).toBe("1");
    expect(reply.headers.get("x-litellm-model-id")).toBe(upstream.last().model ?? "");
    expect(new Set(askedModels(upstream)).size).toBe(2);
    expect(await readText(reply)).toBe(TEXT);
  });

  test.each([...EARLY_FAILURES])("%s falls back", async (_name, failure) => {
    upstream.server.closeIdleConnections();
    upstream.forModel("pair-1", failure);
    upstream.forModel("pair-2", failure);
    const reply = await ask("pair", { num_retries: 1 });
    expect(reply.headers.get("x-litellm-attempted-fallbacks")).toBe("1");
    expect(reply.headers.get("x-litellm-model-group")).toBe("spare");
    expect(await readText(reply)).toBe(TEXT);
  });

  test("an error everywhere is an ordinary error", async () => {
    for (const model of ["pair-1", "pair-2", "spare-1"]) upstream.forModel(model, vendorError(503));
    const reply = await ask("pair", { num_retries: 0 });
    expect(reply.status).toBe(503);
    expect(reply.headers.get("content-type")).toContain("application/json");
    expect((await readError(reply)).message).toContain("vendor says 503");
  });

  test("silence is asked of another deployment, and the silent one let go", async () => {
    upstream.next({ after: new Promise(() => undefined) });
    const reply = await ask("late", { stream_timeout: 1 });
    expect(await readText(reply)).toBe(TEXT);
    const [silent] = upstream.requests;
    await within(silent?.aborted ?? Promise.reject(new Error("nothing was asked")), "the silent one is let go");
    expect(upstream.requests.length).toBe(2);
  });
});

test.each<[string, ScriptedReply]>([
  ["cut", { chunks: [EVENT], ending: "cut" }],
  ["reset", { chunks: [EVENT], ending: "reset", beforeChunk: (index) => (index === 1 ? Bun.sleep(20) : undefined) }],
])("a stream that is %s after its first event is nobody else's to continue", async (_name, failure) => {
  upstream.next(failure);
  const client = await openRawClient(gateway.url);
  const body = JSON.stringify({ model: "pair", messages: MESSAGES, stream: true });
  client.write(writePost("/v1/chat/completions", body));
  await within(client.closed, "the client is let go");
  expect(client.text).toContain("Half an answ");
  expect(client.text).toMatch(/data: \{"error":/);
  expect(client.text).not.toContain("[DONE]");
  expect(client.text).not.toContain(TEXT.slice(0, 8));
  expect(upstream.requests.length).toBe(1);
});
