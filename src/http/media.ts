import { GatewayError } from "../core/errors.ts";
import type { Media } from "../core/translation.ts";
import { type BaseUrl, readClientUrl } from "../upstream/origin.ts";
import type { Exchange } from "../upstream/transport.ts";
import { toBuffer } from "../wire/utf8.ts";
import type { Call } from "./call.ts";

/** Largest file that is fetched for a call, and all of them together, in bytes. */
const MAX_FILE_BYTES = 20 * 1024 * 1024;
const MAX_TOTAL_BYTES = 64 * 1024 * 1024;

/** Most files of one call, and how many are fetched at once. */
const MAX_FILES = 50;
const MAX_AT_ONCE = 4;

const LIMITS = { connectMs: 10_000, firstByteMs: 30_000, gapMs: 30_000, totalMs: 60_000 };

/**
 * Fetches files that a caller named, for a vendor that takes no URLs: through the egress guard, without redirects, within
 * limits of size, number and time. Nothing of the caller's or the server's credentials goes along.
 * @returns the files by URL
 * @throws GatewayError `invalid-request` naming the host and what was wrong
 */
export async function fetchMedia(call: Call, urls: readonly string[]): Promise<ReadonlyMap<string, Media>> {
  const uses = new Map<string, number>();
  for (const url of urls) {
    uses.set(url, (uses.get(url) ?? 0) + 1);
  }
  const distinct = [...uses.keys()];
  if (distinct.length > MAX_FILES) {
    throw refusal(`${distinct.length} files are more than the ${MAX_FILES} that are fetched for one call`);
  }
  if (call.request.isGone || call.isClientGone) {
    throw new GatewayError("client-closed", "The caller closed the connection.");
  }
  const fetcher = new MediaFetcher(call, uses);
  try {
    return await fetcher.fetchAll(distinct);
  } catch (error) {
    fetcher.abort();
    throw error;
  }
}

/** The files of one call on their way. */
class MediaFetcher {
  readonly #call: Call;
  /** How often the request has each URL: the vendor gets a file as often. */
  readonly #uses: ReadonlyMap<string, number>;
  readonly #open = new Set<Exchange>();
  #bytesLeft = MAX_TOTAL_BYTES;
  #isAborted = false;

  constructor(call: Call, uses: ReadonlyMap<string, number>) {
    this.#call = call;
    this.#uses = uses;
    call.request.onGone = () => {
      call.abort();
      this.abort();
    };
  }

  abort(): void {
    this.#isAborted = true;
    for (const exchange of this.#open) {
      exchange.abort();
    }
  }

  async fetchAll(urls: readonly string[]): Promise<ReadonlyMap<string, Media>> {
    const files = new Map<string, Media>();
    let next = 0;
    const work = async (): Promise<void> => {
      for (let url = urls[next++]; url !== undefined && !this.#isAborted; url = urls[next++]) {
        files.set(url, await this.#fetchOne(url));
      }
    };
    await Promise.all(Array.from({ length: Math.min(MAX_AT_ONCE, urls.length) }, work));
    return files;
  }

  async #fetchOne(url: string): Promise<Media> {
    const { origin, target } = readUrl(url);
    const exchange = this.#call.services.transport.open({
      origin,
      head: Buffer.from(`GET ${target} HTTP/1.1\r\nhost: ${origin.hostHeader}\r\n`),
      ownLines: "accept: */*\r\naccept-encoding: identity\r\nuser-agent: portolan\r\n",
      body: [],
      limits: LIMITS,
      egress: this.#call.state.clientHosts.fileEgress,
    });
    this.#open.add(exchange);
    try {
      const reply = await exchange.reply;
      if (reply.status !== 200) {
        exchange.abort();
        throw refusal(`the host '${origin.hostname}' answered with status ${reply.status}`);
      }
      const uses = this.#uses.get(url) ?? 1;
      const limit = Math.floor(Math.min(MAX_FILE_BYTES, Math.max(0, this.#bytesLeft) / uses));
      const bytes = await reply.readBody(limit);
      this.#bytesLeft -= bytes.length * uses;
      if (this.#bytesLeft < 0) {
        throw refusal(`the files of the request, each as often as it is in it, are more than ${MAX_TOTAL_BYTES} bytes`);
      }
      const type = readType(reply.header("content-type"));
      return { type, base64: toBuffer(bytes).toString("base64") };
    } catch (cause) {
      throw toRefusal(origin.hostname, cause);
    } finally {
      this.#open.delete(exchange);
    }
  }
}

/** A media type, without parameters; empty for what is none, as it goes into data URLs. */
function readType(header = ""): string {
  const [type = ""] = header.toLowerCase().split(";", 1);
  return MEDIA_TYPE.test(type.trim()) ? type.trim() : "";
}

/** Source: https://www.rfc-editor.org/rfc/rfc6838#section-4.2. */
const MEDIA_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/;

function readUrl(url: string): { readonly origin: BaseUrl["origin"]; readonly target: string } {
  try {
    const { origin, query } = readClientUrl(url);
    return { origin, target: new URL(url).pathname + query };
  } catch (cause) {
    throw refusal(cause instanceof Error ? cause.message : "the URL cannot be read");
  }
}

const refusal = (reason: string): GatewayError =>
  new GatewayError(
    "invalid-request",
    `Unable to fetch a file of the request: ${reason}. Send it as a data URL instead.`,
    { param: "messages" },
  );

/** A file that cannot be had is the request's fault, whatever went wrong: other deployments would not have it either. */
function toRefusal(host: string, cause: unknown): GatewayError {
  if (cause instanceof GatewayError && (cause.kind === "invalid-request" || cause.kind === "client-closed")) {
    return cause;
  }
  return refusal(`from the host '${host}': ${cause instanceof Error ? cause.message : "it did not answer"}`);
}
