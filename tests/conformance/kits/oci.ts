import { createHash, createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { isObject, listOf, objectsOf } from "../../../src/core/json-values.ts";
import type { RecordedRequest } from "../../support/recorded-request.ts";
import type { ScriptedReply } from "../../support/scripted-reply.ts";
import { defineKit, type VendorKit } from "./vendor-kit.ts";

const { privateKey, publicKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
});

const COMPARTMENT = "ocid1.compartment.oc1..c";
const KEY_ID = "ocid1.tenancy.oc1..t/ocid1.user.oc1..u/20:3b";

/** What a deployment of OCI needs. */
const PARAMS = {
  api_key: null,
  oci_region: "us-chicago-1",
  oci_tenancy: "ocid1.tenancy.oc1..t",
  oci_user: "ocid1.user.oc1..u",
  oci_fingerprint: "20:3b",
  oci_key: privateKey,
  oci_compartment_id: COMPARTMENT,
};

const refusal = (status: number, code: string, message: string): ScriptedReply => ({ status, body: { code, message } });
const notAuthenticated = (why: string): ScriptedReply =>
  refusal(
    401,
    "NotAuthenticated",
    `The required information to complete authentication was not provided or was incorrect. (${why})`,
  );
const invalid = (message: string): ScriptedReply => refusal(400, "400", message);

const NEEDED = ["date", "(request-target)", "host", "content-length", "content-type", "x-content-sha256"];

/** Checks the signature as its specification says, from the headers that it names. */
const checkSignature = ({ headers, method, target, body }: RecordedRequest): ScriptedReply | undefined => {
  const authorization = headers.get("authorization") ?? "";
  if (!authorization.startsWith("Signature ")) return notAuthenticated("no signature");
  const parts = Object.fromEntries(
    [...authorization.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]),
  );
  const names = String(parts["headers"]).split(" ");
  if (!NEEDED.every((name) => names.includes(name))) return notAuthenticated("headers are not signed");
  if (parts["keyId"] !== KEY_ID || parts["algorithm"] !== "rsa-sha256") return notAuthenticated("unknown key");
  const digest = createHash("sha256").update(body).digest("base64");
  if (headers.get("x-content-sha256") !== digest) return notAuthenticated("the digest of the body is wrong");
  const lines = names.map((name) =>
    name === "(request-target)" ? `${name}: ${method.toLowerCase()} ${target}` : `${name}: ${headers.get(name)}`,
  );
  const signature = Buffer.from(parts["signature"] ?? "", "base64");
  const isRight = verify("sha256", Buffer.from(lines.join("\n")), createPublicKey(publicKey), signature);
  return isRight ? undefined : notAuthenticated("the signature is wrong");
};

const checkPlace = (body: Readonly<Record<string, unknown>>): ScriptedReply | undefined => {
  if (body["compartmentId"] !== COMPARTMENT) return invalid("compartmentId must not be null");
  const { servingMode } = body;
  const { servingType, modelId, endpointId } = isObject(servingMode) ? servingMode : {};
  const isRight =
    (servingType === "ON_DEMAND" && typeof modelId === "string") ||
    (servingType === "DEDICATED" && typeof endpointId === "string");
  return isRight ? undefined : invalid("servingMode is wrong");
};

const GENERIC =
  /^(?:apiFormat|messages|reasoningEffort|verbosity|metadata|isStream|streamOptions|numGenerations|seed|isEcho|topK|topP|temperature|frequencyPenalty|presencePenalty|stop|logProbs|maxTokens|maxCompletionTokens|logitBias|prediction|responseFormat|toolChoice|isParallelToolCalls|tools|webSearchOptions|serviceTier)$/;
const COHERE =
  /^(?:apiFormat|message|chatHistory|documents|responseFormat|isSearchQueriesOnly|preambleOverride|isStream|streamOptions|maxTokens|maxInputTokens|temperature|topK|topP|promptTruncation|frequencyPenalty|presencePenalty|seed|isEcho|tools|toolResults|isForceSingleStep|stopSequences|isRawPrompting|citationQuality|safetyMode)$/;

const findBadMessage = (messages: unknown): string | undefined => {
  if (!Array.isArray(messages) || messages.length === 0) return "messages must not be empty";
  for (const { role, content, toolCallId, toolCalls } of objectsOf(messages)) {
    if (!/^(?:SYSTEM|DEVELOPER|USER|ASSISTANT|TOOL)$/.test(String(role))) return `unknown role ${role}`;
    if (content !== undefined && !Array.isArray(content)) return "content must be a list";
    if (role === "TOOL" && typeof toolCallId !== "string") return "toolCallId must not be null";
    const bad = objectsOf(content).find(({ type }) => !/^(?:TEXT|IMAGE)$/.test(String(type)));
    if (bad !== undefined) return `unknown content ${JSON.stringify(bad)}`;
    if (objectsOf(toolCalls).some(({ type, arguments: given }) => type !== "FUNCTION" || typeof given !== "string"))
      return "bad toolCalls";
  }
  return undefined;
};

