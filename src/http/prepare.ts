import { GatewayError } from "../core/errors.ts";
import { toCallersTraceLines, toTraceLines } from "../core/trace-context.ts";
import type { Translator } from "../core/translation.ts";
import { planEdits, refusedParams } from "../providers/edit-plan.ts";
import type { PreparedRoute, RouteHead } from "../providers/prepared-route.ts";
import { decodeTokenInput } from "../translators/embedding-token-ids.ts";
import type { UpstreamRequest } from "../upstream/transport.ts";
import { scanObject } from "../wire/json-scan.ts";
import { type JsonEdit, spliceObject } from "../wire/json-splice.ts";
import type { ScannedObject } from "../wire/scanned-object.ts";
import type { Call } from "./call.ts";
import { isKeptFrom } from "./call-details.ts";
import { forwardedHeaders } from "./forwarded-headers.ts";
import { readQuery } from "./request-target.ts";
import { timeLimitsOf } from "./time-limits.ts";
import { type TranslatedRequest, translateRequest } from "./translate-request.ts";

/** Requests of one attempt: one, or as many as the vendor needs for it. */
export type PreparedRequests = readonly [UpstreamRequest, ...UpstreamRequest[]];

/**
 * Turns the caller's request into the vendor's: declared edits are spliced into the bytes and everything else stays, unless
 * the vendor speaks another dialect; then the edited body is translated.
 * @throws GatewayError `unsupported-params`, `invalid-request`, or `upstream-unauthenticated` (no token to be had).
 */
export function prepareRequest(
  call: Call,
  route: PreparedRoute,
  body: ScannedObject,
): PreparedRequests | Promise<PreparedRequests> {
  if (call.apiVersion !== undefined || call.organization !== undefined) {
    tellUnused(call, route);
  }
  const edits = planEdits(route.plan, body, call.editOptions, call);
  const { translator } = call;
  if (call.isStream && (translator === undefined || translator.to === "openai-chat")) {
    addUsageEdit(call, route, body, edits);
  }
  if (call.operation === "embedding") {
    return prepareEmbedding(call, route, body, edits);
  }
  if (translator !== undefined) {
    return prepareTranslated(call, route, translator, spliceObject(body, edits).pieces);
  }
  return one(toUpstreamRequest(call, route, spliceObject(body, edits).pieces));
}

/** What a caller without a key of its own says beside it, where the vendor or the configuration has no use for it. */
function tellUnused(call: Call, { plan }: PreparedRoute): void {
  const unused: string[] = [];
  if (call.apiVersion !== undefined && plan.provider.apiVersionEnv === undefined) {
    unused.push("api_version");
  }
  if (call.organization !== undefined && !call.state.config.general.forwardOpenaiOrganization) {
    unused.push("organization");
  }
  if (unused.length > 0 && call.editOptions.isStrict) {
    throw refusedParams(plan, unused);
  }
  for (const name of unused) {
    call.drop(name);
  }
}

const one = (request: UpstreamRequest | Promise<UpstreamRequest>): PreparedRequests | Promise<PreparedRequests> =>
  request instanceof Promise ? request.then((made) => [made] as const) : [request];

/** Embeddings may need a token table first. */
async function prepareEmbedding(
  call: Call,
  route: PreparedRoute,
  body: ScannedObject,
  edits: JsonEdit[],
): Promise<PreparedRequests> {
  addEmbeddingEdits(route, body, edits);
  const { pieces } = spliceObject(body, edits);
  return call.translator === undefined
    ? [await toUpstreamRequest(call, route, pieces)]
    : prepareTranslated(call, route, call.translator, pieces);
}

function prepareTranslated(
  call: Call,
  route: PreparedRoute,
  translator: Translator,
  edited: readonly Uint8Array[],
): PreparedRequests | Promise<PreparedRequests> {
  const translated = translateRequest(call, route, translator, Buffer.concat(edited));
  return translated instanceof Promise
    ? translated.then((made) => toRequests(call, route, made))
    : toRequests(call, route, translated);
}

