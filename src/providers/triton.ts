import { defineProvider, optionalBearer, type UrlParts } from "./provider.ts";

/** The base is the server's root, or the whole address of a model's `generate`, as LiteLLM takes it. */
const url = ({ base, path }: UrlParts): string => {
  const whole = /^(.*\/generate)(?:_stream)?$/.exec(base)?.[1];
  return whole === undefined ? `${base}${path}` : `${whole}${path.endsWith("_stream") ? "_stream" : ""}`;
};

/** NVIDIA's Triton Inference Server, by its generate extension. */
export const triton = defineProvider({
  name: "triton",
  source:
    "https://docs.nvidia.com/deeplearning/triton-inference-server/user-guide/docs/protocol/extension_generate.html (read 2026-11-28)",
  baseUrl: undefined,
  baseUrlEnv: ["TRITON_API_BASE"],
  authorization: optionalBearer("TRITON_API_KEY"),
  routes: {
    chat: {
      dialect: "triton-generate",
      path: "/v2/models/{model}/generate",
      streamPath: "/v2/models/{model}/generate_stream",
      edits: { drop: ["user"] },
    },
  },
  url,
});
