import { countTokens, tokenEncodingOf } from "../catalog/token-counter.ts";
import { GatewayError } from "../core/errors.ts";
import { type CountableTexts, readContentTexts, readMessageTexts } from "../dialects/openai/message-texts.ts";
import { definePlain } from "../http/endpoint.ts";
import { scanBody } from "../http/intake.ts";
import type { ModelTable } from "../routing/model-table.ts";
import type { ScannedObject } from "../wire/scanned-object.ts";

/** Longest model name that is looked up. */
const MAX_NAME_LENGTH = 512;

/** Counts with OpenAI's token tables (contract 1.6), a close guess for models that have tables of their own. */
export const tokenCounter = definePlain({
  method: "POST",
  paths: ["/utils/token_counter"],
  summary: "Count the tokens of a prompt or a conversation.",
  isPublic: false,
  requestSchema: {
    type: "object",
    required: ["model"],
    properties: {
      model: { type: "string" },
      prompt: { type: ["string", "array"], description: "A text, or a list of texts." },
      messages: { type: "array", items: { type: "object" }, description: "Chat messages." },
      contents: { type: "array", items: { type: "object" }, description: "Google's form of a conversation." },
    },
  },
  responseSchema: {
    type: "object",
    required: ["total_tokens", "request_model", "model_used", "tokenizer_type"],
    properties: {
      total_tokens: { type: "integer" },
      request_model: { type: "string" },
      model_used: { type: "string", description: "The model that was counted for, without its provider." },
      tokenizer_type: { const: "openai_tokenizer" },
    },
  },
  handle: async ({ request, body: bytes, state }) => {
    const body = scanBody(bytes);
    const requestModel = readModel(body);
    const { texts, extraTokens } = readTexts(body);
    const modelUsed = findModelUsed(requestModel, state.models);
    const encoding = tokenEncodingOf(modelUsed);
    let total = extraTokens;
    for (const text of texts) {
      total += await countTokens(text, encoding, request.signal);
    }
    return Response.json({
      total_tokens: total,
      request_model: requestModel,
      model_used: modelUsed,
      tokenizer_type: "openai_tokenizer",
    });
  },
});

function readModel(body: ScannedObject): string {
  const model = body.readString(body.find("model")) ?? "";
  if (model === "" || model.length > MAX_NAME_LENGTH) {
    const message = `Invalid or missing 'model': expected text of 1 to ${MAX_NAME_LENGTH} characters.`;
    throw new GatewayError("invalid-request", message, { param: "model" });
  }
  return model;
}

const READERS: readonly (readonly [name: string, read: (value: unknown) => CountableTexts | undefined])[] = [
  ["prompt", readPrompt],
  ["messages", readMessageTexts],
  ["contents", readContentTexts],
];

/** The first of the three that is there. */
function readTexts(body: ScannedObject): CountableTexts {
  for (const [name, read] of READERS) {
    const field = body.find(name);
    if (field !== undefined && field.kind !== "null") {
      const texts = read(body.readValue(field));
      if (texts === undefined) {
        throw new GatewayError("invalid-request", `Invalid type for '${name}'.`, { param: name });
      }
      return texts;
    }
  }
  throw new GatewayError("invalid-request", "prompt or messages or contents must be provided");
}

function readPrompt(prompt: unknown): CountableTexts | undefined {
  const texts: readonly unknown[] = Array.isArray(prompt) ? prompt : [prompt];
  return texts.every((text) => typeof text === "string") ? { texts, extraTokens: 0 } : undefined;
}

/** The base model or the vendor's name of the deployment that the name means, else the name; without provider prefix. */
function findModelUsed(name: string, models: ModelTable): string {
  const deployment = models.resolve(name)?.deployments[0];
  const named = deployment === undefined ? name : deployment.entry.info.baseModel;
  return named === undefined ? (deployment?.upstreamModel ?? name) : (models.findProviderModel(named)?.model ?? named);
}
