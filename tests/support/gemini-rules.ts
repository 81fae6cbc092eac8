import { isObject, listOf, objectOf, objectsOf } from "../../src/core/json-values.ts";
import type { RecordedRequest } from "./recorded-request.ts";
import type { ScriptedReply } from "./scripted-reply.ts";

/**
 * What Google refuses of a `generateContent` request, in its words. Sources: https://ai.google.dev/api/generate-content,
 * https://ai.google.dev/gemini-api/docs/function-calling, https://ai.google.dev/gemini-api/docs/thought-signatures
 * (read 2026-11-28); the fields are those of `@google/genai` 3.3.0.
 */

type Fields = Readonly<Record<string, unknown>>;

const words = (text: string): ReadonlySet<string> => new Set(text.split(" "));

const TOP = words(
  "contents systemInstruction tools toolConfig generationConfig safetySettings cachedContent labels serviceTier store modelArmorConfig",
);
const CONFIG = words(
  "temperature topP topK candidateCount maxOutputTokens stopSequences responseLogprobs logprobs presencePenalty frequencyPenalty seed " +
    "responseMimeType responseSchema responseJsonSchema responseModalities mediaResolution speechConfig thinkingConfig imageConfig " +
    "audioTimestamp enableEnhancedCivicAnswers",
);
const DATA = words("text inlineData fileData functionCall functionResponse executableCode codeExecutionResult");
const PART = new Set([...DATA, ...words("thought thoughtSignature mediaResolution videoMetadata")]);
const TOOL = words(
  "functionDeclarations googleSearch googleSearchRetrieval urlContext codeExecution googleMaps computerUse fileSearch retrieval",
);
const DECLARATION = words("name description parameters parametersJsonSchema response responseJsonSchema behavior");

/** A failure of Google's. */
export const googleError = (status: number, name: string, message: string, details?: unknown): ScriptedReply => ({
  status,
  body: { error: { code: status, message, status: name, ...(details === undefined ? {} : { details }) } },
});

const invalid = (message: string): ScriptedReply => googleError(400, "INVALID_ARGUMENT", message);

/** What a surface of the vendor's minds. */
export interface GeminiSurface {
  /** Path before `:generateContent`, with the model as the first group. */
  readonly path: RegExp;
  readonly isVertex: boolean;
}

/** AI Studio and Vertex AI. */
export const AI_STUDIO: GeminiSurface = { path: /\/models\/([^/:]+)$/, isVertex: false };
export const VERTEX: GeminiSurface = { path: /\/publishers\/google\/models\/([^/:]+)$/, isVertex: true };

/** The vendor's refusal, or `undefined` for a request that it would take. */
export function checkGeminiRequest(request: RecordedRequest, surface: GeminiSurface): ScriptedReply | undefined {
  const refusal = checkKey(request, surface);
  if (refusal !== undefined) {
    return refusal;
  }
  const [path = "", method] = request.path.split(/:(?=[A-Za-z]+$)/);
  const model = surface.path.exec(decodeURIComponent(path))?.[1];
  const isStream = method === "streamGenerateContent";
  if (model === undefined || (!isStream && method !== "generateContent")) {
    return googleError(404, "NOT_FOUND", "Requested entity was not found.");
  }
  if (isStream && request.query.get("alt") !== "sse") {
    return invalid("the fake streams server-sent events only");
  }
  return isObject(request.json)
    ? checkGeminiBody(request.json, model, surface.isVertex)
    : invalid("Invalid JSON payload received.");
}

/** Which key a surface takes: an API key on AI Studio, a token on Vertex; never in the URL. */
export function checkKey(request: RecordedRequest, surface: GeminiSurface): ScriptedReply | undefined {
  const key = request.headers.get("x-goog-api-key");
  const bearer = request.headers.get("authorization");
  if (request.query.has("key")) {
    return invalid("the fake takes no key in the URL");
  }
  if (surface.isVertex) {
    return bearer?.startsWith("Bearer ") === true || key !== null
      ? undefined
      : googleError(401, "UNAUTHENTICATED", "Request is missing required authentication credential.");
  }
  return key === null || key === ""
    ? googleError(403, "PERMISSION_DENIED", "Method doesn't allow unregistered callers.")
    : undefined;
}

/** As {@link checkGeminiRequest}, for a body alone. */
export function checkGeminiBody(body: Fields, model: string, isVertex: boolean): ScriptedReply | undefined {
  const fault = findFault(body, model, isVertex);
  return fault === undefined ? undefined : invalid(fault);
}

const unknownField = (object: Fields, known: ReadonlySet<string>): string | undefined => {
  const name = Object.keys(object).find((key) => !known.has(key));
  return name === undefined ? undefined : `Invalid JSON payload received. Unknown name "${name}": Cannot find field.`;
};