const checkChat = (request: RecordedRequest): ScriptedReply | undefined => {
  const { json: body, path } = request;
  if (!path.endsWith("/20231130/actions/chat")) return refusal(404, "NotFound", "Not Found");
  if (!isObject(body)) return invalid("no body");
  const { chatRequest } = body;
  if (!isObject(chatRequest)) return invalid("chatRequest must not be null");
  const isCohere = chatRequest["apiFormat"] === "COHERE";
  const unknown = Object.keys(chatRequest).find((name) => !(isCohere ? COHERE : GENERIC).test(name));
  if (unknown !== undefined) return invalid(`unrecognized field ${unknown}`);
  const wrong = isCohere
    ? typeof chatRequest["message"] === "string"
      ? undefined
      : "message must not be null"
    : findBadMessage(chatRequest["messages"]);
  if (wrong !== undefined) return invalid(wrong);
  if (chatRequest["isStream"] === true && !isObject(chatRequest["streamOptions"])) return invalid("streamOptions");
  return checkPlace(body) ?? checkSignature(request);
};

const sse = (...events: readonly object[]): { readonly chunks: string[] } => ({
  chunks: events.map((event) => `data: ${JSON.stringify({ ...event, pad: "aaaa" })}\n\n`),
});

const USAGE = { promptTokens: 11, completionTokens: 7, totalTokens: 18 };
const whole = (message: object, finishReason: string): ScriptedReply => ({
  body: {
    modelId: "meta.llama-3.3-70b-instruct",
    modelVersion: "1.0.0",
    chatResponse: {
      apiFormat: "GENERIC",
      timeCreated: "2025-11-24T16:00:00.123Z",
      choices: [{ index: 0, message: { role: "ASSISTANT", ...message }, finishReason, logprobs: {} }],
      usage: USAGE,
    },
  },
});
const piece = (message: object): object => ({ index: 0, message: { role: "ASSISTANT", ...message } });
const text = (words: string): object => ({ content: [{ type: "TEXT", text: words }] });
const CALL = { type: "FUNCTION", id: "call_1", name: "look", arguments: '{"at":"sea"}' };

/** Chats of OCI's Generative AI, in the format of all models but Cohere's. Source: PyPI `oci` 2.189.0 and `langchain-oci` (read 2026-11-28). */
export const ociKit: VendorKit = defineKit({
  providers: ["oci"],
  operation: "chat",
  model: "meta.llama-3.3-70b-instruct",
  params: PARAMS,
  check: checkChat,
  simple: whole(text("caf\u00e9"), "stop"),
  stream: sse(piece(text("ca")), piece(text("f\u00e9")), { finishReason: "stop" }, { usage: USAGE }),
  tool: whole({ toolCalls: [CALL] }, "tool_calls"),
  toolStream: sse(
    piece({ toolCalls: [{ ...CALL, arguments: '{"at":' }] }),
    piece({ toolCalls: [{ type: "FUNCTION", arguments: '"sea"}' }] }),
    { finishReason: "tool_calls" },
    { usage: USAGE },
  ),
  error: (status, message) => refusal(status, String(status), message),
  failingStream: sse(piece(text("ca")), { code: "429", message: "the model is overloaded" }),
});

/** Embeddings of OCI's Generative AI. Source: `EmbedTextDetails` of PyPI `oci` 2.189.0 (read 2026-11-28). */
export const ociEmbeddingKit: VendorKit = defineKit({
  providers: ["oci"],
  operation: "embedding",
  model: "cohere.embed-v4.0",
  params: PARAMS,
  check: (request) => {
    const { json: body } = request;
    if (!isObject(body)) return invalid("no body");
    const { inputs } = body;
    if (!Array.isArray(inputs) || inputs.length === 0 || inputs.length > 96)
      return invalid("inputs must have 1 to 96 texts");
    const unknown = Object.keys(body).find(
      (name) =>
        !/^(?:inputs|servingMode|compartmentId|isEcho|embeddingTypes|outputDimensions|truncate|inputType)$/.test(name),
    );
    return unknown === undefined
      ? (checkPlace(body) ?? checkSignature(request))
      : invalid(`unrecognized field ${unknown}`);
  },
  simple: {
    body: {
      id: "e1",
      embeddings: [[0.5, -1.25]],
      modelId: "cohere.embed-v4.0",
      modelVersion: "1.0",
      usage: { promptTokens: 11, totalTokens: 11 },
    },
  },
  embedding: {
    textsOf: ({ inputs }) => listOf(inputs),
    reply: (embeddings, tokens) => ({
      body: {
        id: "e1",
        embeddings,
        modelId: "cohere.embed-v4.0",
        usage: { promptTokens: tokens, totalTokens: tokens },
      },
    }),
    textsPerCall: 96,
    dimensionsOf: ({ outputDimensions }) => outputDimensions,
  },
  error: (status, message) => refusal(status, String(status), message),
});
