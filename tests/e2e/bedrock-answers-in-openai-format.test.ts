import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import OpenAI, { APIError } from "openai";
import { loadConfig } from "../../src/config/load-config.ts";
import { Gateway } from "../../src/gateway.ts";
import { bedrockKit } from "../conformance/kits/bedrock.ts";
import { AWS_KEYS, awsError, awsEvent, BEDROCK_KEY, checkAwsSignature, EVENT_STREAM } from "../support/aws-rules.ts";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { postJson } from "../support/gateway-setup.ts";
import type { ScriptedReply } from "../support/scripted-reply.ts";

const upstream = startFakeUpstream();
const keys = {
  aws_access_key_id: AWS_KEYS.accessKeyId,
  aws_secret_access_key: AWS_KEYS.secretAccessKey,
  aws_region_name: "us-east-1",
};
const onFake = { ...keys, aws_bedrock_runtime_endpoint: upstream.url };
const claude = "anthropic.claude-sonnet-4-5-20250929-v1:0";
const arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3";

const models: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  claude: { model: `bedrock/us.${claude}`, ...onFake },
  converse: { model: `bedrock/converse/us-east-1/${claude}`, ...onFake },
  profile: { model: `bedrock/${arn}`, ...onFake },
  renamed: { model: `bedrock/${claude}`, model_id: arn, ...onFake },
  bearer: { model: `bedrock/${claude}`, api_key: BEDROCK_KEY, aws_bedrock_runtime_endpoint: upstream.url },
  temporary: { model: `bedrock/${claude}`, ...onFake, aws_session_token: "session-token" },
  invoke: { model: `bedrock/invoke/${claude}`, ...onFake },
  titan: { model: "bedrock/amazon.titan-embed-text-v2:0", ...onFake },
  "titan-g1": { model: "bedrock/amazon.titan-embed-text-v1", ...onFake },
  "titan-image": { model: "bedrock/amazon.titan-embed-image-v1", ...onFake },
  cohere: { model: "bedrock/cohere.embed-english-v3", ...onFake },
  endpoint: { model: "sagemaker/tgi", ...keys, api_base: upstream.url },
  component: {
    model: "sagemaker_chat/vllm",
    ...keys,
    sagemaker_base_url: `${upstream.url}/endpoints/vllm/invocations`,
    model_id: "part",
  },
};

let gateway: Gateway;
let url: string;
let client: OpenAI;

beforeAll(() => {
  const model_list = Object.entries(models).map(([model_name, litellm_params]) => ({ model_name, litellm_params }));
  const text = JSON.stringify({ model_list, router_settings: { num_retries: 0, disable_cooldowns: true } });
  const { config, faults } = loadConfig({ path: "/suite.yaml", environment: {}, readFile: () => text });
  if (config === undefined) throw new Error(JSON.stringify(faults));
  gateway = new Gateway({
    config,
    environment: {},
    accessLogFormat: "json",
    writeLog: () => undefined,
    logLevel: "info",
    logError: (message, cause) => {
      throw new Error(message, { cause });
    },
  });
  url = `http://127.0.0.1:${gateway.listen({ hostname: "127.0.0.1", port: 0, isShared: false })}`;
  client = new OpenAI({ baseURL: url, apiKey: "anything", maxRetries: 0 });
});
afterEach(() => upstream.reset());
afterAll(async () => {
  await gateway.stop(1000);
  upstream.close();
});

const messages = [{ role: "user" as const, content: "hi" }];
const look = {
  type: "function" as const,
  function: { name: "look", parameters: { type: "object", properties: { at: { type: "string" } } } },
};

const answer = (reply: ScriptedReply | undefined): void =>
  upstream.next((request) => bedrockKit.check(request) ?? reply);

