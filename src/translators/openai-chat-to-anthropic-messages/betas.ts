import { isObject, objectOf, objectsOf } from "../../core/json-values.ts";
import type { JsonObject } from "../../core/translation.ts";
import { invalidField } from "../../dialects/openai/chat-request.ts";

/**
 * Beta features by the type of the tool that needs them.
 * Source: https://platform.claude.com/docs/en/agents-and-tools/tool-use/tool-reference (read 2026-11-28).
 */
const BY_TOOL: Readonly<Record<string, string>> = {
  computer_20241022: "computer-use-2024-10-22",
  bash_20241022: "computer-use-2024-10-22",
  text_editor_20241022: "computer-use-2024-10-22",
  computer_20250124: "computer-use-2025-01-24",
  computer_20251124: "computer-use-2025-11-24",
  advisor_20260301: "advisor-tool-2026-03-01",
  mcp_toolset: "mcp-client-2025-11-20",
};

/** Most names that a caller may bring: they stand in one header. */
const MAX_NAMED = 50;

/**
 * The beta features that a body needs, those that the caller names in `betas` among them.
 * Sources: https://platform.claude.com/docs/en/api/beta-headers and the pages of the features (read 2026-11-28); the names as
 * in https://www.npmjs.com/package/@anthropic-ai/sdk 1.14.0, `AnthropicBeta`.
 * @throws GatewayError `invalid-request`
 */
export function readBetas(body: JsonObject): readonly string[] {
  const { betas } = body;
  const named: readonly unknown[] = Array.isArray(betas) ? betas : [];
  const isWrong = (betas !== undefined && betas !== null && !Array.isArray(betas)) || named.length > MAX_NAMED;
  if (isWrong || !named.every((name): name is string => typeof name === "string" && /^[\w.-]{1,100}$/.test(name))) {
    throw invalidField("betas", `a list of up to ${MAX_NAMED} names of beta features`);
  }
  return [...new Set([...(named as readonly string[]), ...ofTools(body), ...ofParameters(body), ...ofFiles(body)])];
}

const ofTools = (body: JsonObject): readonly string[] =>
  objectsOf(body["tools"]).flatMap(({ type }) => {
    const beta = typeof type === "string" && Object.hasOwn(BY_TOOL, type) ? BY_TOOL[type] : undefined;
    return beta === undefined ? [] : [beta];
  });

function ofParameters(body: JsonObject): readonly string[] {
  const {
    mcp_servers: servers,
    context_management: context,
    speed,
    output_format: format,
    output_config: config,
  } = body;
  const found: string[] = [];
  if (Array.isArray(servers) && !objectsOf(body["tools"]).some(({ type }) => type === "mcp_toolset")) {
    found.push("mcp-client-2025-04-04"); // Servers that no toolset refers to are those of the earlier version.
  }
  if (isObject(context)) {
    const edits = objectsOf(context["edits"]);
    const isCompaction = (edit: JsonObject): boolean => edit["type"] === "compact_20260112";
    if (edits.length === 0 || !edits.every(isCompaction)) {
      found.push("context-management-2025-06-27");
    }
    if (edits.some(isCompaction)) {
      found.push("compact-2026-01-12");
    }
  }
  if (speed === "fast") {
    found.push("fast-mode-2026-02-01");
  }
  if (format !== undefined && format !== null) {
    found.push("structured-outputs-2025-11-13");
  }
  if (objectOf(config)["task_budget"] !== undefined) {
    found.push("task-budgets-2026-03-13");
  }
  return found;
}

/** Uploaded files, in parts of messages. */
function ofFiles(body: JsonObject): readonly string[] {
  const parts = objectsOf(body["messages"]).flatMap(({ content }) => objectsOf(content));
  const isUploaded = ({ type, file, source }: JsonObject): boolean => {
    const { file_id: id } = objectOf(file);
    const ofFile = type === "file" && typeof id === "string" && !/^(?:data:|https?:)/i.test(id);
    return ofFile || objectOf(source)["type"] === "file" || type === "container_upload";
  };
  return parts.some(isUploaded) ? ["files-api-2025-04-14"] : [];
}
