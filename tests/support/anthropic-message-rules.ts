type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const objectsOf = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.filter(isObject) : []);

const ID = /^[a-zA-Z0-9_-]+$/;

const COMMON_BLOCKS = ["text"];
const USER_BLOCKS = [...COMMON_BLOCKS, "image", "document", "search_result", "tool_result", "container_upload"];
const ASSISTANT_BLOCKS = [...COMMON_BLOCKS, "thinking", "redacted_thinking", "tool_use", "server_tool_use"];

/** What the vendor says of the system prompt and the messages of a body; `undefined` when they are sound. */
export const checkAnthropicMessages = (
  { system, messages }: Json,
  { takesPrefill }: { readonly takesPrefill: boolean },
): string | undefined => {
  if (system !== undefined && typeof system !== "string") {
    if (!Array.isArray(system)) return "system: Input should be a valid list";
    for (const block of objectsOf(system)) {
      if (block["type"] !== "text") return "system: Input should be 'text'";
      const fault = checkText(block, "system");
      if (fault !== undefined) return fault;
    }
  }
  if (!Array.isArray(messages) || messages.length === 0) return "messages: at least one message is required";
  return checkTurns(objectsOf(messages), takesPrefill);
};

const contentOf = ({ content }: Json): readonly Json[] =>
  typeof content === "string" ? [{ type: "text", text: content }] : objectsOf(content);

const checkTurns = (messages: readonly Json[], takesPrefill: boolean): string | undefined => {
  const ids = new Set<unknown>();
  let pending: readonly unknown[] = [];
  for (const [index, message] of messages.entries()) {
    const { role, ...rest } = message;
    if (role !== "user" && role !== "assistant") return `messages.${index}.role: Input should be 'user' or 'assistant'`;
    if (index === 0 && role !== "user") return 'messages: first message must use the "user" role';
    if (role === messages[index - 1]?.["role"]) return "messages: roles must alternate";
    if (Object.keys(rest).some((key) => key !== "content")) return `messages.${index}: Extra inputs are not permitted`;
    const blocks = contentOf(message);
    if (blocks.length === 0) return `messages.${index}: all messages must have non-empty content`;
    const fault = checkBlocks(blocks, role, index) ?? checkResults(blocks, pending, index);
    if (fault !== undefined) return fault;
    const calls = blocks.filter(({ type }) => type === "tool_use").map(({ id }) => id);
    if (calls.some((id) => ids.has(id)) || new Set(calls).size < calls.length)
      return "messages: `tool_use` ids must be unique";
    for (const id of calls) ids.add(id);
    pending = calls;
  }
  if (pending.length > 0) return "messages: `tool_use` ids were found without `tool_result` blocks immediately after";
  return checkLast(messages.at(-1) ?? {}, takesPrefill);
};

const checkLast = (last: Json, takesPrefill: boolean): string | undefined => {
  if (last["role"] !== "assistant") return undefined;
  const block = contentOf(last).at(-1);
  if (block?.["type"] !== "text") return undefined;
  if (!takesPrefill) {
    return "This model does not support assistant message prefill. The conversation must end with a user message.";
  }
  return /\s$/.test(String(block["text"]))
    ? "messages: final assistant content cannot end with trailing whitespace"
    : undefined;
};

const checkResults = (blocks: readonly Json[], pending: readonly unknown[], index: number): string | undefined => {
  const results = blocks.filter(({ type }) => type === "tool_result").map(({ tool_use_id: id }) => id);
  if (results.some((id) => !pending.includes(id))) {
    return `messages.${index}.content: unexpected \`tool_use_id\` found in \`tool_result\` blocks`;
  }
  if (pending.some((id) => !results.includes(id))) {
    return `messages.${index}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after`;
  }
  const first = blocks.slice(0, results.length);
  return first.every(({ type }) => type === "tool_result")
    ? undefined
    : `messages.${index}.content: \`tool_result\` blocks must come first`;
};

