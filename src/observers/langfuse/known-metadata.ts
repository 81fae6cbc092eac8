import { NANO_USD_PLACES } from "../../core/call-cost.ts";
import type { CallFinished } from "../../core/call-event.ts";
import type { JsonObject } from "../../core/translation.ts";
import { ByteWriter } from "../../wire/byte-writer.ts";
import { readDetails } from "../read-details.ts";
import { overheadMsOf } from "../standard-payload.ts";

/**
 * What the gateway knows of a call beyond what Langfuse has fields for.
 * @param hidesKeyInfo without what is named `user_api_key_`
 */
export function toKnown(event: CallFinished, hidesKeyInfo: boolean): JsonObject {
  KNOWN.clear();
  writeKnown(KNOWN, event, hidesKeyInfo);
  return JSON.parse(KNOWN.take().toString()) as JsonObject;
}

const KNOWN = new ByteWriter(2048);

const CALL_ID = Buffer.from('{"litellm_call_id":');
const COST = Buffer.from(',"litellm_response_cost":');
const STATUS = Buffer.from(',"cache_hit":false,"status_code":');
const HIDDEN = Buffer.from(',"hidden_params":{"response_cost":');
const OVERHEAD = Buffer.from(',"litellm_overhead_time_ms":');
const END_USER = Buffer.from(',"user_api_key_end_user_id":');
const ADDRESS = Buffer.from(',"requester_ip_address":');
const USER_AGENT = Buffer.from(',"user_agent":');

/** Writes {@link toKnown} as JSON, as it is done for every call. */
export function writeKnown(out: ByteWriter, event: CallFinished, hidesKeyInfo: boolean): void {
  const { known, hidden } = textsOf(event, hidesKeyInfo);
  out.raw(CALL_ID);
  out.jsonString(event.callId);
  out.raw(COST);
  const cost = out.length;
  writeCost(out, event);
  const costEnd = out.length;
  out.raw(STATUS);
  out.integer(event.status);
  out.raw(known);
  writeCaller(out, event, hidesKeyInfo);
  writeUncommon(out, event);
  out.raw(HIDDEN);
  out.repeat(cost, costEnd);
  out.raw(OVERHEAD);
  out.decimal(Math.round(overheadMsOf(event) * 1000), 3);
  out.raw(hidden);
  out.text("}}");
}

/** In US dollars; `null` where the price is not known. */
function writeCost(out: ByteWriter, { cost }: CallFinished): void {
  if (cost === undefined) {
    out.text("null");
  } else {
    out.decimal(cost.nanoUsd, NANO_USD_PLACES);
  }
}

/** Of each call anew: a gateway has many callers. */
function writeCaller(out: ByteWriter, { details }: CallFinished, hidesKeyInfo: boolean): void {
  if (details !== undefined) {
    writeText(out, END_USER, hidesKeyInfo ? undefined : details.endUser);
    writeText(out, ADDRESS, details.clientAddress);
    writeText(out, USER_AGENT, details.userAgent);
  }
}

function writeText(out: ByteWriter, field: Uint8Array, text: string | undefined): void {
  if (text !== undefined) {
    out.raw(field);
    out.jsonString(text);
  }
}

/** What few calls have. */
function writeUncommon(out: ByteWriter, event: CallFinished): void {
  const { retries, fallbacks, dropped, errorKind, details, usage } = event;
  const isCut = details?.content?.isResponseCut === true;
  const isEstimated = usage?.isEstimated === true;
  const isCommon = errorKind === undefined && retries === 0 && fallbacks === 0 && dropped.length === 0 && !isCut;
  if (isCommon && !isEstimated && details?.spendLogsMetadataText === undefined) {
    return;
  }
  out.raw(
    writeFields({
      error_kind: errorKind,
      retries: retries === 0 ? undefined : retries,
      fallbacks: fallbacks === 0 ? undefined : fallbacks,
      dropped_params: dropped.length === 0 ? undefined : dropped,
      spend_logs_metadata: readDetails(event).spendLogsMetadata,
      is_response_cut: isCut ? true : undefined,
      usage_estimated: isEstimated ? true : undefined,
    }),
  );
}

/** What calls to one deployment have in common. */
type Place = Pick<
  CallFinished,
  "apiBase" | "modelGroup" | "requestedModel" | "deploymentId" | "upstreamModel" | "provider" | "path"
> & {
  readonly keyHash: string | undefined;
  readonly hidesKeyInfo: boolean;
};

/** A place and its texts, each field behind a comma. */
interface WrittenPlace {
  readonly place: Place;
  readonly known: Uint8Array;
  readonly hidden: Uint8Array;
}

/** The latest place of each deployment. */
const places = new Map<string | undefined, WrittenPlace>();
const MAX_PLACES = 256;

function textsOf(event: CallFinished, hidesKeyInfo: boolean): WrittenPlace {
  const before = places.get(event.deploymentId);
  if (before !== undefined && before.place.hidesKeyInfo === hidesKeyInfo && isAt(event, before.place)) {
    return before;
  }
  const written = writePlace(toPlace(event, hidesKeyInfo));
  if (before === undefined && places.size >= MAX_PLACES) {
    places.clear();
  }
  places.set(event.deploymentId, written);
  return written;
}

/** Of two at the same deployment. */
const isAt = (event: CallFinished, place: Place): boolean =>
  event.requestedModel === place.requestedModel &&
  event.path === place.path &&
  event.modelGroup === place.modelGroup &&
  event.apiBase === place.apiBase &&
  event.upstreamModel === place.upstreamModel &&
  event.provider === place.provider &&
  event.details?.keyHash === place.keyHash;

const toPlace = (event: CallFinished, hidesKeyInfo: boolean): Place => ({
  apiBase: event.apiBase,
  modelGroup: event.modelGroup,
  requestedModel: event.requestedModel,
  deploymentId: event.deploymentId,
  upstreamModel: event.upstreamModel,
  provider: event.provider,
  path: event.path,
  keyHash: event.details?.keyHash,
  hidesKeyInfo,
});

const writePlace = (place: Place): WrittenPlace => ({
  place,
  known: writeFields({
    api_base: place.apiBase,
    model_group: place.modelGroup,
    requested_model: place.requestedModel,
    deployment: place.upstreamModel,
    custom_llm_provider: place.provider,
    ...(place.hidesKeyInfo ? {} : { user_api_key_hash: place.keyHash, user_api_key_request_route: place.path }),
  }),
  hidden: writeFields({
    model_id: place.deploymentId,
    api_base: place.apiBase,
    litellm_model_name: place.upstreamModel,
  }),
});

/** An object's fields as JSON text, each behind a comma; what is `undefined` is not written. */
function writeFields(fields: JsonObject): Uint8Array {
  const text = JSON.stringify(fields).slice(1, -1);
  return Buffer.from(text === "" ? "" : `,${text}`);
}
