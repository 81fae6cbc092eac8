import type { CallFinished } from "../../core/call-event.ts";
import { CARRYING_HEADERS, type PostReply } from "../../upstream/post.ts";
import { BatchSender, type SendOutcome } from "../batch-sender.ts";
import type { CallObserver } from "../call-observer.ts";
import type { ObserverContext } from "../observer-context.ts";
import { JSON_ARRAY, JSON_LINES, PayloadWriter, writePayloads } from "../payload-writer.ts";
import { sizeOfCall } from "../size-of-call.ts";
import { readHeaderText } from "./header-text.ts";
import { signatureHeaders, toSigningKey } from "./sign.ts";

/** Requests under way at a time, where each call is one of its own. */
const MAX_AT_ONCE = 8;

const SUCCESS = "llm_api_success";
const FAILURE = "llm_api_failure";

/** One request: its id stays the same however often it is tried. */
interface Message {
  readonly id: string;
  readonly body: string | Uint8Array;
  readonly calls: readonly CallFinished[];
  state: "open" | "sent" | "refused";
}

/** Posts calls in batches to an address of the operator's. @throws Error when a setting is missing or wrong */
export function openWebhook(context: ObserverContext<"generic_api">): CallObserver {
  const { settings, log, random } = context;
  const name = (context.label ?? context.name).toLowerCase();
  const { endpoint } = settings;
  if (endpoint === undefined) {
    throw new Error(`it has no endpoint: set callback_settings.${name}.endpoint or GENERIC_LOGGER_ENDPOINT`);
  }
  const messages = new WeakMap<readonly CallFinished[], readonly Message[]>();
  const toMessages = openMessages(settings);
  const request = toRequester(context, endpoint);
  const send = async (batch: readonly CallFinished[], signal: AbortSignal): Promise<SendOutcome<CallFinished>> => {
    const all = messages.get(batch) ?? (await toMessages(batch));
    const outcome = await sendAll(all, (message) => request(message, signal));
    if (outcome.kind === "retry") {
      messages.set(
        outcome.remaining,
        all.filter(({ state }) => state === "open"),
      );
    }
    return outcome;
  };
  const sender = new BatchSender<CallFinished>({
    name,
    send,
    sizeOf: sizeOfCall,
    maxQueuedItems: 20_000,
    maxQueuedBytes: 64 * 1024 * 1024,
    maxBatchItems: settings.batch_size,
    maxBatchBytes: 8 * 1024 * 1024,
    intervalMs: settings.flush_interval,
    maxRetries: settings.max_retries,
    log,
    random,
  });
  const types = new Set(settings.event_types);
  const unknown = settings.event_types.find((type) => type !== SUCCESS && type !== FAILURE);
  if (unknown !== undefined) {
    throw new Error(`event_types has '${unknown}'; there are ${SUCCESS} and ${FAILURE}`);
  }
  return {
    name,
    kind: "callback",
    observe(batch) {
      for (const event of batch) {
        if (types.has(event.errorKind === undefined ? SUCCESS : FAILURE)) {
          sender.push(event);
        }
      }
    },
    close: (withinMs) => sender.close(withinMs),
    stats: () => sender.stats,
  };
}

/** How a batch becomes requests: one of all calls, or one for each. */
function openMessages({
  log_format: format,
  message_logging: showsContent,
}: ObserverContext<"generic_api">["settings"]): (batch: readonly CallFinished[]) => Promise<readonly Message[]> {
  if (format === "single") {
    return async (batch) => {
      const messages: Message[] = [];
      await writePayloads(batch, { showsContent }, (text, index) => {
        messages.push(toMessage(text, batch.slice(index, index + 1)));
      });
      return messages;
    };
  }
  const writer = new PayloadWriter({ showsContent }, format === "ndjson" ? JSON_LINES : JSON_ARRAY);
  return async (batch) => [toMessage(await writer.of(batch), batch)];
}

const toMessage = (body: Message["body"], calls: readonly CallFinished[]): Message => ({
  id: `msg_${crypto.randomUUID()}`,
  body,
  calls,
  state: "open",
});

/** Names that the environment's variables are about; one of an operator's own has its own headers, or none. */
const NAMES: ReadonlySet<string> = new Set(["generic_api", "generic", "custom_callback_api"]);

