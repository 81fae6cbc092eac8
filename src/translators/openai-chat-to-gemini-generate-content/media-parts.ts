import { lookUp, objectOf, textOf } from "../../core/json-values.ts";
import type { JsonObject, RequestContext } from "../../core/translation.ts";
import { isGemini3OrLater } from "../../dialects/gemini/models.ts";
import { type ContentPart, invalidField, readDataUrl } from "../../dialects/openai/chat-request.ts";

/** Files that were uploaded to Google's own Files API: only the vendor may open them. */
const FILES_API = "https://generativelanguage.googleapis.com/";

/** Videos that Gemini looks up itself. Source: https://ai.google.dev/gemini-api/docs/video-understanding (read 2026-11-28). */
const YOUTUBE = /^https:\/\/(?:www\.youtube\.com|youtu\.be)\//;

/**
 * Media types by file name extension. Source: the lists of
 * https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference (read 2026-11-28).
 */
const TYPES: Readonly<Record<string, string>> = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  webp: "image/webp",
  heic: "image/heic",
  heif: "image/heif",
  gif: "image/gif",
  pdf: "application/pdf",
  txt: "text/plain",
  mp3: "audio/mp3",
  wav: "audio/wav",
  aac: "audio/aac",
  flac: "audio/flac",
  ogg: "audio/ogg",
  aiff: "audio/aiff",
  mp4: "video/mp4",
  mov: "video/quicktime",
  mpeg: "video/mpeg",
  mpg: "video/mpeg",
  webm: "video/webm",
  wmv: "video/wmv",
  flv: "video/x-flv",
  "3gp": "video/3gpp",
};

const LEVELS: Readonly<Record<string, string>> = {
  low: "MEDIA_RESOLUTION_LOW",
  medium: "MEDIA_RESOLUTION_MEDIUM",
  high: "MEDIA_RESOLUTION_HIGH",
  ultra_high: "MEDIA_RESOLUTION_ULTRA_HIGH",
};

/** A file as a caller names it. */
interface Source {
  /** URL, data URL, or base64 alone. */
  readonly location: string;
  /** Media type that the caller names. */
  readonly type: string | undefined;
  readonly path: string;
}

