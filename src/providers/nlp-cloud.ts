import { defineProvider } from "./provider.ts";

/** NLP Cloud: text generation on its GPU servers, as LiteLLM calls it. */
export const nlpCloud = defineProvider({
  name: "nlp_cloud",
  title: "NLPCloud",
  source: "https://pypi.org/project/nlpcloud/1.1.47/ and https://docs.nlpcloud.com (read 2026-11-28)",
  baseUrl: "https://api.nlpcloud.io/v1/gpu",
  authorization: {
    env: ["NLP_CLOUD_API_KEY"],
    optional: false,
    header: (key) => ["authorization", `Token ${key}`],
  },
  routes: { chat: { dialect: "nlp-cloud-generation", path: "/{model}/generation", edits: { drop: ["user"] } } },
  modelsArePaths: true,
});
