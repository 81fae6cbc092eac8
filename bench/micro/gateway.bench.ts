// The whole gateway without a kernel: sockets are faked, so that what is left is the gateway's own CPU per call.
// `OBSERVERS=prometheus,langfuse` has callbacks on, `SCENARIO="small chat"` runs one scenario alone.

import { Gateway } from "../../src/gateway.ts";
import { ANTHROPIC_REPLY } from "../load/replies.ts";
import { bareConfig, benchEnvironment } from "./gateway-config.ts";

/** What the faked listener was given. */
interface Handlers {
  open(socket: FakeSocket): void;
  data(socket: FakeSocket, bytes: Buffer): void;
}

/** A socket whose writes go to a function. */
class FakeSocket {
  data: unknown;
  readonly onWrite: (bytes: Uint8Array) => void;

  constructor(onWrite: (bytes: Uint8Array) => void, data?: unknown) {
    this.onWrite = onWrite;
    this.data = data;
  }

  write(bytes: Uint8Array, _offset?: number, size?: number): number {
    this.onWrite(bytes);
    return size ?? bytes.length;
  }

  pause(): void {}
  resume(): void {}
  end(): void {}
  terminate(): void {}
}

const REPLY_BODY = JSON.stringify({
  id: "chatcmpl-123",
  object: "chat.completion",
  created: 1700000000,
  model: "gpt-4o-2024-08-06",
  choices: [
    {
      index: 0,
      message: { role: "assistant", content: "hello world ".repeat(10) },
      logprobs: null,
      finish_reason: "stop",
    },
  ],
  usage: { prompt_tokens: 12, completion_tokens: 47, total_tokens: 59, prompt_tokens_details: { cached_tokens: 0 } },
  system_fingerprint: "fp_44709d6fcb",
});
const toReply = (body: string, status = "200 OK"): Buffer =>
  Buffer.from(
    `HTTP/1.1 ${status}\r\nServer: nginx/1.22.1\r\nDate: Mon, 23 Nov 2026 10:51:31 GMT\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: keep-alive\r\n\r\n${body}`,
  );
const toRequest = (model: string): Buffer => {
  const body = `{"model":"${model}","messages":[{"role":"user","content":"hello world"}],"temperature":0.1}`;
  return Buffer.from(
    `POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:4000\r\nContent-Type: application/json\r\nAuthorization: Bearer sk-1234\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
};

/** A call, and what the vendor answers it with. */
interface Scenario {
  readonly name: string;
  readonly request: Buffer;
  /** The vendor's answer to its n-th request. */
  readonly reply: (count: number) => Buffer;
}

const GOOD = toReply(REPLY_BODY);
const BAD = toReply('{"error":{"message":"overloaded","type":"server_error"}}', "503 Service Unavailable");
const ANTHROPIC = toReply(ANTHROPIC_REPLY);

const SCENARIOS: readonly Scenario[] = [
  { name: "small chat", request: toRequest("gpt-4o"), reply: () => GOOD },
  { name: "small chat of a pair", request: toRequest("pair"), reply: () => GOOD },
  { name: "pair, a tenth failing", request: toRequest("pair"), reply: (count) => (count % 11 === 0 ? BAD : GOOD) },
  { name: "small chat through Anthropic's format", request: toRequest("claude"), reply: () => ANTHROPIC },
];
const CLIENTS = 64;
const CALLS = 100_000;

/** Turns of the event loop are what sockets deliver in. */
let turn: (() => void)[] = [];

let asked = 0;
let [scenario] = SCENARIOS as readonly [Scenario];

const listener: { handlers?: Handlers } = {};
const real = { listen: Bun.listen, connect: Bun.connect, fetch: globalThis.fetch };
// What callbacks send arrives at once.
globalThis.fetch = Object.assign(async () => new Response('{"successes":[],"errors":[]}', { status: 207 }), real.fetch);
Object.assign(Bun, {
  listen: (options: { socket: Handlers }) => {
    listener.handlers = options.socket;
    return { port: 4000, stop: () => undefined };
  },
  connect: (options: { socket: Handlers; data: unknown }) => {
    const socket: FakeSocket = new FakeSocket(
      () => turn.push(() => options.socket.data(socket, Buffer.from(scenario.reply(++asked)))),
      options.data,
    );
    turn.push(() => options.socket.open(socket));
    return Promise.resolve(socket);
  },
});

const gateway = new Gateway({
  config: bareConfig,
  environment: benchEnvironment,
  accessLogFormat: "json",
  writeLog: () => undefined,
  logLevel: "info",
  logError: (message, cause) => console.error(message, cause),
});
gateway.listen({ hostname: "127.0.0.1", port: 4000, isShared: false });
const { handlers } = listener;
if (handlers === undefined) {
  throw new Error("the gateway did not listen");
}

async function run(calls: number): Promise<void> {
  let left = calls;
  for (let index = 0; index < CLIENTS; index++) {
    const ask = (): void => {
      if (left-- > 0) {
        turn.push(() => handlers?.data(socket, Buffer.from(scenario.request)));
      }
    };
    const socket: FakeSocket = new FakeSocket(ask);
    handlers?.open(socket);
    ask();
  }
  while (turn.length > 0) {
    const now = turn;
    turn = [];
    for (const deliver of now) {
      deliver();
    }
    await new Promise(setImmediate);
  }
}

const only = process.env["SCENARIO"];
for (const next of SCENARIOS.filter(({ name }) => only === undefined || name === only)) {
  scenario = next;
  await run(CALLS);
  for (let round = 0; round < 5; round++) {
    const before = process.cpuUsage();
    await run(CALLS);
    const { user, system } = process.cpuUsage(before);
    console.log(`gateway, ${scenario.name}, no kernel: ${((user + system) / CALLS).toFixed(1)} us CPU per call`);
  }
}
Object.assign(Bun, { listen: real.listen, connect: real.connect });
process.exit(0);
