import { GatewayError } from "../core/errors.ts";
import type { JsonObject, Media, Translator } from "../core/translation.ts";
import type { PreparedRoute } from "../providers/prepared-route.ts";
import { toHeaderLine } from "../wire/header-line.ts";
import { isDeeperThan, MAX_JSON_DEPTH } from "../wire/json-depth.ts";
import { toBuffer } from "../wire/utf8.ts";
import type { Call } from "./call.ts";
import { fetchMedia } from "./media.ts";
import { TranslationLedger } from "./translation-ledger.ts";

const NO_OPTIONS: JsonObject = {};
const NO_MEDIA: ReadonlyMap<string, Media> = new Map();

/** What a route says of the vendor's variant of its dialect. */
export const optionsOf = (route: PreparedRoute): JsonObject => route.route.options ?? NO_OPTIONS;

/** What a vendor gets for a caller's body. */
export interface TranslatedRequest {
  /** One body, or as many as the translator needs. */
  readonly bodies: readonly Uint8Array[];
  /** Header lines of the translator's making, each with its CRLF. */
  readonly headers: string;
}

/**
 * What the vendor gets for a caller's (edited) body. Files that the vendor would not fetch are fetched first; without
 * any, nothing is waited for.
 * @throws GatewayError for what cannot be translated, or fetched
 */
export function translateRequest(
  call: Call,
  route: PreparedRoute,
  translator: Translator,
  edited: Uint8Array,
): TranslatedRequest | Promise<TranslatedRequest> {
  const body = parse(edited);
  call.translated = body;
  const urls = translator.mediaUrls?.(body, optionsOf(route)) ?? [];
  return urls.length === 0
    ? write(call, route, translator, { body, media: NO_MEDIA })
    : fetchMedia(call, urls).then((media) => write(call, route, translator, { body, media }));
}

function write(
  call: Call,
  route: PreparedRoute,
  translator: Translator,
  { body, media }: { readonly body: JsonObject; readonly media: ReadonlyMap<string, Media> },
): TranslatedRequest {
  const options = optionsOf(route);
  const dropParams = call.editOptions.dropParams ?? route.plan.dropParams;
  const written = translator.request(body, {
    model: route.model,
    isStream: call.isStream && translator.stream !== undefined,
    ledger: new TranslationLedger(call, route.plan.provider.name, dropParams),
    media,
    options,
  });
  const bodies = writeBodies(Array.isArray(written) ? (written as readonly JsonObject[]) : [written as JsonObject]);
  let headers = "";
  for (const [name, value] of Object.entries(translator.headers?.(body, options) ?? {})) {
    headers += toHeaderLine(name, value);
  }
  return { bodies, headers };
}

/** Most requests that one call becomes: as many as OpenAI takes inputs. */
const MAX_REQUESTS = 2048;

/** Most bytes of several requests together: what they have in common is in each of them. */
const MAX_FANNED_BYTES = 128 * 1024 * 1024;

function writeBodies(bodies: readonly JsonObject[]): readonly Uint8Array[] {
  if (bodies.length > MAX_REQUESTS) {
    throw new GatewayError(
      "invalid-request",
      `The vendor would be asked ${bodies.length} times for this one call; at most ${MAX_REQUESTS} times may be. Send less at once.`,
    );
  }
  let bytes = 0;
  return bodies.map((body) => {
    const written = Buffer.from(JSON.stringify(body));
    bytes += written.length;
    if (bodies.length > 1 && bytes > MAX_FANNED_BYTES) {
      throw new GatewayError(
        "invalid-request",
        `The vendor would be asked ${bodies.length} times with more than ${MAX_FANNED_BYTES} bytes in all. Send less at once.`,
      );
    }
    return written;
  });
}

function parse(bytes: Uint8Array): JsonObject {
  if (isDeeperThan(bytes, MAX_JSON_DEPTH)) {
    throw new GatewayError("invalid-request", `The body is nested more than ${MAX_JSON_DEPTH} levels deep.`);
  }
  return JSON.parse(toBuffer(bytes).toString("utf8")) as JsonObject;
}