describe("Converse", () => {
  test.each([
    ["claude", `us.${claude}`],
    ["converse", claude],
    ["profile", arn],
    ["renamed", arn],
    ["bearer", claude],
  ])("%s is asked under its own name", async (model, id) => {
    answer(bedrockKit.simple);
    const { choices, usage } = await client.chat.completions.create({ model, messages });
    expect([choices[0]?.message.content, choices[0]?.finish_reason, usage?.total_tokens]).toEqual([
      "caf\u00e9",
      "stop",
      18,
    ]);
    expect(upstream.last().target).toBe(`/model/${encodeURIComponent(id)}/converse`);
  });

  test("temporary keys send their token, signed", async () => {
    upstream.next((request) => {
      const temporary = { ...AWS_KEYS, sessionToken: "session-token" };
      return checkAwsSignature(request, { service: "bedrock" }, temporary) ?? bedrockKit.simple;
    });
    expect((await client.chat.completions.create({ model: "temporary", messages })).choices).toHaveLength(1);
  });

  test("streams, with usage", async () => {
    answer(bedrockKit.stream);
    const stream = await client.chat.completions
      .stream({ model: "claude", messages, stream_options: { include_usage: true } })
      .finalChatCompletion();
    expect(stream.choices[0]?.message.content).toBe("caf\u00e9");
    expect(stream.usage).toMatchObject({ prompt_tokens: 11, completion_tokens: 7 });
    expect(upstream.last().path).toEndWith("/converse-stream");
  });

  test("tools, whole and streamed, and their results", async () => {
    answer(bedrockKit.tool);
    const whole = await client.chat.completions.create({ model: "claude", messages, tools: [look] });
    answer(bedrockKit.toolStream);
    const streamed = await client.chat.completions
      .stream({ model: "claude", messages, tools: [look] })
      .finalChatCompletion();
    for (const { choices } of [whole, streamed]) {
      expect(choices[0]?.finish_reason).toBe("tool_calls");
      const [call] = choices[0]?.message.tool_calls ?? [];
      expect(call?.type === "function" && JSON.parse(call.function.arguments)).toEqual({ at: "sea" });
    }
    const { message } = whole.choices[0] ?? {};
    if (message === undefined) throw new Error("no message");
    answer(bedrockKit.simple);
    const result = { role: "tool" as const, tool_call_id: message.tool_calls?.[0]?.id ?? "", content: "a sail" };
    await client.chat.completions.create({ model: "claude", messages: [...messages, message, result], tools: [look] });
  });

  test("failures keep their status and words", async () => {
    for (const [status, kind] of [
      [429, 429],
      [400, 400],
      [403, 403],
      [503, 503],
      [424, 500],
      [500, 503],
    ] as const) {
      answer(bedrockKit.error(status, "because"));
      const failure = await client.chat.completions.create({ model: "claude", messages }).catch((error) => error);
      expect(failure).toBeInstanceOf(APIError);
      expect([failure.status, failure.message]).toEqual([kind, expect.stringContaining("because")]);
    }
    answer(bedrockKit.error(400, "Input is too long for requested model."));
    const full = await client.chat.completions.create({ model: "claude", messages }).catch((error) => error);
    expect(full.message).toContain("ContextWindowExceededError");
  });

  test("a stream that fails, breaks off or is corrupt is told as such", async () => {
    const { chunks = [] } = bedrockKit.stream ?? {};
    const bytes = Buffer.concat(chunks.map((chunk) => Buffer.from(chunk)));
    const corrupt = Buffer.from(bytes);
    corrupt[bytes.length - 6] = (corrupt[bytes.length - 6] ?? 0) ^ 1;
    for (const reply of [
      bedrockKit.failingStream,
      { headers: EVENT_STREAM, chunks: [bytes.subarray(0, bytes.length - 400)] },
      { headers: EVENT_STREAM, chunks: [corrupt] },
    ]) {
      answer(reply);
      const stream = await client.chat.completions.create({ model: "claude", messages, stream: true });
      await expect(Array.fromAsync(stream)).rejects.toThrow();
    }
  });

  test("a caller's key is a bearer key, and the server's signs for nobody's host", async () => {
    upstream.next((request) =>
      request.headers.get("authorization") === "Bearer callers-own" ? bedrockKit.simple : awsError(403, "X", "no"),
    );
    const own = await postJson(`${url}/chat/completions`, { model: "claude", messages, api_key: "callers-own" });
    expect(own.status).toBe(200);
    expect(upstream.last().headers.get("x-amz-date")).toBeNull();
    const config = { model_list: [{ model_name: "m", litellm_params: { model: `bedrock/${claude}` } }] };
    for (const [body, status] of [
      [{ model: "claude", messages, api_base: upstream.url }, 400],
      [{ model: "endpoint", messages, api_key: "callers-own" }, 400],
      [{ model: "m", messages, user_config: config }, 400],
    ] as const) {
      expect((await postJson(`${url}/chat/completions`, body)).status).toBe(status);
    }
    expect(upstream.requests).toHaveLength(1);
  });
});

