import { defineProvider } from "./provider.ts";
import { INVOCATIONS, SAGEMAKER } from "./sagemaker-endpoint.ts";

/** Amazon SageMaker: endpoints of containers that speak OpenAI's chat format. The model is the endpoint's name. */
export const sagemakerChat = defineProvider({
  ...SAGEMAKER,
  name: "sagemaker_chat",
  source: "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html (read 2026-11-28)",
  routes: { chat: { dialect: "sagemaker-chat", ...INVOCATIONS } },
});
