import type { Socket } from "bun";
import { bedrockStreamEvents } from "./bedrock-events.ts";
import { anthropicStreamEvents, CHAT_REPLY, streamEvents } from "./replies.ts";

/**
 * The upstream for streams and large prompts: a raw-socket HTTP/1.1 server, so that it costs little beside the
 * gateway. It reads a request to its end and answers with bytes made at start. A path under `/stream` gets the
 * event stream, one event per write and one write per `PACE_MS`; a path under `/burst-stream` gets `BURST_EVENTS`
 * per write and one write per turn of the event loop; `/anthropic-stream` and `/anthropic-burst-stream` the same in
 * Anthropic's format, `/bedrock-stream` and `/bedrock-burst-stream` in AWS event streams; `/silence` gets no answer; any
 * other path gets the fixed reply.
 */

/**
 * Time between two events of one stream. 100 events take 0.2 s: faster than real models, so that a core fills up, yet
 * slow enough that a gateway which keeps up sees each event as a chunk of its own instead of a merged lump.
 */
const PACE_MS = 2;

/** Small enough that a reply stays 21 separate writes, large enough that the upstream is not the limit. */
const BURST_EVENTS = 5;

const HEAD_END = Buffer.from("\r\n\r\n");
const CHUNKED_END = "0\r\n\r\n";

const toStreamHead = (contentType: string): Buffer =>
  Buffer.from(
    `HTTP/1.1 200 OK\r\ncontent-type: ${contentType}\r\ncache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n`,
  );

const SSE_HEAD = toStreamHead("text/event-stream; charset=utf-8");
const AWS_HEAD = toStreamHead("application/vnd.amazon.eventstream");
const PLAIN_REPLY = Buffer.from(
  `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${CHAT_REPLY.length}\r\n\r\n${CHAT_REPLY}`,
);

/** A stream as it is written: events in the HTTP chunked coding, one or several to a write. */
interface Script {
  readonly head: Buffer;
  readonly writes: readonly Buffer[];
  readonly isPaced: boolean;
}

/** One chunk of the coding per event; the last one carries the end mark too. */
function toScript(events: readonly (string | Uint8Array)[], eventsPerWrite: number, head = SSE_HEAD): Script {
  const chunks = events.map((event, index) => {
    const bytes = typeof event === "string" ? Buffer.from(event) : event;
    const end = `\r\n${index === events.length - 1 ? CHUNKED_END : ""}`;
    return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from(end)]);
  });
  const writes = Array.from({ length: Math.ceil(chunks.length / eventsPerWrite) }, (_, index) =>
    Buffer.concat(chunks.slice(index * eventsPerWrite, (index + 1) * eventsPerWrite)),
  );
  return { head, writes, isPaced: eventsPerWrite === 1 };
}

/** What is streamed under each first piece of a path. */
const SCRIPTS: ReadonlyMap<string, Script> = new Map([
  ["stream", toScript(streamEvents(), 1)],
  ["burst-stream", toScript(streamEvents(), BURST_EVENTS)],
  ["anthropic-stream", toScript(anthropicStreamEvents(), 1)],
  ["anthropic-burst-stream", toScript(anthropicStreamEvents(), BURST_EVENTS)],
  ["bedrock-stream", toScript(bedrockStreamEvents(), 1, AWS_HEAD)],
  ["bedrock-burst-stream", toScript(bedrockStreamEvents(), BURST_EVENTS, AWS_HEAD)],
]);

interface Connection {
  head: Buffer | undefined;
  /** Body bytes still to come; -1 while a chunked body runs. */
  bodyLeft: number;
  bodyTail: string;
  /** What this reply streams; undefined for the fixed reply. */
  script: Script | undefined;
  isSilent: boolean;
  nextWrite: number;
  /** What a full socket buffer refused; the stream pauses until it has gone. */
  unsent: Buffer | undefined;
}

type Client = Socket<Connection>;

const paced = new Set<Client>();
const bursting = new Set<Client>();
let ticker: Timer | undefined;

function send(client: Client, bytes: Buffer): void {
  const written = client.write(bytes);
  if (written < bytes.length) client.data.unsent = bytes.subarray(Math.max(written, 0));
}

/** Gives every stream of the set its next write; finished ones leave the set. */
function writeNext(clients: Set<Client>): void {
  for (const client of clients) {
    const { data } = client;
    if (data.unsent !== undefined) continue;
    const next = data.script?.writes[data.nextWrite++];
    if (next === undefined) clients.delete(client);
    else send(client, next);
  }
}

function tickPaced(): void {
  writeNext(paced);
  if (paced.size > 0) return;
  clearInterval(ticker);
  ticker = undefined;
}

function turnBurst(): void {
  writeNext(bursting);
  if (bursting.size > 0) setImmediate(turnBurst);
}

function answer(client: Client): void {
  const { data } = client;
  data.nextWrite = 0;
  if (data.script === undefined) {
    if (!data.isSilent) send(client, PLAIN_REPLY);
    return;
  }
  send(client, data.script.head);
  if (data.script.isPaced) {
    paced.add(client);
    ticker ??= setInterval(tickPaced, PACE_MS);
    return;
  }
  if (bursting.size === 0) setImmediate(turnBurst);
  bursting.add(client);
}

const findScript = (head: string): Script | undefined => SCRIPTS.get(/^POST \/([^/]+)\//.exec(head)?.[1] ?? "");

function leave(client: Client): void {
  paced.delete(client);
  bursting.delete(client);
}

function takeHead(client: Client, received: Buffer): void {
  const state = client.data;
  const bytes = state.head === undefined ? received : Buffer.concat([state.head, received]);
  const end = bytes.indexOf(HEAD_END);
  if (end < 0) {
    state.head = bytes;
    return;
  }
  state.head = undefined;
  const head = bytes.toString("latin1", 0, end);
  state.script = findScript(head);
  state.isSilent = head.startsWith("POST /silence/");
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  state.bodyLeft = length === undefined && /\r\ntransfer-encoding: *chunked/i.test(head) ? -1 : Number(length ?? 0);
  state.bodyTail = "";
  takeBody(client, bytes.subarray(end + HEAD_END.length));
}

function takeBody(client: Client, received: Buffer): void {
  const state = client.data;
  if (state.bodyLeft >= 0) {
    state.bodyLeft = Math.max(0, state.bodyLeft - received.length);
  } else {
    state.bodyTail = (state.bodyTail + received.toString("latin1", Math.max(0, received.length - 5))).slice(-5);
    if (state.bodyTail === CHUNKED_END) state.bodyLeft = 0;
  }
  if (state.bodyLeft === 0) answer(client);
}

function serve(port: number): void {
  Bun.listen<Connection>({
    hostname: "127.0.0.1",
    port,
    socket: {
      open(client) {
        client.data = {
          head: undefined,
          bodyLeft: 0,
          bodyTail: "",
          script: undefined,
          isSilent: false,
          nextWrite: 0,
          unsent: undefined,
        };
        client.setNoDelay(true);
      },
      data(client, received) {
        if (client.data.bodyLeft === 0) takeHead(client, received);
        else takeBody(client, received);
      },
      drain(client) {
        const { unsent } = client.data;
        client.data.unsent = undefined;
        if (unsent !== undefined) send(client, unsent);
      },
      close: leave,
      error: leave,
    },
  });
}

if (import.meta.main) serve(Number(process.argv[2]));
