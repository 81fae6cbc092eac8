import { DASHSCOPE_ROUTES } from "./dashscope-routes.ts";
import { bearer, defineProvider } from "./provider.ts";

/** Alibaba Cloud Model Studio at its mainland (Beijing) host. */
export const qwenAiPlatform = defineProvider({
  name: "qwen_ai_platform",
  source: "https://help.aliyun.com/en/model-studio/embedding-interfaces-compatible-with-openai (read 2026-11-23)",
  baseUrl: "https://dashscope.aliyuncs.com/compatible-mode/v1",
  baseUrlEnv: ["QWEN_AI_PLATFORM_API_BASE"],
  authorization: bearer("QWEN_AI_PLATFORM_API_KEY", "DASHSCOPE_API_KEY"),
  routes: DASHSCOPE_ROUTES,
});
