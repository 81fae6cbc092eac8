import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import OpenAI from "openai";
import { PLAYED, type Played, startTranslatedGateway } from "../conformance/translated-gateway.ts";
import type { RecordedRequest } from "../support/recorded-request.ts";
import type { ScriptedReply } from "../support/scripted-reply.ts";
import { type CallResult, pythonMissing, runReport } from "./client-scripts.ts";

const CHATS = PLAYED.filter(([, { kit }]) => kit.operation === "chat" && kit.skipped?.tools === undefined);

/** Python starts slowly; it runs its whole script once. */
const SCRIPT_LIMIT_MS = 60_000;

const gateway = startTranslatedGateway();
afterEach(() => gateway.upstream.reset());
afterAll(async () => {
  await gateway.stop();
  expect(gateway.upstream.server.violations).toEqual([]);
  expect(gateway.failures).toEqual([]);
});

/** What the vendor answers when it takes the request. */
const reply =
  ({ kit }: Played, answer: ScriptedReply) =>
  (request: RecordedRequest): ScriptedReply =>
    kit.check(request) ?? answer;

const messages = [{ role: "user" as const, content: "Look at the sea." }];
const parameters = {
  type: "object" as const,
  properties: { at: { type: "string" as const } },
  required: ["at"],
};
const tools = [{ type: "function" as const, function: { name: "look", parameters } }];

describe.each(CHATS)("openai 7 with %s", (_name, played) => {
  const { kit, model } = played;
  const client = new OpenAI({ apiKey: "sk-1234", baseURL: `${gateway.url}/v1`, maxRetries: 0 });

  test("the stream helper gathers text and usage", async () => {
    gateway.upstream.next(reply(played, kit.stream ?? kit.simple));
    const stream = client.chat.completions.stream({ model, messages, stream_options: { include_usage: true } });
    expect(await stream.finalContent()).toBe("caf\u00e9");
    expect((await stream.totalUsage()).total_tokens).toBe(18);
  });

  test("the stream helper gathers the calls of tools", async () => {
    gateway.upstream.next(reply(played, kit.toolStream ?? kit.tool ?? kit.simple));
    const stream = client.chat.completions.stream({ model, messages, tools });
    const message = await stream.finalMessage();
    expect(message.tool_calls).toMatchObject([{ type: "function", function: { name: "look" } }]);
    const [call] = message.tool_calls ?? [];
    expect(JSON.parse(call?.type === "function" ? call.function.arguments : "")).toEqual({ at: "sea" });
  });

  test("runTools answers the calls and goes on", async () => {
    gateway.upstream.next(reply(played, kit.tool ?? kit.simple));
    gateway.upstream.next(reply(played, kit.simple));
    const seen: string[] = [];
    const runner = client.chat.completions.runTools({
      model,
      messages,
      tools: [
        {
          type: "function",
          function: {
            name: "look",
            description: "Looks somewhere.",
            parameters,
            parse: JSON.parse,
            function: ({ at }: { readonly at: string }) => {
              seen.push(at);
              return "blue";
            },
          },
        },
      ],
    });
    expect([await runner.finalContent(), seen]).toEqual(["caf\u00e9", ["sea"]]);
  });

  test("failures are raised as what they are", async () => {
    gateway.upstream.next(kit.error(429, "slow down"));
    const failure = await client.chat.completions.create({ model, messages }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(OpenAI.RateLimitError);
    expect(String(failure)).toContain("slow down");
  });
});

const missing = pythonMissing("current");

describe.skipIf(missing !== undefined)(
  `openai-python 3.22${missing === undefined ? "" : ` (skipped: ${missing})`}`,
  () => {
    let results: Map<string, CallResult>;

    beforeAll(async () => {
      gateway.upstream.reset();
      for (const [, played] of CHATS) {
        const { kit } = played;
        gateway.upstream.next(reply(played, kit.simple));
        gateway.upstream.next(reply(played, kit.stream ?? kit.simple));
        gateway.upstream.next(reply(played, kit.tool ?? kit.simple));
        gateway.upstream.next(reply(played, kit.toolStream ?? kit.tool ?? kit.simple));
        gateway.upstream.next(kit.error(503, "out of order"));
      }
      const models = CHATS.map(([model]) => model).join(" ");
      results = await runReport("current", "translated_client.py", gateway.url, { PORTOLAN_MODELS: models });
    }, SCRIPT_LIMIT_MS);

    test.each(CHATS)("chats, streams, calls tools and raises with %s", (model) => {
      const given = (name: string): unknown =>
        results.get(`${model} ${name}`)?.value ?? results.get(`${model} ${name}`);
      expect(given("chats")).toEqual(["caf\u00e9", 18]);
      expect(given("streams")).toBe("caf\u00e9");
      expect(given("calls tools")).toEqual(["look", { at: "sea" }]);
      expect(given("streams tools")).toEqual(["look", { at: "sea" }]);
      expect(given("fails")).toMatchObject({ message: expect.stringContaining("out of order") });
    });
  },
);
