import { afterAll, afterEach, expect, test } from "bun:test";
import OpenAI from "openai";
import { loadConfig } from "../../src/config/load-config.ts";
import { Gateway } from "../../src/gateway.ts";
import { watsonxChatKit as kit } from "../conformance/kits/watsonx.ts";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import type { ScriptedReply } from "../support/scripted-reply.ts";

const upstream = startFakeUpstream();
const exchanged: string[] = [];
/** IBM Cloud's token service. Source: https://cloud.ibm.com/apidocs/iam-identity-token-api (read 2026-11-28). */
const iam = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: async (request) => {
    const form = new URLSearchParams(await request.text());
    exchanged.push(`${form.get("grant_type")} ${form.get("apikey")}`);
    if (form.get("apikey") !== "ibm-key") return Response.json({ errorCode: "BXNIM0415E" }, { status: 400 });
    const expiration = Math.floor(Date.now() / 1000) + 3600;
    return Response.json({ access_token: "ibm-token", token_type: "Bearer", expires_in: 3600, expiration });
  },
});
const { config, faults } = loadConfig({
  path: "/watsonx.yaml",
  environment: {},
  readFile: () =>
    JSON.stringify({
      model_list: ["ibm-key", "wrong-key"].map((key) => ({
        model_name: key === "ibm-key" ? "granite" : "refused",
        litellm_params: { model: "watsonx/ibm/granite", api_base: upstream.url, api_key: key, project_id: "project-1" },
      })),
      router_settings: { num_retries: 0, disable_cooldowns: true },
    }),
});
if (config === undefined) throw new Error(JSON.stringify(faults));
const gateway = new Gateway({
  config,
  environment: { WATSONX_IAM_URL: `http://127.0.0.1:${iam.port}/identity/token` },
  accessLogFormat: "json",
  writeLog: () => undefined,
  logLevel: "info",
  logError: () => undefined,
});
const url = `http://127.0.0.1:${gateway.listen({ hostname: "127.0.0.1", port: 0, isShared: false })}`;
const openai = new OpenAI({ apiKey: "any", baseURL: `${url}/v1`, maxRetries: 0 });

afterEach(() => upstream.reset());
afterAll(async () => {
  await gateway.stop(1000);
  upstream.close();
  await iam.stop(true);
  expect(upstream.server.violations).toEqual([]);
});

const play = (reply: ScriptedReply | undefined): void => upstream.next((request) => kit.check(request) ?? reply);
const messages = [{ role: "user" as const, content: "Hello" }];

test("calls that come together share one exchange, and the token serves from then on", async () => {
  for (let count = 0; count < 3; count++) play(kit.simple);
  const call = (): PromiseLike<OpenAI.ChatCompletion> =>
    openai.chat.completions.create({ model: "granite", messages, user: "u" });
  const replies = await Promise.all([call(), call(), call()]);
  expect(replies.map(({ choices }) => choices[0]?.message.content)).toEqual(["café", "café", "café"]);
  expect(exchanged).toEqual(["urn:ibm:params:oauth:grant-type:apikey ibm-key"]);
  expect(upstream.last().headers.get("authorization")).toBe("Bearer ibm-token");
  expect(upstream.last().json).toEqual({ model_id: "ibm/granite", messages, project_id: "project-1" });
});

test("a stream has a path of its own; tools are called on it", async () => {
  play(kit.stream);
  const text = await openai.chat.completions
    .stream({ model: "granite", messages, stream_options: { include_usage: true } })
    .finalChatCompletion();
  expect([text.choices[0]?.message.content, text.usage?.total_tokens]).toEqual(["café", 18]);
  expect(upstream.last().path).toBe("/ml/v1/text/chat_stream");
  play(kit.toolStream);
  const tools = [{ type: "function" as const, function: { name: "look", parameters: { type: "object" } } }];
  const called = await openai.chat.completions.stream({ model: "granite", messages, tools }).finalChatCompletion();
  expect(called.choices[0]?.message.tool_calls).toMatchObject([
    { id: "look_1", function: { arguments: '{"at":"sea"}' } },
  ]);
});

test("failures keep IBM's words; a key that is refused is told without it, and without IBM's reason", async () => {
  upstream.next(kit.error(404, "Model 'x' is not supported"));
  const lost = await openai.chat.completions.create({ model: "granite", messages }).catch(String);
  expect(lost).toContain("NotFoundError: WatsonxException - Model 'x' is not supported");
  const refused = await openai.chat.completions.create({ model: "refused", messages }).catch(String);
  expect(refused).toContain("No access token could be had");
  expect(refused).not.toContain("wrong-key");
});
