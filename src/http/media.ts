import { GatewayError } from "../core/errors.ts";
import type { Media } from "../core/translation.ts";
import { readClientUrl } from "../upstream/origin.ts";
import type { Call } from "./call.ts";

/** Largest file that is fetched for a call, in bytes, and most files of one call. */
const MAX_FILE_BYTES = 20 * 1024 * 1024;
const MAX_FILES = 50;

const MAX_WAIT_MS = 30_000;

/**
 * Fetches files that a caller named, for a vendor that takes no URLs: through the egress guard, without redirects, within
 * limits of size and time.
 * @throws GatewayError `invalid-request` naming the URL's host and what was wrong
 */
export async function fetchMedia(call: Call, urls: readonly string[]): Promise<ReadonlyMap<string, Media>> {
  const distinct = [...new Set(urls)];
  if (distinct.length > MAX_FILES) {
    throw refusal(`${distinct.length} files are more than the ${MAX_FILES} that are fetched for one call`);
  }
  const fetched = await Promise.all(distinct.map(async (url) => [url, await fetchFile(call, url)] as const));
  return new Map(fetched);
}

async function fetchFile(call: Call, url: string): Promise<Media> {
  const { origin, target } = readUrl(url);
  const { exchange } = {
    exchange: call.services.transport.open({
      origin,
      head: `GET ${target} HTTP/1.1\r\nhost: ${origin.hostHeader}\r\naccept: */*\r\naccept-encoding: identity\r\nuser-agent: portolan\r\n`,
      body: [],
      limits: { connectMs: 10_000, firstByteMs: MAX_WAIT_MS, gapMs: MAX_WAIT_MS, totalMs: MAX_WAIT_MS },
      egress: call.state.clientHosts.egress,
    }),
  };
  call.request.onGone = () => {
    exchange.abort();
    call.abort();
  };
  const reply = await exchange.reply.catch((cause: unknown) => {
    throw toRefusal(origin.hostname, cause);
  });
  if (reply.status !== 200) {
    exchange.abort();
    throw refusal(`the host '${origin.hostname}' answered a file with status ${reply.status}`);
  }
  try {
    const bytes = await reply.readBody(MAX_FILE_BYTES);
    const type = (reply.header("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
    return { type, base64: Buffer.from(bytes).toString("base64") };
  } catch (cause) {
    throw toRefusal(origin.hostname, cause);
  }
}

function readUrl(url: string): {
  readonly origin: ReturnType<typeof readClientUrl>["origin"];
  readonly target: string;
} {
  try {
    const { origin, query } = readClientUrl(url);
    const { pathname } = new URL(url);
    return { origin, target: pathname + query };
  } catch (cause) {
    throw refusal(cause instanceof Error ? cause.message : "the URL cannot be read");
  }
}

const refusal = (message: string): GatewayError =>
  new GatewayError(
    "invalid-request",
    `Unable to fetch a file of the request: ${message}. Send it as a data URL instead.`,
    {
      param: "messages",
    },
  );

function toRefusal(host: string, cause: unknown): GatewayError {
  if (cause instanceof GatewayError && (cause.kind === "invalid-request" || cause.kind === "client-closed")) {
    return cause;
  }
  return refusal(`from the host '${host}': ${cause instanceof Error ? cause.message : "it did not answer"}`);
}
