import { connect, type Socket } from "node:net";
import { within } from "./within.ts";

/** One reply as it stood on the wire. */
export interface RawReply {
  readonly status: number;
  readonly headers: Headers;
  /** The body with its framing taken off, as latin1 text. */
  readonly body: string;
  /** Whether the framing's end had come. */
  readonly isComplete: boolean;
  /** Where the next reply starts in the text. */
  readonly end: number;
}

/** A TCP connection of which every byte is the test's own. */
export interface RawClient {
  /** What has come so far, as latin1 text. */
  readonly text: string;
  readonly receivedBytes: number;
  /** Settles when the other side has closed the connection, in order or not. */
  readonly closed: Promise<void>;
  readonly isClosed: boolean;
  write(bytes: string | Uint8Array): void;
  /** Settles with all text once it holds what the test waits for. */
  until(isThere: (text: string) => boolean, what: string): Promise<string>;
  /** Settles once so many bytes have come. */
  untilBytes(count: number): Promise<void>;
  /** Settles with reply number `index` (from 0) once it is complete, or as it was when the connection closed. */
  reply(index?: number): Promise<RawReply>;
  /** Reads nothing more, so that the other side feels backpressure. */
  pause(): void;
  resume(): void;
  /** Closes this side in order. */
  end(): void;
  /** Drops the connection. */
  destroy(): void;
}

class Client implements RawClient {
  receivedBytes = 0;
  isClosed = false;
  #text = "";
  #unread: string[] = [];
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  readonly #waiting = new Set<() => void>();

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (bytes) => {
      this.receivedBytes += bytes.length;
      this.#unread.push(bytes.toString("latin1"));
      this.#look();
    });
    socket.on("error", () => undefined); // `close` follows.
    this.closed = new Promise((resolve) => {
      const close = (): void => {
        this.isClosed = true;
        this.#look();
        resolve();
      };
      socket.on("end", close);
      socket.on("close", close);
    });
  }

  get text(): string {
    this.#text += this.#unread.join("");
    this.#unread = [];
    return this.#text;
  }

  write(bytes: string | Uint8Array): void {
    this.#socket.write(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes);
  }

  async until(isThere: (text: string) => boolean, what: string): Promise<string> {
    await this.#wait(() => isThere(this.text), what);
    return this.text;
  }

  untilBytes(count: number): Promise<void> {
    return this.#wait(() => this.receivedBytes >= count, `${count} bytes`);
  }

  async reply(index = 0): Promise<RawReply> {
    const find = (): RawReply | undefined => readReplies(this.text)[index];
    await this.until(() => this.isClosed || find()?.isComplete === true, `reply ${index}`);
    const reply = find();
    if (reply === undefined) throw new Error(`no reply ${index} in ${JSON.stringify(this.text.slice(-300))}`);
    return reply;
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #wait(isDone: () => boolean, what: string): Promise<void> {
    const done = new Promise<void>((resolve, reject) => {
      const look = (): void => {
        const isFound = isDone();
        if (!isFound && !this.isClosed) return;
        this.#waiting.delete(look);
        if (isFound) resolve();
        else reject(new Error(`${what}: the connection closed after ${JSON.stringify(this.text.slice(-300))}`));
      };
      this.#waiting.add(look);
      look();
    });
    return within(done, what);
  }

  #look(): void {
    for (const look of [...this.#waiting]) look();
  }
}

/** Connects to the host and port of a URL. */
export const openRawClient = async (url: string): Promise<RawClient> => {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  const client = new Client(socket);
  await within(
    new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    }),
    `a connection to ${url}`,
  );
  return client;
};

/** Head and body of a POST as one text; `content-length` is added unless the headers frame the body themselves. */
export const writePost = (
  path: string,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Buffer => {
  const bytes = typeof body === "string" ? Buffer.from(body) : Buffer.from(body);
  const all: Record<string, string> = { host: "gateway", "content-type": "application/json", ...headers };
  if (all["transfer-encoding"] === undefined && all["content-length"] === undefined) {
    all["content-length"] = String(bytes.length);
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join("")}\r\n`, "latin1"), bytes]);
};

/** Every reply in a text, the last maybe incomplete; interim ones (1xx) are left out. */
export const readReplies = (text: string): readonly RawReply[] => {
  const replies: RawReply[] = [];
  for (let at = 0; at < text.length; ) {
    const headEnd = text.indexOf("\r\n\r\n", at);
    if (headEnd < 0) break;
    const [statusLine = "", ...lines] = text.slice(at, headEnd).split("\r\n");
    const status = Number(statusLine.split(" ")[1]);
    if (status >= 100 && status < 200) {
      at = headEnd + 4;
      continue;
    }
    const headers = new Headers(
      lines.map((line): [string, string] => [
        line.slice(0, line.indexOf(":")),
        line.slice(line.indexOf(":") + 1).trim(),
      ]),
    );
    const reply = { status, headers, ...readBody(text, headEnd + 4, headers) };
    replies.push(reply);
    at = reply.end;
  }
  return replies;
};

const readBody = (text: string, start: number, headers: Headers): Pick<RawReply, "body" | "isComplete" | "end"> => {
  if (headers.get("transfer-encoding") === "chunked") return readChunked(text, start);
  const length = Number(headers.get("content-length") ?? 0);
  const body = text.slice(start, start + length);
  return { body, isComplete: body.length === length, end: start + length };
};

const readChunked = (text: string, start: number): Pick<RawReply, "body" | "isComplete" | "end"> => {
  let body = "";
  for (let at = start; ; ) {
    const lineEnd = text.indexOf("\r\n", at);
    const size = lineEnd < 0 ? Number.NaN : Number.parseInt(text.slice(at, lineEnd), 16);
    if (Number.isNaN(size)) return { body, isComplete: false, end: text.length };
    body += text.slice(lineEnd + 2, lineEnd + 2 + size);
    at = lineEnd + 2 + size + 2;
    if (at > text.length) return { body, isComplete: false, end: text.length };
    if (size === 0) return { body, isComplete: true, end: at };
  }
};
