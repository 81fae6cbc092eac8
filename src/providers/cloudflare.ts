import { bearer, defineProvider } from "./provider.ts";

/** Cloudflare Workers AI; the account is part of the address. */
export const cloudflare = defineProvider({
  name: "cloudflare",
  source: "https://developers.cloudflare.com/workers-ai/configuration/open-ai-compatibility/ (read 2026-11-23)",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: filled from the environment when the deployment is built
  baseUrl: "https://api.cloudflare.com/client/v4/accounts/${CLOUDFLARE_ACCOUNT_ID}/ai/v1",
  authorization: bearer("CLOUDFLARE_API_KEY"),
  routes: {
    chat: { dialect: "openai-chat", path: "/chat/completions" },
    embedding: { dialect: "openai-embedding", path: "/embeddings", textInputOnly: true, floatsOnly: true },
  },
});
