import { isObject } from "../../../src/core/json-values.ts";
import { defineKit, type VendorKit } from "./vendor-kit.ts";

const reply = (text: string): object => ({ model_name: "some-model", model_version: "1", text_output: text });

/** Triton's generate extension. Source: https://docs.nvidia.com/deeplearning/triton-inference-server/user-guide/docs/protocol/extension_generate.html (read 2026-11-28). */
export const tritonKit: VendorKit = defineKit({
  providers: ["triton"],
  operation: "chat",
  check: ({ json: body, path }) => {
    if (!/\/generate(?:_stream)?$/.test(path)) return { status: 404, body: { error: "Not Found" } };
    const isRight = isObject(body) && typeof body["text_input"] === "string" && isObject(body["parameters"]);
    return isRight ? undefined : { status: 400, body: { error: "expected exactly 1 text_input" } };
  },
  simple: { body: reply("caf\u00e9") },
  stream: { chunks: [reply("ca"), reply("f\u00e9")].map((event) => `data: ${JSON.stringify(event)}\n\n`) },
  error: (status, message) => ({ status, body: { error: message } }),
  failingStream: {
    chunks: [reply("ca"), { error: "the model is overloaded" }].map((event) => `data: ${JSON.stringify(event)}\n\n`),
  },
  tellsNoUsage: "the generate extension has none",
  skipped: {
    tools: "the generate extension has no tools",
    images: "the generate extension has no images",
    "structured output": "the generate extension has no response format",
  },
});
