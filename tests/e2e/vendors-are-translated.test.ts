import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import OpenAI from "openai";
import { loadConfig } from "../../src/config/load-config.ts";
import { Gateway } from "../../src/gateway.ts";
import { nlpCloudKit } from "../conformance/kits/nlp-cloud.ts";
import { ociEmbeddingKit, ociKit } from "../conformance/kits/oci.ts";
import { ollamaEmbeddingKit, ollamaKit } from "../conformance/kits/ollama.ts";
import { replicateKit } from "../conformance/kits/replicate.ts";
import { tritonKit } from "../conformance/kits/triton.ts";
import type { VendorKit } from "../conformance/kits/vendor-kit.ts";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { openRawClient, writePost } from "../support/raw-client.ts";
import type { ScriptedReply } from "../support/scripted-reply.ts";

const CHATS: readonly VendorKit[] = [nlpCloudKit, ociKit, ollamaKit, replicateKit, tritonKit];
const EMBEDDINGS: readonly VendorKit[] = [ociEmbeddingKit, ollamaEmbeddingKit];

const upstream = startFakeUpstream();
const nameOf = ({ providers, operation }: VendorKit): string => `${providers[0]} ${operation}`;
const toEntry = (kit: VendorKit): object => {
  const own = {
    model: `${kit.providers[0]}/${kit.model ?? "some-model"}`,
    api_base: upstream.url,
    api_key: "sk-vendor",
  };
  const params = Object.entries({ ...own, ...kit.params }).filter(([, value]) => value !== null);
  return { model_name: nameOf(kit), litellm_params: Object.fromEntries(params) };
};
const text = JSON.stringify({
  model_list: [...CHATS, ...EMBEDDINGS].map(toEntry),
  router_settings: { num_retries: 0, disable_cooldowns: true },
});
const { config, faults } = loadConfig({ path: "/vendors.yaml", environment: {}, readFile: () => text });
if (config === undefined) throw new Error(`the configuration has faults: ${JSON.stringify(faults)}`);
const failures: string[] = [];
const gateway = new Gateway({
  config,
  environment: {},
  accessLogFormat: "json",
  writeLog: () => undefined,
  logLevel: "info",
  logError: (message, cause) => void failures.push(`${message}: ${String(cause)}`),
});
const url = `http://127.0.0.1:${gateway.listen({ hostname: "127.0.0.1", port: 0, isShared: false })}`;
const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: "any", maxRetries: 0 });

afterAll(async () => {
  await gateway.stop(1000);
  upstream.close();
  expect(failures).toEqual([]);
});
beforeEach(() => upstream.reset());

const messages = [
  { role: "system" as const, content: "Be brief" },
  { role: "user" as const, content: "Hi" },
];
const tools = [
  { type: "function" as const, function: { name: "look", parameters: { type: "object", properties: {} } } },
];

describe.each(CHATS.map((kit) => [nameOf(kit), kit] as const))("%s", (model, kit) => {
  const answer = (reply: ScriptedReply | undefined): void => upstream.next((request) => kit.check(request) ?? reply);

  test("answers a chat", async () => {
    answer(kit.simple);
    const chat = await client.chat.completions.create({
      model,
      messages,
      max_tokens: 64,
      temperature: 0.5,
      stop: ["END"],
    });
    expect(chat.choices[0]).toMatchObject({
      message: { role: "assistant", content: "caf\u00e9" },
      finish_reason: "stop",
    });
    expect([typeof chat.id, typeof chat.created, chat.object]).toEqual(["string", "number", "chat.completion"]);
    if (kit !== tritonKit)
      expect(chat.usage).toMatchObject({ prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 });
  });

  test("streams", async () => {
    answer(kit.stream ?? kit.simple);
    const stream = client.chat.completions.stream({ model, messages, stream_options: { include_usage: true } });
    const chat = await stream.finalChatCompletion();
    expect(chat.choices[0]).toMatchObject({ message: { content: "caf\u00e9" }, finish_reason: "stop" });
    if (kit !== tritonKit) expect(chat.usage?.total_tokens).toBe(18);
  });

  test.skipIf(kit.tool === undefined)("calls tools, whole and streamed", async () => {
    const call = { function: { name: "look", arguments: '{"at":"sea"}' } };
    answer(kit.tool);
    const whole = await client.chat.completions.create({ model, messages, tools });
    expect(whole.choices[0]).toMatchObject({ finish_reason: "tool_calls", message: { tool_calls: [call] } });
    answer(kit.toolStream);
    const streamed = await client.chat.completions.stream({ model, messages, tools }).finalChatCompletion();
    expect(streamed.choices[0]).toMatchObject({ finish_reason: "tool_calls", message: { tool_calls: [call] } });
  });

  test("fails in the vendor's words", async () => {
    for (const status of [400, 401, 429, 500]) {
      answer(kit.error(status, "some words of the vendor"));
      const error = await client.chat.completions.create({ model, messages }).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ status, message: expect.stringContaining("some words of the vendor") });
    }
  });

  test.skipIf(kit.failingStream === undefined)("fails within a stream", async () => {
    answer(kit.failingStream);
    const raw = await openRawClient(url);
    raw.write(writePost("/v1/chat/completions", JSON.stringify({ model, messages, stream: true })));
    const { body } = await raw.reply();
    raw.destroy();
    expect(body).toContain('"content":"ca"');
    expect(body.slice(body.lastIndexOf("data: "))).toContain("overloaded");
  });

  test("is not asked for what it cannot do", async () => {
    const asked = kit.tool === undefined ? { tools } : { modalities: ["text" as const, "audio" as const] };
    const error = await client.chat.completions
      .create({ model, messages, ...asked })
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ status: 400, message: expect.stringContaining("UnsupportedParamsError") });
    expect(upstream.requests).toHaveLength(0);
  });

  test("answers a text completion", async () => {
    if (kit === ollamaKit) return; // By an endpoint of its own.
    answer(kit.simple);
    const completion = await client.completions.create({ model, prompt: "Hi" });
    expect(completion.choices[0]?.text).toBe("caf\u00e9");
  });
});

test.each(EMBEDDINGS.map((kit) => [nameOf(kit), kit] as const))("%s", async (model, kit) => {
  for (const input of ["Hi", ["Hi"], [15339]]) {
    upstream.next((request) => kit.check(request) ?? kit.simple);
    const { data, usage } = await client.embeddings.create({ model, input });
    expect(data[0]?.embedding).toEqual([0.5, -1.25]);
    expect(usage.prompt_tokens).toBe(11);
  }
});
