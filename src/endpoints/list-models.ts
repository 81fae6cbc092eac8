import { definePlain } from "../http/endpoint.ts";
import type { ModelTable } from "../routing/model-table.ts";
import { MODEL_SCHEMA, toModelObject } from "./model-object.ts";
import { readChoice, readFlag } from "./query.ts";

/** The model list. Source: https://platform.openai.com/docs/api-reference/models/list (read 2026-11-23). */
export const listModels = definePlain({
  method: "GET",
  paths: ["/v1/models", "/models", "/openai/v1/models", "/openai/models"],
  summary: "List the models that may be called.",
  isPublic: false,
  query: {
    return_wildcard_routes: "`true`: patterns such as `openai/*` are listed too.",
    include_metadata: "`true`: each model has `metadata.fallbacks`.",
    fallback_type: "Which fallbacks: `general`, `context_window` or `content_policy`.",
    scope: "`expand`, the only value there is.",
  },
  responseSchema: {
    type: "object",
    required: ["object", "data"],
    properties: { object: { const: "list" }, data: { type: "array", items: MODEL_SCHEMA } },
  },
  handle: ({ state, target }) => {
    readChoice(target, "fallback_type", ["general", "context_window", "content_policy"]);
    readChoice(target, "scope", ["expand"]);
    // Fallbacks are not built yet, so every model has none.
    const metadata = readFlag(target, "include_metadata") ? { metadata: { fallbacks: [] } } : {};
    const names = listNames(state.models, readFlag(target, "return_wildcard_routes"));
    return Response.json({ data: names.map((name) => ({ ...toModelObject(name), ...metadata })), object: "list" });
  },
});

function listNames(models: ModelTable, withPatterns: boolean): readonly string[] {
  return [...new Set([...models.groupNames, ...(withPatterns ? models.patternNames : []), ...models.visibleAliases])];
}
