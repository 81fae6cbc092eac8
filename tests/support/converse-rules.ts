import { isObject, listOf, objectOf, objectsOf } from "../../src/core/json-values.ts";
import type { JsonObject } from "../../src/core/translation.ts";
import { awsError } from "./aws-rules.ts";
import type { ScriptedReply } from "./scripted-reply.ts";

/**
 * What Converse refuses with a 400, in its own words where they are known. Source of the shapes:
 * https://www.npmjs.com/package/@aws-sdk/client-bedrock-runtime 3.1164.0 (read 2026-11-28).
 */
const FIELDS: readonly string[] = [
  "additionalModelRequestFields",
  "additionalModelResponseFieldPaths",
  "guardrailConfig",
  "inferenceConfig",
  "messages",
  "outputConfig",
  "performanceConfig",
  "promptVariables",
  "requestMetadata",
  "serviceTier",
  "system",
  "toolConfig",
];

const BLOCKS: readonly string[] = [
  "audio",
  "cachePoint",
  "document",
  "guardContent",
  "image",
  "reasoningContent",
  "text",
  "toolResult",
  "toolUse",
];

const NAME = /^[a-zA-Z0-9_-]{1,64}$/;
const INFERENCE = ["maxTokens", "stopSequences", "temperature", "topP"];

/** The first fault of a Converse body; `undefined` when there is none. */
export const findConverseFault = (json: unknown): string | undefined => {
  if (!isObject(json)) return "The request body is no object.";
  const unknown = Object.keys(json).find((name) => !FIELDS.includes(name));
  if (unknown !== undefined) return `Malformed input request: extraneous key [${unknown}] is not permitted`;
  const inference = Object.keys(objectOf(json["inferenceConfig"])).find((name) => !INFERENCE.includes(name));
  if (inference !== undefined) return `Malformed input request: extraneous key [${inference}] is not permitted`;
  for (const block of listOf(json["system"])) {
    const fault = findBlockFault(objectOf(block), "user");
    if (fault !== undefined) return fault;
  }
  return findToolFault(objectOf(json["toolConfig"])) ?? findMessageFault(json);
};

const findToolFault = ({ tools, toolChoice }: JsonObject): string | undefined => {
  const specs = objectsOf(tools).map((tool) => tool["toolSpec"]);
  const names = specs.filter(isObject).map((spec) => String(spec["name"]));
  if (tools !== undefined && names.length === 0) return "toolConfig.tools: at least one tool is required";
  const bad = names.find((name) => !NAME.test(name));
  if (bad !== undefined)
    return `Value '${bad}' at 'toolConfig.tools.1.member.toolSpec.name' failed to satisfy constraint`;
  if (new Set(names).size < names.length) return "The tools have duplicate names.";
  for (const spec of specs.filter(isObject)) {
    if (objectOf(objectOf(spec["inputSchema"])["json"])["type"] !== "object") {
      return "The value at toolConfig.tools.0.toolSpec.inputSchema.json.type must be one of the following: object.";
    }
  }
  const chosen = objectOf(objectOf(toolChoice)["tool"])["name"];
  return chosen !== undefined && !names.includes(String(chosen)) ? `Tool '${String(chosen)}' not found` : undefined;
};

const findMessageFault = (json: JsonObject): string | undefined => {
  const messages = objectsOf(json["messages"]);
  if (messages[0]?.["role"] !== "user") {
    return "A conversation must start with a user message. Try again with a conversation that starts with a user message.";
  }
  const documents: unknown[] = [];
  let open: readonly unknown[] = [];
  for (const [index, { role, content }] of messages.entries()) {
    if (role !== (index % 2 === 0 ? "user" : "assistant")) {
      return "A conversation must alternate between user and assistant roles. Make sure the conversation alternates between user and assistant roles and try again.";
    }
    const blocks = objectsOf(content);
    if (blocks.length === 0) return `The content field in the Message object at messages.${index} is empty.`;
    for (const block of blocks) {
      const fault = findBlockFault(block, String(role));
      if (fault !== undefined) return `${fault} (messages.${index})`;
    }
    const results = blocks.flatMap((block) =>
      isObject(block["toolResult"]) ? [block["toolResult"]["toolUseId"]] : [],
    );
    if (
      new Set(results).size < results.length ||
      results.some((id) => !open.includes(id)) ||
      open.length > results.length
    ) {
      return "Expected toolResult blocks for the toolUse blocks of the previous turn.";
    }
    open = blocks.flatMap((block) => (isObject(block["toolUse"]) ? [block["toolUse"]["toolUseId"]] : []));
    if ((open.length > 0 || results.length > 0) && !isObject(json["toolConfig"])) {
      return "The toolConfig field must be defined when using toolUse and toolResult content blocks.";
    }
    documents.push(...blocks.flatMap((block) => (isObject(block["document"]) ? [block["document"]["name"]] : [])));
  }
  return new Set(documents).size < documents.length ? "Messages contain duplicate document names." : undefined;
};

const findBlockFault = (block: JsonObject, role: string): string | undefined => {
  const [kind = "", ...others] = Object.keys(block);
  if (others.length > 0 || !BLOCKS.includes(kind))
    return `The block must have one key, found ${Object.keys(block).join()}`;
  if (kind === "text" && String(block["text"]).trim() === "")
    return "The text field in the ContentBlock object is blank.";
  if (["image", "document"].includes(kind) && role !== "user") return `A ${kind} is allowed in user messages only.`;
  const { toolUseId, name, input, content, source, format } = objectOf(block[kind]);
  if (kind === "toolUse" && !(NAME.test(String(toolUseId)) && NAME.test(String(name)) && isObject(input))) {
    return "The toolUse block is malformed.";
  }
  if (kind === "toolResult") {
    const parts = objectsOf(content);
    if (parts.length === 0 || !NAME.test(String(toolUseId))) return "The toolResult block is malformed.";
    return parts.some(({ text }) => text !== undefined && String(text).trim() === "")
      ? "The text is blank."
      : undefined;
  }
  const hasBytes = typeof objectOf(source)["bytes"] === "string" && typeof format === "string";
  if (["image", "document", "audio"].includes(kind) && !hasBytes) return `The ${kind} has no bytes.`;
  const isNamed = typeof name === "string" && /^[A-Za-z0-9\-()[\]]+(?: [A-Za-z0-9\-()[\]]+)*$/.test(name);
  return kind === "document" && !isNamed ? "The document's name has characters that are not allowed." : undefined;
};

/** Converse's refusal of a body. */
export const checkConverse = (json: unknown): ScriptedReply | undefined => {
  const fault = findConverseFault(json);
  return fault === undefined ? undefined : awsError(400, "ValidationException", fault);
};