function findFault(body: Fields, model: string, isVertex: boolean): string | undefined {
  const config = objectOf(body["generationConfig"]);
  const contents = listOf(body["contents"]);
  if (contents.length === 0) {
    return "* GenerateContentRequest.contents: contents is not specified";
  }
  const instructions = body["systemInstruction"] === undefined ? [] : [body["systemInstruction"]];
  return (
    unknownField(body, TOP) ??
    unknownField(config, CONFIG) ??
    findConfigFault(config) ??
    findToolFault(body) ??
    [...contents, ...instructions].map((content) => findContentFault(content, model, isVertex)).find(Boolean) ??
    findOrderFault(contents.map(objectOf), model)
  );
}

function findConfigFault(config: Fields): string | undefined {
  const { thinkingBudget, thinkingLevel } = objectOf(config["thinkingConfig"]);
  if (listOf(config["stopSequences"]).length > 5) {
    return "* GenerateContentRequest.generation_config.stop_sequences: at most 5 stop sequences can be specified.";
  }
  if (thinkingBudget !== undefined && thinkingLevel !== undefined) {
    return "You can only set only one of thinking budget and thinking level.";
  }
  if (config["logprobs"] !== undefined && config["responseLogprobs"] !== true) {
    return "logprobs requires response_logprobs to be set to true.";
  }
  const hasSchema = config["responseSchema"] !== undefined || config["responseJsonSchema"] !== undefined;
  return hasSchema && config["responseMimeType"] !== "application/json"
    ? "response_mime_type must be set to application/json when a response schema is set."
    : undefined;
}

function findToolFault(body: Fields): string | undefined {
  const names: unknown[] = [];
  for (const tool of objectsOf(body["tools"])) {
    const fault = unknownField(tool, TOOL);
    if (fault !== undefined) return fault;
    for (const declaration of objectsOf(tool["functionDeclarations"])) {
      const { name } = declaration;
      const odd = unknownField(declaration, DECLARATION);
      if (odd !== undefined) return odd;
      if (typeof name !== "string" || !/^[a-zA-Z_][\w.:-]{0,63}$/.test(name)) return "Invalid function name.";
      names.push(name);
    }
  }
  const { mode, allowedFunctionNames: allowed } = objectOf(objectOf(body["toolConfig"])["functionCallingConfig"]);
  if (allowed !== undefined && mode !== "ANY") {
    return "allowed_function_names should only be set when function calling mode is ANY.";
  }
  return listOf(allowed).some((name) => !names.includes(name))
    ? "allowed_function_names must be in the function declarations."
    : undefined;
}

const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;

function findContentFault(content: unknown, model: string, isVertex: boolean): string | undefined {
  const { role, parts, ...others } = objectOf(content);
  if (Object.keys(others).length > 0) return `Unknown name "${Object.keys(others)[0]}" at 'contents[0]'`;
  if (role !== undefined && role !== "user" && role !== "model") return "Please use a valid role: user, model.";
  if (listOf(parts).length === 0)
    return "* GenerateContentRequest.contents[0].parts: contents.parts must not be empty.";
  return objectsOf(parts)
    .map((part) => findPartFault(part, model, isVertex))
    .find(Boolean);
}

function findPartFault(part: Fields, model: string, isVertex: boolean): string | undefined {
  const odd = unknownField(part, PART);
  if (odd !== undefined) return odd;
  const data = Object.keys(part).filter((name) => DATA.has(name));
  if (data.length !== 1) return "required oneof field 'data' must have one initialized field";
  if (part["text"] === "") return "Unable to submit request because it must have a text parameter.";
  const signature = part["thoughtSignature"];
  if (signature !== undefined && (typeof signature !== "string" || !BASE64.test(signature))) {
    return "Invalid value at 'contents[0].parts[0].thought_signature' (TYPE_BYTES), Base64 decoding failed";
  }
  if (part["inlineData"] !== undefined) {
    const { mimeType, data: bytes } = objectOf(part["inlineData"]);
    const isSound =
      typeof mimeType === "string" && mimeType.includes("/") && typeof bytes === "string" && BASE64.test(bytes);
    if (!isSound) return "Invalid value at 'inline_data.data' (TYPE_BYTES), Base64 decoding failed";
  }
  if (part["fileData"] !== undefined) return findFileFault(objectOf(part["fileData"]), isVertex);
  const call = objectOf(part["functionCall"] ?? part["functionResponse"]);
  if (call["id"] !== undefined && !/gemini-[3-9]/.test(model)) return `Unknown name "id" at 'function_call'`;
  if (part["functionCall"] !== undefined && !isObject(call["args"] ?? {}))
    return "Invalid value at 'function_call.args'";
  if (part["functionResponse"] !== undefined && !isObject(call["response"])) {
    return "Invalid value at 'function_response.response'";
  }
  return undefined;
}

