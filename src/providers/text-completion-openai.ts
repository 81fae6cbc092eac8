import { bearer, defineProvider } from "./provider.ts";

/** OpenAI's legacy completions, for models that have no chat. */
export const textCompletionOpenai = defineProvider({
  name: "text-completion-openai",
  title: "OpenAI",
  source: "https://platform.openai.com/docs/api-reference/completions (read 2026-11-23)",
  baseUrl: "https://api.openai.com/v1",
  baseUrlEnv: ["OPENAI_BASE_URL", "OPENAI_API_BASE"],
  authorization: bearer("OPENAI_API_KEY"),
  routes: { completion: { dialect: "openai-completion", path: "/completions" } },
});
