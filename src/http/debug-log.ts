import { escapeToOneLine } from "../core/one-line.ts";
import type { UpstreamReply, UpstreamRequest } from "../upstream/transport.ts";
import type { Call } from "./call.ts";
import { isContentHidden } from "./call-details.ts";
import { toShownHead, withoutSecrets } from "./shown-request.ts";

/** Most of a body that is shown. */
const MAX_BODY_CHARACTERS = 2000;

/** Stands for a body that nobody may see. */
const REDACTED = "redacted: message logging is off";

/** How the debug log looks, and what it shows. */
export interface DebugLogOptions {
  /** Lines of JSON, as those of the access log. */
  readonly isJson: boolean;
  /** Bodies of requests, up to 2000 characters, unless message logging is off (`--detailed_debug`). */
  readonly showsBodies: boolean;
}

/** What is told of a request or a reply. */
type Entry = Readonly<Record<string, string | number | Readonly<Record<string, string>>>>;

/** Shows what goes to vendors and the heads of what comes back, secrets masked (`--debug`). No text in it can pass for another line. */
export class DebugLog {
  readonly #write: (lines: string) => void;
  readonly #options: DebugLogOptions;

  /** @param write takes whole lines, each with its end */
  constructor(write: (lines: string) => void, options: DebugLogOptions) {
    this.#write = write;
    this.#options = options;
  }

  request(call: Call, request: UpstreamRequest): void {
    const { url, headers } = toShownHead(call, request);
    const body = this.#options.showsBodies ? { body: toShownBody(call, request) } : {};
    this.#tell(`call ${call.id} asks ${request.origin.key}`, { call_id: call.id, url, headers, ...body });
  }

  reply(call: Call, reply: UpstreamReply): void {
    const headers: Record<string, string> = {};
    reply.headers.forEach((value, name) => {
      headers[name] = name === "set-cookie" ? "****" : value;
    });
    const { status } = reply;
    this.#tell(`call ${call.id} got ${status}`, { call_id: call.id, status, headers: withoutSecrets(call, headers) });
  }

  #tell(message: string, entry: Entry): void {
    const line = this.#options.isJson
      ? JSON.stringify({ time: new Date().toISOString(), level: "debug", message, ...entry })
      : `debug: ${message}${linesOf(entry)
          .map((part) => `\n    ${escapeToOneLine(part)}`)
          .join("")}`;
    this.#write(`${line}\n`);
  }
}

function toShownBody(call: Call, { body }: UpstreamRequest): string {
  if (isContentHidden(call)) {
    return REDACTED;
  }
  // Secrets go before the cut, which could leave half of one.
  const text = Buffer.concat(body)
    .toString("utf8")
    .slice(0, 2 * MAX_BODY_CHARACTERS);
  return withoutSecrets(call, text).slice(0, MAX_BODY_CHARACTERS);
}

/** One part on each line; the message has the call's id and the status. */
const linesOf = ({ call_id: _id, status: _status, headers = {}, ...parts }: Entry): readonly string[] => [
  ...(parts["url"] === undefined ? [] : [`POST ${parts["url"]}`]),
  ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ...(parts["body"] === undefined ? [] : [String(parts["body"])]),
];