function findFileFault({ fileUri, mimeType }: Fields, isVertex: boolean): string | undefined {
  const uri = String(fileUri);
  if (isVertex) return typeof mimeType === "string" ? undefined : "mime_type is required.";
  return /^https:\/\/(?:generativelanguage\.googleapis\.com|www\.youtube\.com|youtu\.be)\//.test(uri)
    ? undefined
    : "Unsupported file uri.";
}

function findOrderFault(contents: readonly Fields[], model: string): string | undefined {
  const partsOf = (content: Fields | undefined, name: string): readonly Fields[] =>
    objectsOf(content?.["parts"]).filter((part) => part[name] !== undefined);
  for (const [index, content] of contents.entries()) {
    const calls = partsOf(content, "functionCall");
    const results = partsOf(content, "functionResponse");
    const before = partsOf(contents[index - 1], "functionCall");
    if (calls.length > 0 && content["role"] !== "model") return "Function calls come from the model.";
    if (calls.length > 0 && index === 0) {
      return "Please ensure that function call turn comes immediately after a user turn or after a function response turn.";
    }
    if (results.length > 0 && results.length !== before.length) {
      return "Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.";
    }
    const isUnsigned = calls.length > 0 && calls[0]?.["thoughtSignature"] === undefined;
    if (isUnsigned && /gemini-[3-9]/.test(model)) {
      return "Function call is missing a thought_signature in functionCall parts.";
    }
  }
  return undefined;
}

/** What Google refuses of embeddings on AI Studio. Source: https://ai.google.dev/api/embeddings (read 2026-11-28). */
export function checkBatchEmbedRequest(request: RecordedRequest): ScriptedReply | undefined {
  const refusal = checkKey(request, AI_STUDIO);
  if (refusal !== undefined) return refusal;
  const model = /\/models\/([^/:]+):batchEmbedContents$/.exec(request.path)?.[1];
  const { requests, ...others } = objectOf(request.json);
  const list = objectsOf(requests);
  if (model === undefined) return googleError(404, "NOT_FOUND", "Requested entity was not found.");
  if (Object.keys(others).length > 0 || list.length === 0)
    return invalid("* BatchEmbedContentsRequest.requests: empty");
  if (list.length > 100)
    return invalid("* BatchEmbedContentsRequest.requests: at most 100 requests can be in one batch");
  for (const item of list) {
    const odd = unknownField(item, words("model content taskType title outputDimensionality embedContentConfig"));
    if (odd !== undefined) return invalid(odd);
    if (item["model"] !== `models/${model}`) return invalid("* BatchEmbedContentsRequest.model: unexpected model");
    const texts = objectsOf(objectOf(item["content"])["parts"]).map(({ text }) => text);
    if (texts.length === 0 || texts.some((text) => typeof text !== "string")) return invalid("content is empty");
  }
  return undefined;
}

/** What Vertex refuses of text embeddings. Source: as the translator's. */
export function checkPredictRequest(request: RecordedRequest): ScriptedReply | undefined {
  const refusal = checkKey(request, VERTEX);
  if (refusal !== undefined) return refusal;
  const model = /\/publishers\/google\/models\/([^/:]+):predict$/.exec(request.path)?.[1];
  const body = objectOf(request.json);
  const instances = objectsOf(body["instances"]);
  const limit = model === "gemini-embedding-001" ? 1 : 250;
  if (model === undefined) return googleError(404, "NOT_FOUND", "Publisher Model was not found.");
  if (instances.length === 0 || instances.length > limit)
    return invalid(`${instances.length} instance(s) is out of range`);
  const odd =
    unknownField(body, words("instances parameters labels")) ??
    unknownField(objectOf(body["parameters"]), words("outputDimensionality autoTruncate")) ??
    instances.map((instance) => unknownField(instance, words("content task_type title"))).find(Boolean);
  return odd === undefined ? undefined : invalid(odd);
}

/** What Vertex refuses of `embedContent`. Source: `Models.embedContent` of `@google/genai` 3.3.0 for Vertex (read 2026-11-28). */
export function checkEmbedContentRequest(request: RecordedRequest): ScriptedReply | undefined {
  const refusal = checkKey(request, VERTEX);
  if (refusal !== undefined) return refusal;
  const body = objectOf(request.json);
  if (!/\/publishers\/google\/models\/[^/:]+:embedContent$/.test(request.path)) {
    return googleError(404, "NOT_FOUND", "Publisher Model was not found.");
  }
  const odd =
    unknownField(body, words("content embedContentConfig")) ??
    unknownField(
      objectOf(body["embedContentConfig"]),
      words("taskType title outputDimensionality autoTruncate documentOcr audioTrackExtraction"),
    );
  const parts = objectsOf(objectOf(body["content"])["parts"]);
  if (odd !== undefined) return invalid(odd);
  return parts.length === 0 || parts.some(({ text }) => typeof text !== "string")
    ? invalid("content is empty")
    : undefined;
}
