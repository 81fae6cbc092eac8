import { GatewayError } from "../core/errors.ts";
import { mock } from "../providers/mock.ts";
import type { InProcessReply } from "../providers/provider.ts";
import type { Deployment } from "../routing/deployment.ts";
import type { BodySink, Exchange, UpstreamReply, UpstreamRequest } from "../upstream/transport.ts";
import { HeaderBlock } from "../wire/header-block.ts";
import type { Call } from "./call.ts";

/** What LiteLLM's mock of a broken stream says (contract 2.6). */
const OVERLOADED = 529;

/** A reply that was made in the process, with the manners of one that came over a connection. */
class InProcessExchange implements Exchange, UpstreamReply {
  readonly reply: Promise<UpstreamReply>;
  readonly status: number;
  readonly headers: HeaderBlock;
  readonly #frames: readonly string[];
  readonly #breaksWith: string | undefined;

  constructor({ status, frames, breaksWith }: InProcessReply, contentType: string) {
    this.status = status;
    this.#breaksWith = breaksWith;
    this.headers = HeaderBlock.read(`\r\ncontent-type: ${contentType}`, 0);
    this.#frames = frames;
    this.reply = Promise.resolve(this);
  }

  header(name: string): string | undefined {
    return this.headers.get(name) ?? undefined;
  }

  readBody(): Promise<Uint8Array> {
    return Promise.resolve(Buffer.from(this.#frames.join("")));
  }

  streamTo(sink: BodySink): void {
    for (const frame of this.#frames) {
      sink.chunk(Buffer.from(frame));
    }
    if (this.#breaksWith === undefined) {
      sink.end();
    } else {
      sink.fail(new GatewayError("upstream-failed", this.#breaksWith, { status: OVERLOADED }));
    }
  }

  pause(): void {}
  resume(): void {}
  abort(): void {}
}

const mockResponseOf = (call: Call, deployment: Deployment): unknown =>
  call.mockResponse ?? deployment.entry.params.mockResponse;

/** Whether no vendor is asked: the provider lives in the process, or the answer was given beforehand. */
export function isAnsweredInProcess(call: Call, deployment: Deployment): boolean {
  return deployment.provider.answer !== undefined || mockResponseOf(call, deployment) !== undefined;
}

/** Lets a provider that lives in the process answer the very request that would have been sent. */
export function answerInProcess(call: Call, deployment: Deployment, request: UpstreamRequest): Exchange {
  const answerWith = deployment.provider.answer ?? mock.answer;
  const body: unknown = JSON.parse(Buffer.concat(request.body).toString("utf8"));
  const answer = answerWith?.({
    operation: call.operation,
    model: deployment.upstreamModel,
    isStream: call.isStream,
    body: body as Readonly<Record<string, unknown>>,
    mockResponse: mockResponseOf(call, deployment),
    created: Math.floor(call.startedAt / 1000),
  });
  if (answer === undefined) {
    throw new Error(`provider '${deployment.provider.name}' does not answer in the process`);
  }
  const isStream = call.isStream && answer.frames.length > 1;
  return new InProcessExchange(answer, isStream ? "text/event-stream" : "application/json");
}