const checkBlocks = (blocks: readonly Json[], role: "user" | "assistant", index: number): string | undefined => {
  const allowed = role === "user" ? USER_BLOCKS : ASSISTANT_BLOCKS;
  for (const [at, block] of blocks.entries()) {
    const path = `messages.${index}.content.${at}`;
    const type = String(block["type"]);
    if (!allowed.includes(type) && !(role === "assistant" && type.endsWith("_tool_result"))) {
      return `${path}: Input tag '${type}' found using 'type' does not match any of the expected tags`;
    }
    const fault = checkBlock(block, path);
    if (fault !== undefined) return fault;
  }
  const last = blocks.at(-1)?.["type"];
  return last === "thinking" || last === "redacted_thinking"
    ? `messages.${index}: The final block in an assistant message cannot be \`thinking\`.`
    : undefined;
};

/** Keys of each kind of block, beside `type` and `cache_control`. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  text: ["text", "citations"],
  image: ["source", "transformations"],
  document: ["source", "title", "context", "citations"],
  tool_use: ["id", "name", "input", "caller", "toolset_name"],
  tool_result: ["tool_use_id", "content", "is_error", "toolset_name"],
  thinking: ["thinking", "signature"],
  redacted_thinking: ["data"],
};

const checkBlock = (block: Json, path: string): string | undefined => {
  const type = String(block["type"]);
  const keys = KEYS[type];
  const extra = Object.keys(block).find(
    (key) => keys !== undefined && !["type", "cache_control", ...keys].includes(key),
  );
  if (extra !== undefined) return `${path}.${type}.${extra}: Extra inputs are not permitted`;
  switch (type) {
    case "text":
      return checkText(block, path);
    case "image":
    case "document":
      return checkSource(block["source"], type, path);
    case "thinking":
      return typeof block["signature"] === "string" &&
        block["signature"] !== "" &&
        typeof block["thinking"] === "string"
        ? undefined
        : `${path}.thinking.signature: Field required`;
    case "tool_use":
      if (!ID.test(String(block["id"]))) return `${path}.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'`;
      if (!/^[a-zA-Z0-9_-]{1,128}$/.test(String(block["name"])))
        return `${path}.tool_use.name: String should match pattern`;
      return isObject(block["input"]) ? undefined : `${path}.tool_use.input: Input should be a valid dictionary`;
    case "tool_result":
      if (!ID.test(String(block["tool_use_id"]))) return `${path}.tool_result.tool_use_id: String should match pattern`;
      return checkNested(block["content"], path);
    default:
      return undefined;
  }
};

const checkNested = (content: unknown, path: string): string | undefined => {
  if (content === undefined || typeof content === "string") return undefined;
  if (!Array.isArray(content)) return `${path}.tool_result.content: Input should be a valid list`;
  for (const block of objectsOf(content)) {
    if (!["text", "image", "document", "search_result"].includes(String(block["type"])))
      return `${path}.content: Input tag`;
    const fault = checkBlock(block, path);
    if (fault !== undefined) return fault;
  }
  return undefined;
};

const checkText = ({ text }: Json, path: string): string | undefined => {
  if (typeof text !== "string") return `${path}.text.text: Field required`;
  if (text === "") return "messages: text content blocks must be non-empty";
  return text.trim() === "" ? "messages: text content blocks must contain non-whitespace text" : undefined;
};

const IMAGES = ["image/jpeg", "image/png", "image/gif", "image/webp"];

const checkSource = (source: unknown, type: "image" | "document", path: string): string | undefined => {
  if (!isObject(source)) return `${path}.${type}.source: Field required`;
  const { type: kind, media_type: media, data, url, file_id: id } = source;
  switch (kind) {
    case "base64": {
      const allowed = type === "image" ? IMAGES : ["application/pdf"];
      if (!allowed.includes(String(media)))
        return `${path}.${type}.source.base64.media_type: Input should be '${allowed[0]}'`;
      return typeof data === "string" && data !== "" ? undefined : `${path}.${type}.source.base64.data: Field required`;
    }
    case "url":
      return typeof url === "string" && /^https?:\/\//.test(url)
        ? undefined
        : `${path}.${type}.source.url.url: Invalid`;
    case "file":
      return typeof id === "string" && id !== "" ? undefined : `${path}.${type}.source.file.file_id: Field required`;
    case "text":
      return type === "document" && media === "text/plain" ? undefined : `${path}.${type}.source: Input tag`;
    default:
      return `${path}.${type}.source: Input tag '${String(kind)}'`;
  }
};