test("Claude by its own API, whole and streamed", async () => {
  const usage = { input_tokens: 11, output_tokens: 7 };
  const message = {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: "m",
    content: [{ type: "text", text: "caf\u00e9" }],
  };
  const check = (request: Parameters<typeof checkAwsSignature>[0]): ScriptedReply | undefined => {
    expect(request.json).toMatchObject({ anthropic_version: "bedrock-2023-05-31", max_tokens: expect.any(Number) });
    expect(request.json).not.toContainAnyKeys(["model", "stream"]);
    return checkAwsSignature(request, { service: "bedrock" });
  };
  upstream.next((request) => check(request) ?? { body: { ...message, stop_reason: "end_turn", usage } });
  const whole = await client.chat.completions.create({ model: "invoke", messages });
  expect(upstream.last().path).toBe(`/model/${encodeURIComponent(claude)}/invoke`);
  const events = [
    { type: "message_start", message: { ...message, content: [], usage: { ...usage, output_tokens: 1 } } },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "caf\u00e9" } },
    { type: "content_block_stop", index: 0 },
    { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 7 } },
    { type: "message_stop" },
  ];
  const chunks = events.map((event) =>
    awsEvent("chunk", { bytes: Buffer.from(JSON.stringify(event)).toString("base64") }),
  );
  upstream.next((request) => check(request) ?? { headers: EVENT_STREAM, chunks });
  const streamed = await client.chat.completions.stream({ model: "invoke", messages }).finalChatCompletion();
  expect(upstream.last().path).toEndWith("/invoke-with-response-stream");
  for (const { choices } of [whole, streamed]) expect(choices[0]?.message.content).toBe("caf\u00e9");
});

describe("embeddings", () => {
  const embed = (reply: (json: unknown) => unknown): void =>
    upstream.next((request) => checkAwsSignature(request, { service: "bedrock" }) ?? { body: reply(request.json) });
  const vector = [0.5, -0.25];

  test("of Titan are asked for one by one", async () => {
    for (const _text of ["a", "b"]) {
      embed((json) => {
        expect(json).toEqual({ inputText: expect.stringMatching(/^[ab]$/), dimensions: 256, normalize: true });
        return { embedding: vector, inputTextTokenCount: 3 };
      });
    }
    const body = { model: "titan", input: ["a", "b"], dimensions: 256, normalize: true };
    const { data, usage } = await client.embeddings.create(body);
    expect(data.map(({ embedding }) => embedding)).toEqual([vector, vector]);
    expect(usage.prompt_tokens).toBe(6);
  });

  test("of Titan G1 have one size", async () => {
    const failure = await client.embeddings
      .create({ model: "titan-g1", input: "a", dimensions: 2 })
      .catch((error) => error);
    expect([failure.status, failure.param]).toEqual([400, "dimensions"]);
  });

  test("of Titan are of images too", async () => {
    embed((json) => {
      expect(json).toEqual({ inputImage: "iVBORw0KGgo=" });
      return { embedding: vector, inputTextTokenCount: 0 };
    });
    const input = "data:image/png;base64,iVBORw0KGgo=";
    expect((await client.embeddings.create({ model: "titan-image", input })).data).toHaveLength(1);
  });

  test("of Cohere come in hundreds, and from token ids", async () => {
    const sizes: number[] = [];
    for (const _part of [0, 1]) {
      embed((json) => {
        const { texts, input_type } = json as { texts: string[]; input_type: string };
        sizes.push(texts.length);
        expect(input_type).toBe("search_query");
        return { id: "1", embeddings: texts.map(() => vector), texts, response_type: "embeddings_floats" };
      });
    }
    const input = Array.from({ length: 100 }, (_, index) => `text ${index}`);
    const body = { model: "cohere", input, input_type: "search_query" };
    expect((await client.embeddings.create(body)).data).toHaveLength(100);
    expect(sizes.sort((left, right) => left - right)).toEqual([4, 96]);
    embed((json) => {
      expect(json).toEqual({ input_type: "search_document", texts: ["hello"] });
      return { embeddings: { float: [vector] }, response_type: "embeddings_by_type" };
    });
    expect((await client.embeddings.create({ model: "cohere", input: [15_339] })).data).toHaveLength(1);
  });

  test("a chat model has none", async () => {
    expect((await postJson(`${url}/embeddings`, { model: "claude", input: "a" })).status).toBe(400);
    expect((await postJson(`${url}/chat/completions`, { model: "titan", messages })).status).toBe(400);
  });
});

