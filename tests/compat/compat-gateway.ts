import { type FakeUpstream, startFakeUpstream } from "../support/fake-upstream.ts";
import { type GatewayProcess, startGateway } from "../support/gateway-process.ts";
import { embeddingReply } from "../support/openai-embeddings.ts";

/** The gateway's key in the compat tests. */
export const MASTER_KEY = "sk-1234";

/** What the upstream says to every prompt. */
export const REPLY_TEXT = "Hello from the upstream, whole and unharmed.";

/** A model name as LiteLLM users have them: with slashes and a space. */
export const AWKWARD_MODEL = "team/openai/my model";

/** A gateway process in front of a fake upstream, both closed together. */
export interface CompatGateway extends AsyncDisposable {
  readonly upstream: FakeUpstream;
  readonly gateway: GatewayProcess;
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
}

const modelList = (upstreamUrl: string): readonly unknown[] => {
  const openai = (modelName: string, model: string): unknown => ({
    model_name: modelName,
    litellm_params: { model, api_base: `${upstreamUrl}/v1`, api_key: "sk-upstream" },
  });
  const azure = (modelName: string, model: string): unknown => ({
    model_name: modelName,
    litellm_params: { model, api_base: upstreamUrl, api_key: "sk-upstream", api_version: "2024-10-21" },
  });
  return [
    openai("gpt-3.5-turbo", "openai/gpt-3.5-turbo"),
    openai("gpt-3.5-turbo-instruct", "text-completion-openai/gpt-3.5-turbo-instruct"),
    openai(AWKWARD_MODEL, "openai/gpt-4o"),
    openai("text-embedding-ada-002", "openai/text-embedding-ada-002"),
    // A vendor that takes text only and always answers floats.
    openai("text-only-embeddings", "mistral/mistral-embed"),
    openai("text-moderation-stable", "openai/text-moderation-stable"),
    openai("busy", "openai/busy"),
    openai("down", "openai/down"),
    openai("refused", "openai/refused"),
    openai("locked", "openai/locked"),
    openai("breaks", "openai/breaks"),
    openai("endless", "openai/endless"),
    azure("azure-gpt-3.5", "azure/chatgpt-v-2"),
    azure("azure/with slash", "azure/chatgpt-v-2"),
    azure("azure-embedding-model", "azure/ada-002"),
  ];
};

const failure = (
  status: number,
  type: string,
  code: string | null,
  message: string,
): { status: number; body: unknown } => ({
  status,
  body: { error: { message, type, param: null, code } },
});

/** One frame of a chat stream. */
export const chatFrame = (content: string): string =>
  `data: ${JSON.stringify({
    id: "chatcmpl-1",
    object: "chat.completion.chunk",
    created: 1_704_089_632,
    model: "upstream-model",
    choices: [{ index: 0, delta: { role: "assistant", content }, finish_reason: null }],
  })}\n\n`;

const script = (upstream: FakeUpstream): void => {
  upstream.forModel("busy", {
    ...failure(429, "requests", "rate_limit_exceeded", "Rate limit reached for requests"),
    headers: { "retry-after": "1" },
  });
  upstream.forModel("down", failure(503, "server_error", null, "The server is overloaded"));
  upstream.forModel(
    "refused",
    failure(
      400,
      "invalid_request_error",
      "context_length_exceeded",
      "This model's maximum context length is 8192 tokens.",
    ),
  );
  upstream.forModel("locked", failure(401, "invalid_request_error", "invalid_api_key", "Incorrect API key provided"));
  upstream.forModel("breaks", { chunks: [chatFrame("Hello")], ending: "cut" });
  upstream.forModel("endless", { chunks: [chatFrame("Hello")], ending: "stall" });
  upstream.forModel("mistral-embed", ({ json }) => {
    const input = typeof json === "object" && json !== null && "input" in json ? json.input : undefined;
    const isText =
      typeof input === "string" || (Array.isArray(input) && input.every((item) => typeof item === "string"));
    if (!isText) return failure(422, "invalid_request_error", null, "input must be text");
    return embeddingReply({ model: "mistral-embed", input });
  });
};

/** Starts the pair with models of every kind and a master key. */
export const startCompatGateway = async (): Promise<CompatGateway> => {
  const upstream = startFakeUpstream({ text: REPLY_TEXT });
  script(upstream);
  const gateway = await startGateway({
    config: {
      model_list: modelList(upstream.url),
      litellm_settings: { num_retries: 0 },
      general_settings: { master_key: MASTER_KEY },
      router_settings: { num_retries: 0, disable_cooldowns: true },
    },
    // For what goes to OpenAI without a model of the list: moderations that name none.
    env: { OPENAI_API_KEY: "sk-upstream", OPENAI_BASE_URL: `${upstream.url}/v1` },
  });
  return {
    upstream,
    gateway,
    url: gateway.url,
    [Symbol.asyncDispose]: async () => {
      await gateway.stop();
      upstream.close();
    },
  };
};
