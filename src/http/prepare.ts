import { GatewayError } from "../core/errors.ts";
import { planEdits } from "../providers/edit-plan.ts";
import type { PreparedRoute } from "../providers/prepared-route.ts";
import { decodeTokenInput } from "../translators/embedding-token-ids.ts";
import type { UpstreamRequest } from "../upstream/transport.ts";
import { scanObject } from "../wire/json-scan.ts";
import { type JsonEdit, spliceObject } from "../wire/json-splice.ts";
import type { ScannedObject } from "../wire/scanned-object.ts";
import type { Call } from "./call.ts";
import { forwardedHeaders } from "./forwarded-headers.ts";
import { readQuery } from "./request-target.ts";
import { timeLimitsOf } from "./time-limits.ts";

/**
 * Turns the caller's request into the vendor's: declared edits are spliced into the bytes, everything else stays.
 * @throws GatewayError `unsupported-params` or `upstream-unauthenticated` (no token to be had).
 */
export function prepareRequest(
  call: Call,
  route: PreparedRoute,
  body: ScannedObject,
): UpstreamRequest | Promise<UpstreamRequest> {
  const edits = planEdits(route.plan, body, call.editOptions);
  if (call.isStream) {
    addUsageEdit(call, route, body, edits);
  }
  const signed = route.credential();
  if (call.operation === "embedding" || typeof signed !== "string") {
    return prepareSlowly({ call, route, body, edits, signed });
  }
  return toUpstreamRequest(call, route, { body, edits, signature: signed });
}

interface SlowPreparation {
  readonly call: Call;
  readonly route: PreparedRoute;
  readonly body: ScannedObject;
  readonly edits: JsonEdit[];
  readonly signed: string | Promise<string>;
}

/** The way of calls for which something must be loaded or fetched first: a token table, an access token. */
async function prepareSlowly({ call, route, body, edits, signed }: SlowPreparation): Promise<UpstreamRequest> {
  if (call.operation === "embedding") {
    await addEmbeddingEdits(route, body, edits);
  }
  const signature = typeof signed === "string" ? signed : await awaitToken(signed);
  return toUpstreamRequest(call, route, { body, edits, signature });
}

interface RequestParts {
  readonly body: ScannedObject;
  readonly edits: readonly JsonEdit[];
  /** The header line that signs the call. */
  readonly signature: string;
}

function toUpstreamRequest(
  call: Call,
  route: PreparedRoute,
  { body, edits, signature }: RequestParts,
): UpstreamRequest {
  const apiVersion = call.target.query === "" ? undefined : readQuery(call.target, "api-version");
  return {
    origin: route.origin,
    head: route.head(apiVersion) + signature + forwardedHeaders(call),
    body: spliceObject(body, edits).pieces,
    limits: timeLimitsOf(call),
    ...(call.egress === undefined ? {} : { egress: call.egress }),
  };
}

async function awaitToken(token: Promise<string>): Promise<string> {
  try {
    return await token;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
    throw new GatewayError("upstream-unauthenticated", `No access token could be had: ${reason}`, { cause });
  }
}

const ASK_USAGE = '{"include_usage":true}';

/**
 * Asks the vendor for usage on a stream when it is metered, and notes whether the client must not see the answer.
 * Nothing is asked of vendors that send usage anyway, or where an admin drops `stream_options`.
 */
function addUsageEdit(call: Call, route: PreparedRoute, body: ScannedObject, edits: JsonEdit[]): void {
  const { general } = call.state.config;
  const { plan } = route;
  const isAskable = (plan.provider.streamUsage ?? "ask") === "ask" && !plan.additionalDrop.includes("stream_options");
  if (!isAskable || !(general.meterStreamUsage || general.alwaysIncludeStreamUsage)) {
    return;
  }
  const field = body.find("stream_options");
  if (field?.kind !== "object") {
    edits.push({ kind: "set", name: "stream_options", value: ASK_USAGE });
    call.hidesUsage = !general.alwaysIncludeStreamUsage;
    return;
  }
  const options = scanObject(body.bytes.subarray(field.valueStart, field.valueEnd));
  if (options.find("include_usage")?.kind !== "true") {
    const { pieces } = spliceObject(options, [{ kind: "set", name: "include_usage", value: "true" }]);
    edits.push({ kind: "set", name: "stream_options", value: Buffer.concat(pieces) });
    call.hidesUsage = !general.alwaysIncludeStreamUsage;
  }
}

async function addEmbeddingEdits(route: PreparedRoute, body: ScannedObject, edits: JsonEdit[]): Promise<void> {
  if (route.route.textInputOnly === true) {
    const text = await decodeTokenInput(body);
    if (text !== undefined) {
      edits.push({ kind: "set", name: "input", value: text });
    }
  }
  if (route.route.floatsOnly === true) {
    edits.push({ kind: "remove", name: "encoding_format" });
  }
}
