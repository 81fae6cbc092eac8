import type { CallFinished } from "../../core/call-event.ts";
import { copyText, flatText } from "../../core/lasting-text.ts";
import type { JsonObject } from "../../core/translation.ts";
import { readDetails } from "../read-details.ts";
import { overheadMsOf } from "../standard-payload.ts";

/** Dividing is exact where multiplying by a billionth is not. */
const NANO_PER_USD = 1e9;

/** What the gateway knows of a call beyond what Langfuse has fields for. */
export const toKnown = (event: CallFinished): JsonObject => JSON.parse(writeKnown(event)) as JsonObject;

/** {@link toKnown} as JSON text, put together of texts as it is done for every call. */
export function writeKnown(event: CallFinished): string {
  const { known, hidden } = textsOf(event);
  const costUsd = event.cost === undefined ? null : event.cost.nanoUsd / NANO_PER_USD;
  return (
    `{"litellm_call_id":${JSON.stringify(event.callId)},"litellm_response_cost":${costUsd},"cache_hit":false` +
    `,"status_code":${event.status}${known}${writeUncommon(event)},"hidden_params":{"response_cost":${costUsd}` +
    `,"litellm_overhead_time_ms":${overheadMsOf(event)}${hidden}}}`
  );
}

/** What few calls have. */
function writeUncommon(event: CallFinished): string {
  const { retries, fallbacks, dropped, errorKind, details } = event;
  const isCut = details?.content?.isResponseCut === true;
  const isCommon = errorKind === undefined && retries === 0 && fallbacks === 0 && dropped.length === 0 && !isCut;
  return isCommon && details?.spendLogsMetadataText === undefined
    ? ""
    : writeFields({
        error_kind: errorKind,
        retries: retries === 0 ? undefined : retries,
        fallbacks: fallbacks === 0 ? undefined : fallbacks,
        dropped_params: dropped.length === 0 ? undefined : dropped,
        spend_logs_metadata: readDetails(event).spendLogsMetadata,
        is_response_cut: isCut ? true : undefined,
      });
}

/** What calls of one caller to one deployment have in common; texts are looked up by the deployment. */
type Place = Pick<
  CallFinished,
  "apiBase" | "modelGroup" | "requestedModel" | "deploymentId" | "upstreamModel" | "provider" | "path"
> & {
  readonly keyHash: string | undefined;
  readonly endUser: string | undefined;
  readonly clientAddress: string | undefined;
  readonly userAgent: string | undefined;
};

/** A place and its texts, each field behind a comma. */
interface WrittenPlace {
  readonly place: Place;
  readonly known: string;
  readonly hidden: string;
}

/** The latest place of each deployment. */
const places = new Map<string | undefined, WrittenPlace>();
const MAX_PLACES = 256;

function textsOf(event: CallFinished): WrittenPlace {
  const before = places.get(event.deploymentId);
  if (before !== undefined && isAt(event, before.place)) {
    return before;
  }
  const written = writePlace(toPlace(event));
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
  event.details?.keyHash === place.keyHash &&
  event.details?.endUser === place.endUser &&
  event.details?.clientAddress === place.clientAddress &&
  event.details?.userAgent === place.userAgent;

const toPlace = (event: CallFinished): Place => ({
  apiBase: event.apiBase,
  modelGroup: event.modelGroup,
  requestedModel: event.requestedModel,
  deploymentId: event.deploymentId,
  upstreamModel: event.upstreamModel,
  provider: event.provider,
  path: event.path,
  keyHash: event.details?.keyHash,
  endUser: event.details?.endUser,
  clientAddress: event.details?.clientAddress,
  userAgent: event.details?.userAgent === undefined ? undefined : copyText(event.details.userAgent),
});

const writePlace = (place: Place): WrittenPlace => ({
  place,
  known: writeFields({
    api_base: place.apiBase,
    model_group: place.modelGroup,
    requested_model: place.requestedModel,
    deployment: place.upstreamModel,
    custom_llm_provider: place.provider,
    user_api_key_hash: place.keyHash,
    user_api_key_end_user_id: place.endUser,
    user_api_key_request_route: place.path,
    requester_ip_address: place.clientAddress,
    user_agent: place.userAgent,
  }),
  hidden: writeFields({
    model_id: place.deploymentId,
    api_base: place.apiBase,
    litellm_model_name: place.upstreamModel,
  }),
});

/** An object's fields as JSON text, each behind a comma; what is `undefined` is not written. */
function writeFields(fields: JsonObject): string {
  const text = JSON.stringify(fields).slice(1, -1);
  return text === "" ? "" : flatText(`,${text}`);
}
