import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { readError } from "../support/gateway-setup.ts";
import { openRawClient, writePost } from "../support/raw-client.ts";
import type { ScriptedReply } from "../support/scripted-reply.ts";
import { cutsOf } from "../support/translator-streams.ts";
import { completesThroughChat, PLAYED, type Played, startTranslatedGateway } from "./translated-gateway.ts";

type Json = Readonly<Record<string, unknown>>;

const gateway = startTranslatedGateway();
afterEach(() => gateway.upstream.reset());
afterAll(async () => {
  await gateway.stop();
  expect(gateway.upstream.server.violations).toEqual([]);
  expect(gateway.failures).toEqual([]);
});

const HELLO = { messages: [{ role: "user", content: "Hello" }] };
const LOOK = {
  type: "function",
  function: {
    name: "look",
    description: "Looks somewhere.",
    parameters: { type: "object", properties: { at: { type: "string" } }, required: ["at"] },
  },
};
const TOOL_TURNS = {
  messages: [
    { role: "system", content: "Be brief." },
    { role: "user", content: "Look at the sea and the sky." },
    {
      role: "assistant",
      content: null,
      tool_calls: [
        { id: "call_1", type: "function", function: { name: "look", arguments: '{"at":"sea"}' } },
        { id: "call_2", type: "function", function: { name: "look", arguments: '{"at":"sky"}' } },
      ],
    },
    { role: "tool", tool_call_id: "call_1", content: "blue" },
    { role: "tool", tool_call_id: "call_2", content: "grey" },
  ],
  tools: [LOOK],
};
const PIXEL =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";
const SCHEMA = {
  response_format: {
    type: "json_schema",
    json_schema: {
      name: "place",
      schema: {
        type: "object",
        properties: { at: { type: "string" } },
        required: ["at"],
        additionalProperties: false,
      },
    },
  },
};

const bodyOf = async (reply: Response): Promise<Json> => {
  const text = await reply.text();
  expect([reply.status, text]).toEqual([200, text]);
  return JSON.parse(text) as Json;
};

/** Chunks of a stream that ended with `[DONE]`. */
const chunksOf = (text: string): readonly Json[] => {
  const frames = text.split("\n\n").filter((frame) => frame !== "");
  expect(frames.at(-1)).toBe("data: [DONE]");
  return frames.slice(0, -1).map((frame) => JSON.parse(frame.replace(/^data: /, "")) as Json);
};

interface Choice {
  readonly index: number;
  readonly finish_reason: string | null;
  readonly message?: { readonly content?: string | null; readonly tool_calls?: readonly Omit<CallDelta, "index">[] };
  readonly delta?: {
    readonly content?: string | null;
    readonly tool_calls?: readonly CallDelta[];
    readonly role?: string;
  };
}

interface CallDelta {
  readonly index: number;
  readonly id?: string;
  readonly type?: string;
  readonly function: { readonly name?: string; readonly arguments?: string };
}

const choiceOf = (body: Json): Choice => (body["choices"] as readonly Choice[])[0] as Choice;

const USAGE = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 };

const CHATS = PLAYED.filter(([, { kit }]) => kit.operation === "chat");

const streamed = (stream: ScriptedReply & { readonly chunks: readonly (string | Uint8Array)[] }): Uint8Array =>
  Buffer.concat(stream.chunks.map((chunk) => Buffer.from(chunk)));

test("there are kits", () => {
  expect(CHATS.length).toBeGreaterThan(0);
});

