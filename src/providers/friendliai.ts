import { bearer, defineProvider } from "./provider.ts";

/** FriendliAI's serverless endpoints. */
export const friendliai = defineProvider({
  name: "friendliai",
  source: "https://pypi.org/project/friendli/0.16.5/ (read 2026-11-23)",
  baseUrl: "https://api.friendli.ai/serverless/v1",
  baseUrlEnv: ["FRIENDLI_API_BASE"],
  authorization: bearer("FRIENDLIAI_API_KEY", "FRIENDLI_TOKEN"),
  routes: {
    chat: { dialect: "openai-chat", path: "/chat/completions" },
    completion: { dialect: "openai-completion", path: "/completions" },
  },
});
