import { Counters } from "../../core/counters.ts";
import { lookUp } from "../../core/json-values.ts";
import type { JsonObject, Media } from "../../core/translation.ts";
import { type ContentPart, invalidField, readDataUrl } from "../../dialects/openai/chat-request.ts";

/**
 * Formats of images and documents by media type.
 * Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ImageBlock.html and API_runtime_DocumentBlock.html
 * (read 2026-11-28).
 */
const IMAGE_FORMATS: Readonly<Record<string, string>> = {
  "image/png": "png",
  "image/jpeg": "jpeg",
  "image/jpg": "jpeg",
  "image/gif": "gif",
  "image/webp": "webp",
};

const DOCUMENT_FORMATS: Readonly<Record<string, string>> = {
  "application/pdf": "pdf",
  "text/csv": "csv",
  "application/msword": "doc",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
  "application/vnd.ms-excel": "xls",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
  "text/html": "html",
  "text/plain": "txt",
  "text/markdown": "md",
};

const EXTENSIONS: ReadonlySet<string> = new Set(Object.values(DOCUMENT_FORMATS));

/** First characters of files in base64, for those whose host does not tell the type. */
const BEGINNINGS: readonly (readonly [beginning: string, type: string])[] = [
  ["iVBORw0KGgo", "image/png"],
  ["/9j/", "image/jpeg"],
  ["R0lGOD", "image/gif"],
  ["UklGR", "image/webp"],
  ["JVBERi0", "application/pdf"],
];

const AUDIO_FORMATS: ReadonlySet<string> = new Set([
  "mp3",
  "wav",
  "flac",
  "ogg",
  "opus",
  "aac",
  "m4a",
  "mp4",
  "webm",
  "pcm",
]);

const MAX_NAME = 200;

/** White space at the end is cut off before: two places for it would be tried against each other, for minutes. */
const BASE64 = /^[A-Za-z0-9+/\s]+={0,2}$/;

/** Names of the documents of one conversation: in the characters that Bedrock takes, each once. */
export class DocumentNames {
  readonly #used = new Set<string>();
  readonly #counts = new Counters();

  /** The name of the next document. */
  next(filename: string | undefined): string {
    const stem = (filename ?? "").replace(/\.[A-Za-z0-9]{1,5}$/, "");
    const safe = stem
      .replace(/[^A-Za-z0-9\s\-()[\]]/g, "-")
      .replace(/\s+/g, " ")
      .trim();
    const base = safe.slice(0, MAX_NAME - 8).trim() || "Document";
    let name = base;
    while (this.#used.has(name)) {
      name = `${base} ${this.#counts.next(base)}`;
    }
    this.#used.add(name);
    return name;
  }
}

/** What files are written with. */
export interface FileWriting {
  readonly media: ReadonlyMap<string, Media>;
  readonly documents: DocumentNames;
}

/** The block of an image part, which may hold a document, as LiteLLM's callers do. @throws GatewayError `invalid-request` */
export function writeImage({ url, path }: Extract<ContentPart, { kind: "image" }>, writing: FileWriting): JsonObject {
  const file = readDataUrl(url, `${path}.image_url.url`) ?? writing.media.get(url);
  if (file === undefined) {
    throw invalidField(`${path}.image_url.url`, "an http or https URL, or a data URL");
  }
  return toBlock(file, undefined, `${path}.image_url`, writing);
}

/**
 * The block of a file part; `undefined` when it names an uploaded file, which Bedrock has none of.
 * @throws GatewayError `invalid-request`
 */
export function writeFile(
  { fileData, fileId, filename, format, path }: Extract<ContentPart, { kind: "file" }>,
  writing: FileWriting,
): JsonObject | undefined {
  if (fileData !== undefined) {
    const read = readDataUrl(fileData, `${path}.file.file_data`);
    return toBlock(read ?? { type: format ?? "", base64: fileData }, filename, `${path}.file`, writing);
  }
  const file = writing.media.get(fileId ?? "");
  return (
    file && toBlock({ ...file, type: format ?? file.type }, filename ?? lastSegment(fileId), `${path}.file`, writing)
  );
}

const lastSegment = (url: string | undefined): string | undefined => url?.split(/[?#]/)[0]?.split("/").at(-1);

function toBlock(file: Media, filename: string | undefined, path: string, { documents }: FileWriting): JsonObject {
  if (file.base64 === "" || !BASE64.test(file.base64.slice(0, 100_000).trimEnd())) {
    throw invalidField(path, "a file in base64");
  }
  const type = isKnown(file.type) ? file.type : (sniff(file.base64) ?? file.type);
  const source = { bytes: file.base64 };
  const image = lookUp(IMAGE_FORMATS, type);
  if (image !== undefined) {
    return { image: { format: image, source } };
  }
  const extension = /\.([a-z]+)$/i.exec(filename ?? "")?.[1]?.toLowerCase() ?? "";
  const format = lookUp(DOCUMENT_FORMATS, type) ?? (EXTENSIONS.has(extension) ? extension : undefined);
  if (format === undefined) {
    const images = [...new Set(Object.values(IMAGE_FORMATS))].join(", ");
    throw invalidField(path, `an image (${images}) or a document (${[...EXTENSIONS].join(", ")})`);
  }
  return { document: { format, name: documents.next(filename), source } };
}

const isKnown = (type: string): boolean => Object.hasOwn(IMAGE_FORMATS, type) || Object.hasOwn(DOCUMENT_FORMATS, type);

const sniff = (base64: string): string | undefined =>
  BEGINNINGS.find(([beginning]) => base64.startsWith(beginning))?.[1];

/** The block of an audio part. @throws GatewayError `invalid-request` on a format that Bedrock has not */
export function writeAudio({ data, format, path }: Extract<ContentPart, { kind: "audio" }>): JsonObject {
  if (!AUDIO_FORMATS.has(format) || data === "") {
    throw invalidField(`${path}.input_audio`, `audio in base64, its format one of ${[...AUDIO_FORMATS].join(", ")}`);
  }
  return { audio: { format, source: { bytes: data } } };
}
