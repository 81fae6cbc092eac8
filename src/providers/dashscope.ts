import { DASHSCOPE_ROUTES } from "./dashscope-routes.ts";
import { bearer, defineProvider } from "./provider.ts";

/** Alibaba Cloud Model Studio (Qwen). Keys are bound to a region: deployments elsewhere than Beijing say their `api_base`. */
export const dashscope = defineProvider({
  name: "dashscope",
  source: "https://www.alibabacloud.com/help/en/model-studio/compatibility-of-openai-with-dashscope (read 2026-11-23)",
  baseUrl: "https://dashscope.aliyuncs.com/compatible-mode/v1",
  baseUrlEnv: ["DASHSCOPE_API_BASE"],
  authorization: bearer("DASHSCOPE_API_KEY"),
  routes: DASHSCOPE_ROUTES,
});
