import { afterAll, afterEach, expect, test } from "bun:test";
import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
  type ConverseStreamOutput,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from "@aws-sdk/client-bedrock-runtime";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { AWS_KEYS, BEDROCK_KEY } from "../../support/aws-rules.ts";
import { startFakeUpstream } from "../../support/fake-upstream.ts";
import { bedrockKit } from "./bedrock.ts";
import { bedrockClaudeKit } from "./bedrock-claude.ts";
import { bedrockCohereV3Kit, titanV2Kit } from "./bedrock-embeddings.ts";

// AWS' own client shows that the fake is one: it is understood, its signatures are found sound, and it refuses what AWS refuses.

const upstream = startFakeUpstream();
afterEach(() => upstream.reset());
// By itself the client speaks HTTP/2, which the fake does not.
const shared = { region: "us-east-1", endpoint: upstream.url, maxAttempts: 1, requestHandler: new NodeHttpHandler() };
const client = new BedrockRuntimeClient({ ...shared, credentials: AWS_KEYS });
afterAll(() => {
  client.destroy();
  upstream.close();
});

const modelId = bedrockKit.model ?? "";
const messages = [{ role: "user" as const, content: [{ text: "Hello" }] }];

const answer = (reply: typeof bedrockKit.simple | undefined): void =>
  upstream.next((request) => bedrockKit.check(request) ?? reply);

test("a whole answer, for a model and for an ARN", async () => {
  for (const id of [modelId, "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2"]) {
    answer(bedrockKit.simple);
    const { output, stopReason, usage } = await client.send(new ConverseCommand({ modelId: id, messages }));
    expect([output?.message?.content, stopReason, usage?.inputTokens]).toEqual([
      [{ text: "caf\u00e9" }],
      "end_turn",
      11,
    ]);
  }
});

test("temporary keys without their token, and other secrets, are refused; a bearer key is not", async () => {
  for (const secretAccessKey of ["other", AWS_KEYS.secretAccessKey]) {
    const credentials = { ...AWS_KEYS, secretAccessKey, ...(secretAccessKey === "other" ? {} : { sessionToken: "t" }) };
    const other = new BedrockRuntimeClient({ ...shared, credentials });
    answer(bedrockKit.simple);
    await expect(other.send(new ConverseCommand({ modelId, messages }))).rejects.toThrow(/signature|security token/);
  }
  const bearer = new BedrockRuntimeClient({
    ...shared,
    token: { token: BEDROCK_KEY },
    authSchemePreference: ["httpBearerAuth"],
  });
  answer(bedrockKit.simple);
  expect((await bearer.send(new ConverseCommand({ modelId, messages }))).stopReason).toBe("end_turn");
});

const read = async (reply: typeof bedrockKit.stream): Promise<ConverseStreamOutput[]> => {
  answer(reply);
  const { stream } = await client.send(new ConverseStreamCommand({ modelId, messages }));
  return stream === undefined ? [] : Array.fromAsync(stream);
};

test("streams", async () => {
  const events = await read(bedrockKit.stream);
  expect(events.map((event) => event.contentBlockDelta?.delta?.text ?? "").join("")).toBe("caf\u00e9");
  expect(events.at(-1)?.metadata?.usage?.outputTokens).toBe(7);
  const inputs = (await read(bedrockKit.toolStream)).map(
    (event) => event.contentBlockDelta?.delta?.toolUse?.input ?? "",
  );
  expect(inputs.join("")).toBe('{"at":"sea"}');
  await expect(read(bedrockKit.failingStream)).rejects.toThrow("overloaded");
});

test("failures and refusals", async () => {
  answer(bedrockKit.error(429, "Too many requests"));
  await expect(client.send(new ConverseCommand({ modelId, messages }))).rejects.toMatchObject({
    name: "ThrottlingException",
  });
  answer(bedrockKit.simple);
  const twice = new ConverseCommand({ modelId, messages: [...messages, ...messages] });
  await expect(client.send(twice)).rejects.toThrow("must alternate");
});

const CLAUDE = {
  anthropic_version: "bedrock-2023-05-31",
  max_tokens: 64,
  messages: [{ role: "user", content: "Hello" }],
};

test.each([
  [titanV2Kit, { inputText: "Hello", dimensions: 256 }, "embedding"],
  [bedrockCohereV3Kit, { texts: ["Hello"], input_type: "search_query" }, "embeddings"],
  [bedrockClaudeKit, CLAUDE, "content"],
])("InvokeModel answers what its model takes, and refuses the rest", async (kit, body, field) => {
  const invoke = (sent: object) => {
    upstream.next((request) => kit.check(request) ?? kit.simple);
    return client.send(new InvokeModelCommand({ modelId: "m", body: JSON.stringify(sent) }));
  };
  const answer = await invoke(body);
  expect(JSON.parse(answer.body.transformToString())).toHaveProperty(field);
  await expect(invoke({ ...body, unknown: 1 })).rejects.toMatchObject({ name: "ValidationException" });
});

test("InvokeModelWithResponseStream streams Anthropic's events", async () => {
  const invoke = async (reply: typeof bedrockClaudeKit.stream): Promise<string[]> => {
    upstream.next((request) => bedrockClaudeKit.check(request) ?? reply);
    const command = new InvokeModelWithResponseStreamCommand({ modelId: "m", body: JSON.stringify(CLAUDE) });
    const events = await Array.fromAsync((await client.send(command)).body ?? []);
    return events.map(({ chunk }) => Buffer.from(chunk?.bytes ?? []).toString());
  };
  expect((await invoke(bedrockClaudeKit.stream)).at(-1)).toBe('{"type":"message_stop"}');
  await expect(invoke(bedrockClaudeKit.failingStream)).rejects.toThrow("overloaded");
});
