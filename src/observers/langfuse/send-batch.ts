import type { Post, PostReply } from "../../upstream/post.ts";
import { stretchesOf } from "../../wire/byte-arena.ts";
import type { SendOutcome } from "../batch-sender.ts";
import { type LangfuseProject, toHeaders } from "./project.ts";
import type { WrittenCall } from "./written-call.ts";

/** How one endpoint of Langfuse is spoken to. */
export interface Endpoint {
  /** Below the host. */
  readonly path: string;
  /** What stands around the calls of a request; between them stand commas. */
  readonly around: { readonly begin: string; readonly end: string };
  /** A success tells of each call, so that it must be read whole. */
  readonly tellsOfEach: boolean;
  /** What a success says of single calls; `undefined` where it is no answer of Langfuse. */
  readReply(calls: readonly WrittenCall[], reply: PostReply): Delivery | undefined;
}

/** What became of a batch, call by call. */
export interface Delivery {
  readonly refusedCount: number;
  /** To be sent again. */
  readonly remaining: readonly WrittenCall[];
  /** Why calls were refused or remain. */
  readonly reason: string;
  readonly afterMs?: number | undefined;
}

/** What each call begins with: without that of the first, a batch's calls are the items of a JSON list. */
export const SEPARATOR = Buffer.from(",");

/** All have arrived. */
export const DELIVERED: Delivery = { refusedCount: 0, remaining: [], reason: "" };

/** Makes of an endpoint what a BatchSender sends with. */
export function toSend(
  project: LangfuseProject,
  endpoint: Endpoint,
  { post, version }: { readonly post: Post; readonly version: string },
): (calls: readonly WrittenCall[], signal: AbortSignal) => Promise<SendOutcome<WrittenCall>> {
  const url = `${project.host}${endpoint.path}`;
  const headers = toHeaders(project, version);
  const begin = Buffer.from(endpoint.around.begin);
  const end = Buffer.from(endpoint.around.end);
  const deliver = async (calls: readonly WrittenCall[], signal: AbortSignal): Promise<Delivery> => {
    const pieces = calls.map(({ piece }) => piece);
    const body = [begin, ...stretchesOf(pieces, SEPARATOR.length), end];
    const reply = await post({ url, headers, body, timeoutMs: TIMEOUT_MS, signal });
    if (calls.length > 1 && isTooMuch(reply, endpoint)) {
      const half = Math.ceil(calls.length / 2);
      const first = await deliver(calls.slice(0, half), signal);
      return join(first, await deliver(calls.slice(half), signal));
    }
    return readDelivery(calls, reply, project, endpoint);
  };
  return async (calls, signal) => toOutcome(calls, await deliver(calls, signal));
}

/** A longer answer than is read tells of many faults. Calls that have arrived are taken once, however often they come. */
const isTooMuch = ({ status, isCut, text }: PostReply, { tellsOfEach }: Endpoint): boolean =>
  status === 413 || (isCut === true && tellsOfEach && isSuccess(status) && text.startsWith("{"));

const isSuccess = (status: number): boolean => status >= 200 && status < 300;

/** How long an answer may take, in milliseconds. */
const TIMEOUT_MS = 15_000;

function join(first: Delivery, second: Delivery): Delivery {
  return {
    refusedCount: first.refusedCount + second.refusedCount,
    remaining: [...first.remaining, ...second.remaining],
    reason: first.reason === "" ? second.reason : first.reason,
    afterMs: first.afterMs ?? second.afterMs,
  };
}

function readDelivery(
  calls: readonly WrittenCall[],
  reply: PostReply,
  project: LangfuseProject,
  endpoint: Endpoint,
): Delivery {
  const { status } = reply;
  if (reply.isBroken === true && endpoint.tellsOfEach) {
    return { refusedCount: 0, remaining: calls, reason: "the answer broke off", afterMs: undefined };
  }
  if (isSuccess(status)) {
    const delivery = endpoint.readReply(calls, reply);
    if (delivery !== undefined) {
      return delivery;
    }
  }
  if (isPassing(status)) {
    return { refusedCount: 0, remaining: calls, reason: `answered ${status}`, afterMs: reply.retryAfterMs };
  }
  return { refusedCount: calls.length, remaining: [], reason: describeRefusal(status, project, endpoint) };
}

/** Whether what a status refuses may be taken later. */
export const isPassing = (status: number): boolean => status >= 500 || status === 429 || status === 408;

/** What an operator can do about it; neither of the keys is told, nor what the server answered. */
function describeRefusal(status: number, { host }: LangfuseProject, { path }: Endpoint): string {
  const at = `${host} answered ${status}`;
  if (status === 401 || status === 403) {
    return `${at}: it does not know the keys; LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY must be of one project, LANGFUSE_HOST its region's`;
  }
  if (status === 404 || status === 405) {
    return `${at}: there is no ${path}; is LANGFUSE_HOST right, and that Langfuse new enough?`;
  }
  if (status >= 300 && status < 400) {
    return `${at}: it sends elsewhere, which is not followed; LANGFUSE_HOST must be the final address`;
  }
  if (isSuccess(status)) {
    return `${at}, but not as Langfuse does; is LANGFUSE_HOST right?`;
  }
  return status === 413 ? `${at}: a single call is too large for it` : at;
}

function toOutcome(
  calls: readonly WrittenCall[],
  { refusedCount, remaining, reason, afterMs }: Delivery,
): SendOutcome<WrittenCall> {
  if (remaining.length > 0) {
    return { kind: "retry", reason, afterMs, remaining, refusedCount };
  }
  if (refusedCount === 0) {
    return { kind: "sent" };
  }
  return refusedCount === calls.length ? { kind: "refused", reason } : { kind: "partly", refusedCount, reason };
}
