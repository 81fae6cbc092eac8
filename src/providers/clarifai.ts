import { bearer, defineProvider } from "./provider.ts";

/**
 * Clarifai, by its OpenAI-compatible API. A model is a page of its catalog: the whole URL, or `user.app.model` as LiteLLM
 * writes it.
 */
export const clarifai = defineProvider({
  name: "clarifai",
  source: "https://docs.clarifai.com/compute/inference/open-ai (read 2026-11-28)",
  baseUrl: "https://api.clarifai.com/v2/ext/openai/v1",
  authorization: bearer("CLARIFAI_API_KEY", "CLARIFAI_PAT"),
  routes: { chat: { dialect: "openai-chat", path: "/chat/completions" } },
  modelName: (model) => {
    const [, user, app, name] = /^([^./]+)\.([^./]+)\.([^/]+)$/.exec(model) ?? [];
    return name === undefined ? model : `https://clarifai.com/${user}/${app}/models/${name}`;
  },
});
