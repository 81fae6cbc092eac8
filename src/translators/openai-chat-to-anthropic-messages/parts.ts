import { objectOf } from "../../core/json-values.ts";
import type { JsonObject, Ledger, Media } from "../../core/translation.ts";
import { type ContentPart, invalidField, readDataUrl } from "../../dialects/openai/chat-request.ts";
import { cacheControlOf } from "./names.ts";

/** Image types that Claude sees. Source: https://platform.claude.com/docs/en/build-with-claude/vision (read 2026-11-28). */
const IMAGE_TYPES: ReadonlySet<string> = new Set(["image/jpeg", "image/png", "image/gif", "image/webp"]);

/** Blocks of Anthropic's own that callers may put among the parts of a message. */
const OWN_BLOCKS: Readonly<Record<"user" | "assistant", RegExp>> = {
  user: /^(?:document|image|search_result|container_upload)$/,
  assistant: /^(?:server_tool_use|mcp_tool_use|mcp_tool_result|compaction|\w+_tool_result)$/,
};

/** What parts are written with. */
export interface PartWriting {
  readonly ledger: Ledger;
  readonly media: ReadonlyMap<string, Media>;
}

/**
 * The blocks of a message's parts. Text without a visible character is left out: Anthropic refuses it.
 * Sources: https://platform.claude.com/docs/en/api/messages/create, https://platform.claude.com/docs/en/build-with-claude/pdf-support
 * (read 2026-11-28); https://github.com/home-assistant/core/issues/175637 (`text content blocks must contain non-whitespace text`).
 * @throws GatewayError
 */
export function writeParts(
  parts: readonly ContentPart[],
  role: "user" | "assistant",
  writing: PartWriting,
): readonly JsonObject[] {
  return parts.flatMap((part) => {
    const block = writePart(part, role, writing);
    return block === undefined ? [] : [{ ...block, ...cacheControlOf(part.raw) }];
  });
}

function writePart(part: ContentPart, role: "user" | "assistant", writing: PartWriting): JsonObject | undefined {
  switch (part.kind) {
    case "text":
    case "refusal":
      return part.text.trim() === "" ? undefined : { type: "text", text: part.text };
    case "image":
      return role === "user" ? writeImage(part, writing) : refuse(part, "images in the model's own messages", writing);
    case "file":
      return role === "user" ? writeFile(part, writing) : refuse(part, "files in the model's own messages", writing);
    case "audio":
      return refuse(part, "audio", writing);
    case "other":
      return OWN_BLOCKS[role].test(part.type) ? part.raw : refuse(part, `parts of type '${part.type}'`, writing);
    default:
      return part satisfies never;
  }
}

function refuse({ path }: ContentPart, what: string, { ledger }: PartWriting): undefined {
  ledger.refuse(path, what);
}

type ImagePart = Extract<ContentPart, { kind: "image" }>;
type FilePart = Extract<ContentPart, { kind: "file" }>;

function writeImage(part: ImagePart, writing: PartWriting): JsonObject | undefined {
  const path = `${part.path}.image_url`;
  if (part.detail !== undefined && part.detail !== "auto") {
    writing.ledger.drop(`${path}.detail`);
  }
  const { format } = objectOf(part.raw["image_url"]);
  return writeSource(part, { url: part.url, format, path: `${path}.url`, title: undefined }, writing);
}

interface Source {
  /** A data URL or an address. */
  readonly url: string;
  /** Media type that the caller named. */
  readonly format: unknown;
  readonly path: string;
  readonly title: string | undefined;
}

/** An image or a document, by where its bytes are and by what type they have. */
function writeSource(part: ContentPart, source: Source, writing: PartWriting): JsonObject | undefined {
  const { url, format, path, title } = source;
  const data = readDataUrl(url, path);
  if (data !== undefined) {
    return writeBytes(part, { ...data, title, path }, writing);
  }
  if (!/^https?:\/\//i.test(url)) {
    throw invalidField(path, "a URL with https, or a data URL in base64 (data:image/png;base64,...)");
  }
  const fetched = writing.media.get(url);
  if (fetched !== undefined) {
    return writeBytes(part, { ...fetched, title, path }, writing);
  }
  const isImage = typeof format === "string" ? format.startsWith("image/") : part.kind === "image";
  const address = { type: "url", url };
  return isImage && !isPdfAddress(url)
    ? { type: "image", source: address }
    : { type: "document", source: address, ...(title === undefined ? {} : { title }) };
}

const isPdfAddress = (url: string): boolean => /\.pdf(?:$|[?#])/i.test(url);

interface Bytes extends Media {
  readonly title: string | undefined;
  readonly path: string;
}

function writeBytes(
  part: ContentPart,
  { type: given, base64, title, path }: Bytes,
  writing: PartWriting,
): JsonObject | undefined {
  const type = given === "image/jpg" ? "image/jpeg" : given;
  const named = title === undefined ? {} : { title };
  if (base64 === "") {
    throw invalidField(path, "a file that is not empty");
  }
  if (IMAGE_TYPES.has(type)) {
    return { type: "image", source: { type: "base64", media_type: type, data: base64 } };
  }
  if (type === "application/pdf") {
    return { type: "document", source: { type: "base64", media_type: type, data: base64 }, ...named };
  }
  if (type.startsWith("text/") || type === "application/json") {
    const text = Buffer.from(base64, "base64").toString("utf8");
    return { type: "document", source: { type: "text", media_type: "text/plain", data: text }, ...named };
  }
  return refuse(part, `files of type '${type}'`, writing);
}

function writeFile(part: FilePart, writing: PartWriting): JsonObject | undefined {
  const { fileData, fileId, filename, format } = part;
  if (fileData !== undefined) {
    const isUrl = /^(?:data:|https?:\/\/)/i.test(fileData);
    const url = isUrl ? fileData : `data:${format ?? "application/pdf"};base64,${fileData}`;
    return writeSource(part, { url, format, path: `${part.path}.file.file_data`, title: filename }, writing);
  }
  if (fileId === undefined || /^(?:data:|https?:\/\/)/i.test(fileId)) {
    const url = fileId ?? "";
    return writeSource(part, { url, format, path: `${part.path}.file.file_id`, title: filename }, writing);
  }
  const source = { type: "file", file_id: fileId };
  return format?.startsWith("image/") === true
    ? { type: "image", source }
    : { type: "document", source, ...(filename === undefined ? {} : { title: filename }) };
}

/** Addresses of files among a body's messages, for variants that fetch none themselves. Never throws. */
export function fileUrls(body: JsonObject): readonly string[] {
  const messages: readonly unknown[] = Array.isArray(body["messages"]) ? body["messages"] : [];
  const parts = messages.flatMap((message) => {
    const { content } = objectOf(message);
    return Array.isArray(content) ? (content as readonly unknown[]) : [];
  });
  return parts.flatMap((part) => {
    const { type, image_url: image, file } = objectOf(part);
    const named = type === "image_url" ? [image, objectOf(image)["url"]] : [];
    const { file_data: data, file_id: id } = type === "file" ? objectOf(file) : {};
    return [...named, data, id].filter((url): url is string => typeof url === "string" && /^https?:\/\//i.test(url));
  });
}