function readEnvironmentHeaders(
  { name, label = name, environment }: ObserverContext<"generic_api">,
  url: string,
): Readonly<Record<string, string>> {
  const isMeant = NAMES.has(label) || environment["GENERIC_LOGGER_ENDPOINT"] === url;
  return isMeant ? readHeaderText(environment["GENERIC_LOGGER_HEADERS"] ?? "") : {};
}

/** The operator's headers, without those that are the gateway's. */
function readOwnHeaders(context: ObserverContext<"generic_api">, url: string): Readonly<Record<string, string>> {
  const { name, label = name, settings, log } = context;
  const written = Object.keys(settings.headers).length > 0 ? settings.headers : readEnvironmentHeaders(context, url);
  for (const header of Object.keys(written).filter(isReserved)) {
    log(`callback '${label}' goes without a header of its settings`, `'${header}' is the gateway's to write`);
  }
  return Object.fromEntries(Object.entries(written).filter(([header]) => !isReserved(header)));
}

const isReserved = (header: string): boolean =>
  CARRYING_HEADERS.has(header.toLowerCase()) || /^webhook-(?:id|timestamp|signature)$/i.test(header);

type Requester = (message: Message, signal: AbortSignal) => Promise<PostReply>;

function toRequester(context: ObserverContext<"generic_api">, url: string): Requester {
  const { settings, post, now } = context;
  const contentType = settings.log_format === "ndjson" ? "application/x-ndjson" : "application/json";
  const headers = { "content-type": contentType, ...readOwnHeaders(context, url) };
  const key = settings.secret === undefined ? undefined : toSigningKey(settings.secret);
  return ({ id, body }, signal) => {
    const message = { id, timestamp: Math.floor(now() / 1000), body };
    const signed = key === undefined ? { "webhook-id": id } : signatureHeaders(message, key);
    return post({ url, headers: { ...headers, ...signed }, body, timeoutMs: settings.timeout, signal });
  };
}

/** What became of messages; `remaining` are the calls of those that are open. */
type Outcome =
  | Exclude<SendOutcome, { readonly kind: "retry" }>
  | (Extract<SendOutcome<CallFinished>, { readonly kind: "retry" }> & { readonly remaining: readonly CallFinished[] });

/** Sends open messages, some at a time. */
async function sendAll(
  messages: readonly Message[],
  request: (message: Message) => Promise<PostReply>,
): Promise<Outcome> {
  const open = messages.values();
  let reason = "";
  let afterMs: number | undefined;
  const work = async (): Promise<void> => {
    for (const message of open) {
      const answer = await request(message).catch((cause) => describeFailure(cause));
      message.state = typeof answer === "string" ? "open" : stateAfter(answer.status);
      if (message.state !== "sent") {
        reason = typeof answer === "string" ? answer : `the receiver answered with status ${answer.status}`;
        afterMs = typeof answer === "string" ? afterMs : (answer.retryAfterMs ?? afterMs);
      }
    }
  };
  await Promise.all(Array.from({ length: MAX_AT_ONCE }, work));
  return toOutcome(messages, reason, afterMs);
}

/** Not the message of what was thrown: it may hold the address, which may hold a secret. */
const describeFailure = (cause: unknown): string =>
  cause instanceof Error && cause.name === "TimeoutError" ? "no answer in time" : "no answer";

/** Statuses that another try may change. */
const RETRIED: ReadonlySet<number> = new Set([408, 425, 429]);

function stateAfter(status: number): Message["state"] {
  if (status >= 200 && status < 300) {
    return "sent";
  }
  return status >= 500 || RETRIED.has(status) ? "open" : "refused";
}

function toOutcome(messages: readonly Message[], reason: string, afterMs: number | undefined): Outcome {
  const callsOf = (wanted: Message["state"]): readonly CallFinished[] =>
    messages.flatMap(({ state, calls }) => (state === wanted ? calls : []));
  const remaining = callsOf("open");
  const refusedCount = callsOf("refused").length;
  if (remaining.length > 0) {
    return { kind: "retry", reason, afterMs, remaining, refusedCount };
  }
  if (messages.every(({ state }) => state === "refused")) {
    return { kind: "refused", reason };
  }
  return refusedCount === 0 ? { kind: "sent" } : { kind: "partly", refusedCount, reason };
}
