import { loadConfig } from "../../src/config/load-config.ts";

/** `OBSERVERS=prometheus,langfuse bun bench/micro/gateway.bench.ts` measures them as well. */
const TEXT = `
model_list:
  - model_name: gpt-4o
    litellm_params: {model: openai/gpt-4o, api_base: "http://127.0.0.1:9/v1", api_key: sk-up}
  - model_name: claude
    litellm_params: {model: anthropic/claude-sonnet-4-5, api_base: "http://127.0.0.1:10", api_key: sk-up}
  - model_name: pair
    litellm_params: {model: openai/gpt-4o, api_base: "http://127.0.0.1:11/v1", api_key: sk-up}
  - model_name: pair
    litellm_params: {model: openai/gpt-4o, api_base: "http://127.0.0.1:12/v1", api_key: sk-up}
general_settings: {master_key: sk-1234}
litellm_settings: {callbacks: [${process.env["OBSERVERS"] ?? ""}]}
`;

/** Where callbacks of the bench send to, which nobody answers. */
export const benchEnvironment = {
  LANGFUSE_HOST: "http://127.0.0.1:9",
  LANGFUSE_PUBLIC_KEY: "pk-lf-bench",
  LANGFUSE_SECRET_KEY: "sk-lf-bench",
};

const { config } = loadConfig({ path: "/bench.yaml", environment: benchEnvironment, readFile: () => TEXT });
if (config === undefined) {
  throw new Error("the bench's configuration has faults");
}

/** A deployment that speaks OpenAI's API, one that is translated and a group of two, behind a master key. */
export const bareConfig = config;