describe.each(CHATS)("%s", (_name, played: Played) => {
  const { kit } = played;
  const skips = kit.skipped ?? {};
  const usage = kit.tellsNoUsage === undefined ? { usage: USAGE } : {};

  test("answers in OpenAI's shape", async () => {
    const body = await bodyOf(await gateway.call(played, HELLO, kit.simple));
    expect(body).toMatchObject({ object: "chat.completion", ...usage });
    expect([typeof body["id"], typeof body["created"], typeof body["model"]]).toEqual(["string", "number", "string"]);
    expect(body["id"]).not.toBe("");
    expect(choiceOf(body)).toMatchObject({
      index: 0,
      finish_reason: "stop",
      message: { role: "assistant", content: "caf\u00e9" },
    });
    expect(gateway.upstream.requests).toHaveLength(1);
  });

  test.skipIf(skips.stream !== undefined)(`streams, however its stream is cut ${skips.stream ?? ""}`, async () => {
    const asked = { ...HELLO, stream: true, stream_options: { include_usage: true } };
    const whole = kit.stream;
    const cuts = whole === undefined ? [[]] : cutsOf(streamed(whole), 5);
    for (const pieces of cuts) {
      const reply = await gateway.call(played, asked, whole === undefined ? kit.simple : { ...whole, chunks: pieces });
      expect(reply.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
      const chunks = chunksOf(await reply.text());
      const said = (kit.tellsNoUsage === undefined ? chunks.slice(0, -1) : chunks).map(choiceOf);
      expect(said.map(({ delta }) => delta?.content ?? "").join("")).toBe("caf\u00e9");
      expect(said.map(({ delta }) => delta?.role).filter((role) => role !== undefined)).toEqual(["assistant"]);
      expect(said.map(({ finish_reason: reason }) => reason).filter((reason) => reason !== null)).toEqual(["stop"]);
      if (kit.tellsNoUsage === undefined) expect(chunks.at(-1)).toMatchObject({ choices: [], ...usage });
      expect(new Set(chunks.map(({ id, object, model }) => JSON.stringify([id, object, model]))).size).toBe(1);
      expect(chunks[0]).toMatchObject({ object: "chat.completion.chunk", id: expect.stringMatching(/./) });
    }
    const unasked = await gateway.call(played, { ...HELLO, stream: true }, kit.stream ?? kit.simple);
    expect(chunksOf(await unasked.text()).every((chunk) => chunk["usage"] === undefined)).toBe(true);
  });

  test.skipIf(kit.stream === undefined)("a stream that breaks off never looks complete", async () => {
    const chunks = kit.stream?.chunks ?? [];
    const bytes = Buffer.concat(chunks.map((chunk) => Buffer.from(chunk)));
    const reply = await gateway.call(
      played,
      { ...HELLO, stream: true },
      { ...kit.stream, chunks: [bytes.subarray(0, Math.floor(bytes.length * 0.6))] },
    );
    const text = await reply.text().catch((error: unknown) => String(error));
    expect(text).not.toContain("[DONE]");
  });

  test.skipIf(skips.tools !== undefined)(`calls tools ${skips.tools ?? ""}`, async () => {
    const body = await bodyOf(
      await gateway.call(played, { ...TOOL_TURNS, tool_choice: "auto" }, kit.tool ?? kit.simple),
    );
    const { finish_reason: reason, message } = choiceOf(body);
    expect(reason).toBe("tool_calls");
    const [call] = message?.tool_calls ?? [];
    expect(call).toMatchObject({ type: "function", function: { name: "look" } });
    expect(typeof call?.id).toBe("string");
    expect(JSON.parse(call?.function.arguments ?? "")).toEqual({ at: "sea" });
  });

  test.skipIf(skips.tools !== undefined || kit.toolStream === undefined)("streams the calls of tools", async () => {
    for (const pieces of cutsOf(streamed(kit.toolStream ?? { chunks: [] }), 5)) {
      const reply = await gateway.call(played, { ...TOOL_TURNS, stream: true }, { ...kit.toolStream, chunks: pieces });
      const choices = chunksOf(await reply.text()).map(choiceOf);
      const deltas = choices.flatMap(({ delta }) => delta?.tool_calls ?? []);
      expect(deltas[0]).toMatchObject({ index: 0, type: "function", function: { name: "look" } });
      expect(deltas.every(({ index }) => index === 0)).toBe(true);
      expect(deltas.slice(1).every(({ id, function: { name } }) => id === undefined && name === undefined)).toBe(true);
      expect(JSON.parse(deltas.map((delta) => delta.function.arguments ?? "").join(""))).toEqual({ at: "sea" });
      expect(choices.at(-1)?.finish_reason).toBe("tool_calls");
    }
  });

  test.skipIf(skips.tools !== undefined)("takes every tool choice that it does not refuse", async () => {
    for (const choice of ["none", "required", { type: "function", function: { name: "look" } }]) {
      const reply = await gateway.call(played, { ...TOOL_TURNS, tool_choice: choice }, kit.tool ?? kit.simple);
      if (reply.status === 400) expect((await readError(reply)).message).toContain("UnsupportedParamsError");
      else await bodyOf(reply);
    }
  });

  test.skipIf(skips.images !== undefined)(`sends images ${skips.images ?? ""}`, async () => {
    const content = [
      { type: "text", text: "What is this?" },
      { type: "image_url", image_url: { url: PIXEL } },
    ];
    await bodyOf(await gateway.call(played, { messages: [{ role: "user", content }] }, kit.simple));
    expect(Buffer.from(gateway.upstream.last().body).toString()).toContain("iVBORw0KGgo");
  });

  test.skipIf(skips["structured output"] !== undefined)(
    `asks for structured output ${skips["structured output"] ?? ""}`,
    async () => {
      await bodyOf(await gateway.call(played, { ...HELLO, ...SCHEMA }, kit.simple));
      expect(Buffer.from(gateway.upstream.last().body).toString()).toMatch(/\\?"at\\?"/); // Some take the schema as text.
    },
  );

  const refusals = `refuses what the vendor has no place for, or drops it and says so ${skips["unsupported parameters"] ?? ""}`;
  test.skipIf(skips["unsupported parameters"] !== undefined)(refusals, async () => {
    const extra = { logit_bias: { "50256": -100 }, audio: { voice: "alloy", format: "wav" } };
    const refused = await gateway.call(played, { ...HELLO, ...extra }, kit.simple);
    expect(refused.status).toBe(400);
    expect((await readError(refused)).message).toStartWith("litellm.UnsupportedParamsError: ");
    gateway.upstream.reset();
    const dropped = await gateway.call(played, { ...HELLO, ...extra, drop_params: true }, kit.simple);
    expect(dropped.headers.get("x-portolan-dropped")).toContain("audio");
    await bodyOf(dropped);
    gateway.upstream.reset();
    const strict = { "x-portolan-strict": "true" };
    const kept = await gateway.call(played, { ...HELLO, ...extra, drop_params: true }, kit.simple, strict);
    expect(kept.status).toBe(400);
  });

  test.each([400, 401, 403, 404, 429, 500, 503])("a failure of status %d is one of its class", async (status) => {
    const reply = await gateway.call(played, HELLO, kit.error(status, "the vendor's words"));
    const error = await readError(reply);
    expect(error.message).toContain("the vendor's words");
    expect(error.message).toMatch(/^litellm\.\w+: /);
    const expected = status >= 500 ? [500, 503] : [status];
    expect(expected).toContain(reply.status);
  });

  test("a full context window and a violated policy are known by the vendor's words", async () => {
    const { contextWindow, contentPolicy } = kit;
    if (contextWindow !== undefined) {
      const reply = await gateway.call(played, HELLO, kit.error(contextWindow.status, contextWindow.message));
      expect([reply.status, (await readError(reply)).message]).toEqual([
        400,
        expect.stringContaining("ContextWindowExceededError"),
      ]);
    }
    if (contentPolicy !== undefined) {
      const reply = await gateway.call(played, HELLO, kit.error(contentPolicy.status, contentPolicy.message));
      expect([reply.status, (await readError(reply)).message]).toEqual([
        400,
        expect.stringContaining("ContentPolicyViolationError"),
      ]);
    }
  });

  test.skipIf(kit.failingStream === undefined)(
    "a failure within a stream is an error frame and an unclean end",
    async () => {
      gateway.upstream.next((request) => kit.check(request) ?? kit.failingStream);
      const client = await openRawClient(gateway.url);
      const body = JSON.stringify({ model: played.model, ...HELLO, stream: true });
      client.write(writePost("/v1/chat/completions", body));
      const reply = await client.reply();
      client.destroy();
      expect([reply.status, reply.isComplete]).toEqual([200, false]);
      expect(reply.body).toContain('data: {"error":');
      expect(reply.body).toContain("verloaded");
      expect(reply.body).not.toContain("[DONE]");
    },
  );

  test("replies that are no JSON, or something else, are the vendor's fault", async () => {
    for (const body of [
      "<html>",
      "[]",
      "null",
      "7",
      '"text"',
      "{}",
      '{"choices":7,"content":7,"output":7,"message":7}',
    ]) {
      const reply = await gateway.call(played, HELLO, { body });
      expect([body, reply.status === 500 || reply.status === 200]).toEqual([body, true]);
      await reply.text();
    }
  });

  test("a client that leaves ends the vendor's call", async () => {
    const leaving = new AbortController();
    gateway.upstream.next({ ...(kit.stream ?? kit.simple), ending: "stall" });
    const gone = fetch(`${gateway.url}/v1/chat/completions`, {
      method: "POST",
      body: JSON.stringify({ model: played.model, ...HELLO, stream: true }),
      signal: leaving.signal,
    }).then((reply) => reply.text());
    const request = await gateway.upstream.request(0);
    leaving.abort();
    await gone.catch(() => undefined);
    await request.aborted;
  });

  test.skipIf(!completesThroughChat(played.provider))("answers text completions through its chats", async () => {
    gateway.upstream.next((request) => kit.check(request) ?? kit.simple);
    const reply = await fetch(`${gateway.url}/v1/completions`, {
      method: "POST",
      body: JSON.stringify({ model: played.model, prompt: "Hello" }),
    });
    const body = await bodyOf(reply);
    expect(body).toMatchObject({ object: "text_completion", ...usage });
    expect(body["choices"]).toMatchObject([{ text: "caf\u00e9", index: 0, finish_reason: "stop" }]);
  });

  test("what the vendor would get can be seen without asking it", async () => {
    const reply = await fetch(`${gateway.url}/utils/transform_request`, {
      method: "POST",
      body: JSON.stringify({ call_type: "completion", request_body: { model: played.model, ...HELLO } }),
    });
    const text = await reply.text();
    expect([reply.status, text]).toEqual([200, text]);
    expect(text).not.toContain(`key-of-${played.provider}`);
    const shown = JSON.parse(text) as Json;
    expect(gateway.upstream.requests).toHaveLength(0);
    await bodyOf(await gateway.call(played, HELLO, kit.simple));
    expect(shown["raw_request_body"]).toEqual(gateway.upstream.last().json);
    expect(shown["raw_request_api_base"]).toBe(gateway.upstream.url + gateway.upstream.last().target);
  });
});
