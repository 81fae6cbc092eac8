import { definePlain } from "../http/endpoint.ts";
import { readQuery } from "../http/request-target.ts";
import { type ModelInfoItem, toModelInfo } from "../routing/model-info.ts";
import { MODEL_INFO_SCHEMA } from "./model-info-schema.ts";
import { readChoice, readCount } from "./query.ts";

/** Page of that many deployments when the query names none, and the largest. */
const PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 1000;

/** {@link modelInfo} page by page (contract 1.5). `sortBy` other than `model_name`, and `teamId`, have no effect yet. */
export const modelInfoV2 = definePlain({
  method: "GET",
  paths: ["/v2/model/info"],
  summary: "Describe the deployments page by page.",
  isPublic: false,
  query: {
    page: "Page, from 1.",
    size: `Deployments per page, ${PAGE_SIZE} unless told.`,
    search: "Only deployments whose name holds this text, in any case.",
    modelId: "Only the deployment of this id.",
    sortBy: "`model_name`; without it the order of the file.",
    sortOrder: "`asc` or `desc`.",
  },
  responseSchema: {
    type: "object",
    required: ["data", "total_count", "current_page", "total_pages", "size"],
    properties: {
      data: { type: "array", items: MODEL_INFO_SCHEMA },
      total_count: { type: "integer" },
      current_page: { type: "integer" },
      total_pages: { type: "integer" },
      size: { type: "integer" },
    },
  },
  handle: ({ state, target }) => {
    const page = readCount(target, "page", { preset: 1, maximum: Number.MAX_SAFE_INTEGER / MAX_PAGE_SIZE });
    const size = readCount(target, "size", { preset: PAGE_SIZE, maximum: MAX_PAGE_SIZE });
    const search = readQuery(target, "search")?.toLowerCase() ?? "";
    const id = readQuery(target, "modelId");
    const found = state.models.listed
      .filter((listed) => id === undefined || listed.id === id)
      .filter(({ entry }) => entry.modelName.toLowerCase().includes(search))
      .map(toModelInfo);
    const isDescending = readChoice(target, "sortOrder", ["asc", "desc"]) === "desc";
    const sorted = readQuery(target, "sortBy") === "model_name" ? sortByName(found, isDescending) : found;
    return Response.json({
      data: sorted.slice((page - 1) * size, page * size),
      total_count: sorted.length,
      current_page: page,
      total_pages: Math.ceil(sorted.length / size),
      size,
    });
  },
});

function sortByName(items: readonly ModelInfoItem[], isDescending: boolean): readonly ModelInfoItem[] {
  const sign = isDescending ? -1 : 1;
  return items.toSorted((left, right) => sign * left.model_name.localeCompare(right.model_name, "en"));
}