/** The type that a name's extension tells. */
const typeOfName = (name: string): string | undefined => {
  const end = name.search(/[?#]/);
  const path = end < 0 ? name : name.slice(0, end);
  const dot = path.lastIndexOf(".");
  return dot < 0 ? undefined : lookUp(TYPES, path.slice(dot + 1).toLowerCase());
};

/** Whether the vendor opens a URL itself. Vertex opens public ones, and must be told their type. */
function isOpenedByVendor(url: string, isVertex: boolean): boolean {
  return url.startsWith(FILES_API) || YOUTUBE.test(url) || (isVertex && typeOfName(url) !== undefined);
}

/**
 * URLs of a body that the vendor does not open itself: with AI Studio all but its own and YouTube's, with Vertex those whose type
 * their name does not tell. Never throws. Source: "fileData" in
 * https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference (read 2026-11-28).
 */
export function findMediaUrls(body: JsonObject, isVertex: boolean): readonly string[] {
  const messages: readonly unknown[] = Array.isArray(body["messages"]) ? body["messages"] : [];
  return messages.flatMap((message) => {
    const { content } = objectOf(message);
    const parts: readonly unknown[] = Array.isArray(content) ? content : [];
    return parts
      .flatMap((part) => locationsOf(objectOf(part)))
      .filter((url) => /^https?:/i.test(url) && !isOpenedByVendor(url, isVertex));
  });
}

function locationsOf(part: JsonObject): readonly string[] {
  const { file_id: id, file_data: data } = objectOf(part["file"]);
  return [part["image_url"], part["video_url"]]
    .map((value) => textOf(value) ?? textOf(objectOf(value)["url"]))
    .concat(textOf(id), textOf(data))
    .filter((url) => url !== undefined);
}

/** A content part as Gemini's, or `undefined` when it was told to the ledger. @throws GatewayError `invalid-request` */
export function toGeminiPart(part: ContentPart, context: RequestContext): JsonObject | undefined {
  switch (part.kind) {
    case "text":
    case "refusal":
      return part.text === "" ? undefined : { text: part.text };
    case "image": {
      const image = objectOf(part.raw["image_url"]);
      const type = textOf(image["format"]) ?? textOf(image["mime_type"]);
      const media = toMedia({ location: part.url, type, path: `${part.path}.image_url` }, context, "image/jpeg");
      return withDetail(media, part.detail, part.path, context);
    }
    case "audio":
      return { inlineData: { mimeType: `audio/${part.format}`, data: part.data } };
    case "file": {
      const location = part.fileId ?? part.fileData ?? "";
      const type = part.format ?? (part.filename === undefined ? undefined : typeOfName(part.filename));
      return toMedia({ location, type, path: `${part.path}.file` }, context, "application/pdf");
    }
    case "other":
      return toOther(part, context);
    default:
      return part satisfies never;
  }
}

function toOther(part: ContentPart & { readonly kind: "other" }, context: RequestContext): JsonObject | undefined {
  if (part.type === "video_url") {
    const video = part.raw["video_url"];
    const location = textOf(video) ?? textOf(objectOf(video)["url"]);
    if (location === undefined) {
      throw invalidField(`${part.path}.video_url.url`, "text");
    }
    return toMedia(
      { location, type: textOf(objectOf(video)["format"]), path: `${part.path}.video_url` },
      context,
      "video/mp4",
    );
  }
  if (part.type === "thinking" || part.type === "redacted_thinking") {
    context.ledger.drop(part.path); // Another model's thoughts.
    return undefined;
  }
  context.ledger.refuse(part.path, `content parts of type '${part.type}'`);
  return undefined;
}

/** @param fallbackType of data and files that tell no type in any way */
function toMedia({ location, type, path }: Source, context: RequestContext, fallbackType: string): JsonObject {
  const data = readDataUrl(location, path);
  if (data !== undefined) {
    return {
      inlineData: { mimeType: type ?? (data.type === "" ? fallbackType : toType(data.type)), data: data.base64 },
    };
  }
  const fetched = context.media.get(location);
  if (fetched !== undefined) {
    const told = fetched.type === "" || fetched.type === "application/octet-stream" ? undefined : toType(fetched.type);
    return { inlineData: { mimeType: type ?? told ?? typeOfName(location) ?? fallbackType, data: fetched.base64 } };
  }
  if (/^(?:https?|gs):\/\//i.test(location) || location.startsWith("files/")) {
    const fileUri = location.startsWith("files/") ? `${FILES_API}v1beta/${location}` : location;
    const mimeType = type ?? typeOfName(location);
    const isTypeless = mimeType === undefined && !location.startsWith("gs://");
    return { fileData: { ...(isTypeless ? {} : { mimeType: mimeType ?? fallbackType }), fileUri } };
  }
  if (/^[A-Za-z0-9+/_-]+={0,2}\s*$/.test(location) && location.length % 4 !== 1) {
    return { inlineData: { mimeType: type ?? fallbackType, data: location.trim() } };
  }
  throw invalidField(path, "an https:// or gs:// URL, a data URL, base64, or the id of a file of Google's Files API");
}

/** Gemini has no `image/jpg`. */
const toType = (type: string): string => (type === "image/jpg" ? "image/jpeg" : type);

function withDetail(
  media: JsonObject,
  detail: string | undefined,
  path: string,
  { model, ledger }: RequestContext,
): JsonObject {
  if (detail === undefined || detail === "auto") {
    return media;
  }
  const level = Object.hasOwn(LEVELS, detail) ? LEVELS[detail] : undefined;
  if (level === undefined || !isGemini3OrLater(model)) {
    ledger.drop(`${path}.image_url.detail`);
    return media;
  }
  return { ...media, mediaResolution: { level } };
}
