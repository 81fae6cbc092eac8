import { bearer, defineProvider } from "./provider.ts";

/** Aleph Alpha's inference API on a host of the customer's (`api_base`); the public one is no more in its SDK. */
export const alephAlpha = defineProvider({
  name: "aleph_alpha",
  title: "AlephAlpha",
  source: "https://pypi.org/project/aleph-alpha-client/11.5.1/ chat.py (read 2026-11-28)",
  baseUrl: undefined,
  authorization: bearer("ALEPH_ALPHA_API_KEY", "ALEPHALPHA_API_KEY"),
  routes: {
    chat: {
      dialect: "openai-chat",
      path: "/chat/completions",
      edits: {
        rename: { max_tokens: "maximum_tokens", max_completion_tokens: "maximum_tokens" },
        unsupported: [
          "frequency_penalty",
          "logit_bias",
          "logprobs",
          "n",
          "presence_penalty",
          "seed",
          "stop",
          "top_logprobs",
        ],
        drop: ["user"],
      },
    },
  },
});
