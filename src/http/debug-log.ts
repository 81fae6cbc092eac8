import { scrubKey } from "../core/scrub-secrets.ts";
import { headText, type UpstreamReply, type UpstreamRequest } from "../upstream/transport.ts";
import type { Call } from "./call.ts";

/** Most of a body that is shown. */
const MAX_BODY_CHARACTERS = 2000;

/** Shows what goes to vendors and what comes back, keys masked (`--debug`); with bodies when `showsBodies` (`--detailed_debug`). */
export class DebugLog {
  readonly #write: (line: string) => void;
  readonly #showsBodies: boolean;

  constructor(write: (line: string) => void, showsBodies: boolean) {
    this.#write = write;
    this.#showsBodies = showsBodies;
  }

  request(call: Call, request: UpstreamRequest): void {
    const head = headText(request).trimEnd().split("\r\n").map(maskHeader).join("\n    ");
    const body = this.#showsBodies
      ? `\n    ${Buffer.concat(request.body).toString("utf8").slice(0, MAX_BODY_CHARACTERS)}`
      : "";
    this.#write(`debug: call ${call.id} asks ${request.origin.key}\n    ${mask(call, head + body)}`);
  }

  reply(call: Call, reply: UpstreamReply): void {
    const lines: string[] = [];
    reply.headers.forEachLine((name, value) => {
      lines.push(`${name}: ${name === "set-cookie" ? "****" : value}`);
    });
    this.#write(`debug: call ${call.id} got ${reply.status}\n    ${mask(call, lines.join("\n    "))}`);
  }
}

/** Headers whose values say nothing secret; what a deployment adds of its own may. */
const SHOWN_HEADERS = /^(?:POST |host:|content-type:|accept-encoding:|connection:)/;

const maskHeader = (line: string): string =>
  SHOWN_HEADERS.test(line) ? line : `${line.slice(0, line.indexOf(":") + 1)} ****`;

/** The text without the keys that the call was signed with, and without anything that looks like one. */
function mask(call: Call, text: string): string {
  const secrets = call.route?.credential.secrets() ?? [];
  return call.state.scrubber.scrub(secrets.reduce(scrubKey, text));
}
