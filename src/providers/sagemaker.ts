import { defineProvider } from "./provider.ts";
import { INVOCATIONS, SAGEMAKER } from "./sagemaker-endpoint.ts";

/** Amazon SageMaker: endpoints of Hugging Face's text generation and embedding containers. The model is the endpoint's name. */
export const sagemaker = defineProvider({
  ...SAGEMAKER,
  name: "sagemaker",
  source: "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html (read 2026-11-28)",
  routes: {
    chat: { dialect: "sagemaker-text-generation", ...INVOCATIONS, edits: { drop: ["user"] } },
    embedding: {
      dialect: "sagemaker-embedding",
      path: INVOCATIONS.path,
      textInputOnly: true,
      floatsOnly: true,
      edits: { drop: ["user"] },
    },
  },
});