function toRequests(
  call: Call,
  route: PreparedRoute,
  { bodies, headers }: TranslatedRequest,
): PreparedRequests | Promise<PreparedRequests> {
  const [first, ...others] = bodies;
  if (first === undefined) {
    throw new Error(`the translator to ${route.route.dialect} made no request`);
  }
  const request = toUpstreamRequest(call, route, [first], headers);
  return others.length === 0
    ? one(request)
    : Promise.all([request, ...others.map((body) => toUpstreamRequest(call, route, [body], headers))]);
}

function toUpstreamRequest(
  call: Call,
  route: PreparedRoute,
  body: readonly Uint8Array[],
  headers = "",
): UpstreamRequest | Promise<UpstreamRequest> {
  const asked = call.target.query === "" ? undefined : readQuery(call.target, "api-version");
  const apiVersion = asked ?? call.apiVersion;
  const streams = call.isStream && call.translator?.stream !== undefined;
  const head = route.head(apiVersion, call.translator === undefined ? call.isStream : streams);
  if (route.credential.lines !== undefined) {
    return finish(call, route, { head, lines: headers, body });
  }
  const signature = sign(route, head.text, body);
  return typeof signature === "string"
    ? finish(call, route, { head, lines: signature + headers, body })
    : awaitToken(call, signature).then((signed) => finish(call, route, { head, lines: signed + headers, body }));
}

/** A request as its route and its translator make it. */
interface UnfinishedRequest {
  readonly head: RouteHead;
  readonly lines: string;
  readonly body: readonly Uint8Array[];
}

function finish(call: Call, route: PreparedRoute, { head, lines, body }: UnfinishedRequest): UpstreamRequest {
  const request: UpstreamRequest = {
    origin: route.origin,
    head: head.bytes,
    ownLines: lines + traceLines(call, head.text, lines) + forwardedHeaders(call),
    body,
    limits: timeLimitsOf(call),
  };
  return call.egress === undefined ? request : { ...request, egress: call.egress };
}

/** An operator's own `traceparent` (`extra_headers`) stays the only one. */
function traceLines(call: Call, head: string, lines: string): string {
  const { trace, attemptSpanId } = call;
  if (trace === undefined || attemptSpanId === undefined || /\r\ntrace(?:parent|state):/i.test(head + lines)) {
    return "";
  }
  // A span that is never sent is no place for the vendor's.
  return isKeptFrom(call, "otel") ? toCallersTraceLines(call.request.headers) : toTraceLines(trace, attemptSpanId);
}

/** The header lines that sign the call. */
function sign(
  { credential, origin }: PreparedRoute,
  head: string,
  body: readonly Uint8Array[],
): string | Promise<string> {
  const target = head.slice(head.indexOf(" ") + 1, head.indexOf(" HTTP/1.1"));
  return credential.sign({ host: origin.hostHeader, target, body });
}

/** Why an identity of the server's was refused names accounts, tenants and files: that is for the log, not for callers. */
async function awaitToken(call: Call, token: Promise<string>): Promise<string> {
  try {
    return await token;
  } catch (cause) {
    const isCallersOwn = call.credentials !== undefined || call.scope !== call.state.scope;
    const reason = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
    if (!isCallersOwn) {
      call.services.logError(`call ${call.id}: no access token could be had`, reason);
    }
    const told = isCallersOwn ? `: ${reason}` : ". The gateway's log says why";
    throw new GatewayError("upstream-unauthenticated", `No access token could be had${told}`, { cause });
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

function addEmbeddingEdits(route: PreparedRoute, body: ScannedObject, edits: JsonEdit[]): void {
  if (route.route.textInputOnly === true) {
    const text = decodeTokenInput(body);
    if (text !== undefined) {
      edits.push({ kind: "set", name: "input", value: text });
    }
  }
  if (route.route.floatsOnly === true) {
    edits.push({ kind: "remove", name: "encoding_format" });
  }
}