describe("SageMaker", () => {
  const invoke = (reply: (json: unknown) => ScriptedReply): void =>
    upstream.next((request) => checkAwsSignature(request, { service: "sagemaker" }) ?? reply(request.json));

  test("text generation, whole and streamed in parts cut anywhere", async () => {
    invoke((json) => {
      expect(json).toEqual({ inputs: "hi", parameters: { max_new_tokens: 5, temperature: 0.01 } });
      return { body: [{ generated_text: "caf\u00e9" }] };
    });
    const body = { model: "endpoint", messages, max_tokens: 5, temperature: 0 };
    const whole = await client.chat.completions.create(body);
    const lines = Buffer.from(
      'data:{"token":{"text":"caf","special":false},"generated_text":null,"details":null}\n\n' +
        'data:{"token":{"text":"\u00e9","special":false},"generated_text":"caf\u00e9","details":{"finish_reason":"length","generated_tokens":2}}\n\n',
    );
    const chunks = Array.from({ length: lines.length }, (_, at) => awsEvent("PayloadPart", lines.subarray(at, at + 1)));
    invoke((json) => {
      expect(json).toMatchObject({ stream: true });
      return { headers: EVENT_STREAM, chunks };
    });
    const streamed = await client.chat.completions.stream(body).finalChatCompletion();
    expect(whole.choices[0]?.message.content).toBe("caf\u00e9");
    expect(streamed.choices[0]).toMatchObject({ message: { content: "caf\u00e9" }, finish_reason: "length" });
    expect(upstream.last().path).toBe("/endpoints/tgi/invocations-response-stream");
  });

  test("embeddings", async () => {
    invoke((json) => {
      expect(json).toEqual({ inputs: ["a"] });
      return { body: { embedding: [[0.5]] } };
    });
    expect((await client.embeddings.create({ model: "endpoint", input: "a" })).data[0]?.embedding).toEqual([0.5]);
  });

  test("chats of an inference component", async () => {
    const head = { id: "c1", object: "chat.completion", created: 1, model: "vllm" };
    const choice = { index: 0, message: { role: "assistant", content: "caf\u00e9" }, finish_reason: "stop" };
    invoke(() => ({
      body: { ...head, choices: [choice], usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 } },
    }));
    const { choices } = await client.chat.completions.create({ model: "component", messages, seed: 7 });
    expect(choices[0]?.message.content).toBe("caf\u00e9");
    expect(upstream.last().headers.get("x-amzn-sagemaker-inference-component")).toBe("part");
    expect(upstream.last().json).toMatchObject({ messages, seed: 7 });
    const chunk = (delta: object, finish_reason: string | null): string =>
      `data: ${JSON.stringify({ ...head, object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
    const text = `${chunk({ role: "assistant", content: "caf\u00e9" }, null)}${chunk({}, "stop")}data: [DONE]\n\n`;
    invoke(() => ({ headers: EVENT_STREAM, chunks: [awsEvent("PayloadPart", Buffer.from(text))] }));
    const streamed = await client.chat.completions.stream({ model: "component", messages }).finalChatCompletion();
    expect(streamed.choices[0]?.message.content).toBe("caf\u00e9");
    expect(upstream.last().path).toBe("/endpoints/vllm/invocations-response-stream");
  });
});
