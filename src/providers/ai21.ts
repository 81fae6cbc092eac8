import { bearer, defineProvider } from "./provider.ts";

/** AI21 Studio's Jamba models. Parameters are those of its own client; `documents` is its own. */
export const ai21 = defineProvider({
  name: "ai21",
  title: "AI21",
  source: "https://docs.ai21.com/reference/jamba-1-6-api-ref and PyPI ai21 4.3.0 (read 2026-11-28)",
  baseUrl: "https://api.ai21.com/studio/v1",
  baseUrlEnv: ["AI21_API_BASE"],
  authorization: bearer("AI21_API_KEY"),
  routes: {
    chat: {
      dialect: "openai-chat",
      path: "/chat/completions",
      edits: {
        rename: { max_completion_tokens: "max_tokens" },
        drop: ["user"],
        unsupported: [
          ...["audio", "frequency_penalty", "function_call", "functions", "logit_bias", "logprobs", "modalities"],
          ...["parallel_tool_calls", "presence_penalty", "reasoning_effort", "seed", "tool_choice", "top_logprobs"],
        ],
      },
    },
  },
  streamUsage: "always",
});
