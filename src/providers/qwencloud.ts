import { DASHSCOPE_ROUTES } from "./dashscope-routes.ts";
import { bearer, defineProvider } from "./provider.ts";

/** Alibaba Cloud Model Studio at its international (Singapore) host. */
export const qwencloud = defineProvider({
  name: "qwencloud",
  source: "https://www.alibabacloud.com/help/en/model-studio/compatibility-of-openai-with-dashscope (read 2026-11-23)",
  baseUrl: "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
  baseUrlEnv: ["QWENCLOUD_API_BASE"],
  authorization: bearer("QWENCLOUD_API_KEY", "DASHSCOPE_API_KEY"),
  routes: DASHSCOPE_ROUTES,
});
