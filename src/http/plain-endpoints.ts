import { headerLine, type InboundReply, type InboundRequest } from "../inbound/inbound.ts";
import type { PlainEndpoint } from "./endpoint.ts";
import type { GatewayServices, GatewayState } from "./gateway-state.ts";
import { readRequestBody } from "./intake.ts";
import type { RequestTarget } from "./request-target.ts";

/** What an endpoint that the gateway answers itself is run with. */
export interface PlainContext {
  readonly state: GatewayState;
  readonly services: GatewayServices;
  readonly target: RequestTarget;
  readonly id: string | undefined;
}

/** Headers that describe the body as it came over the wire, which the endpoint does not see. */
const BODY_HEADERS: ReadonlySet<string> = new Set(["content-length", "content-encoding", "transfer-encoding"]);
const NO_BODY = new Uint8Array(0);

/**
 * Runs such an endpoint: it sees a web `Request` and answers with a web `Response`. Off the hot path, so plain beats fast.
 * @throws GatewayError what the endpoint throws, or why the body cannot be had
 */
export async function runPlainEndpoint(
  endpoint: PlainEndpoint,
  inbound: InboundRequest,
  context: PlainContext,
): Promise<InboundReply> {
  const { state } = context;
  const body =
    inbound.method === "POST" ? await readRequestBody(inbound, state.config.general.maxRequestBytes) : NO_BODY;
  const gone = new AbortController();
  inbound.onGone = () => gone.abort();
  const request = new Request(toUrl(inbound), {
    method: inbound.method,
    headers: toWebHeaders(inbound),
    signal: gone.signal,
  });
  const response = await endpoint.handle({ ...context, request, body });
  let lines = "";
  response.headers.forEach((value, name) => {
    lines += name === "content-length" ? "" : headerLine(name, value);
  });
  return { status: response.status, headers: lines, body: new Uint8Array(await response.arrayBuffer()) };
}

/** The address as the caller wrote it; a host that cannot stand in a URL becomes `localhost`. */
function toUrl({ headers, target }: InboundRequest): string {
  const host = headers.get("host") ?? "";
  const isUsable = SAFE_HOST.test(host) && URL.canParse(`http://${host}`);
  return `http://${isUsable ? host : "localhost"}${target}`;
}

const SAFE_HOST = /^(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/;

function toWebHeaders(inbound: InboundRequest): Headers {
  const headers = new Headers();
  inbound.headers.forEach((value, name) => {
    if (!BODY_HEADERS.has(name)) {
      headers.set(name, value);
    }
  });
  return headers;
}
