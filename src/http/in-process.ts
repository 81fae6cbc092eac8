import { GatewayError } from "../core/errors.ts";
import { mock } from "../providers/mock.ts";
import type { InProcessReply } from "../providers/provider.ts";
import type { Deployment } from "../routing/deployment.ts";
import type { BodySink, Exchange, UpstreamReply, UpstreamRequest } from "../upstream/transport.ts";
import { HeaderBlock } from "../wire/header-block.ts";
import type { Call } from "./call.ts";

/** What LiteLLM's mock of a broken stream says (contract 2.6). */
const OVERLOADED = 529;

/** When a made-up answer comes. */
interface Timing {
  readonly delayMs: number;
  /** The call's limit, after which it is a timeout. */
  readonly limitMs: number;
}

/** A reply that was made in the process, with the manners of one that came over a connection. */
class InProcessExchange implements Exchange, UpstreamReply {
  readonly reply: Promise<UpstreamReply>;
  readonly #arrival = Promise.withResolvers<UpstreamReply>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly status: number;
  readonly headers: HeaderBlock;
  readonly #frames: readonly string[];
  readonly #breaksWith: string | undefined;

  constructor({ status, frames, breaksWith }: InProcessReply, contentType: string, timing: Timing) {
    this.status = status;
    this.#breaksWith = breaksWith;
    const head = `\r\ncontent-type: ${contentType}`;
    this.headers = HeaderBlock.read(Buffer.from(head, "latin1"), head, 0);
    this.#frames = frames;
    this.reply = this.#arrival.promise;
    this.#arrive(timing);
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

  /** Ends the wait; of an answer that is there already nothing is left to end. */
  abort(): void {
    clearTimeout(this.#timer);
    this.#arrival.reject(new GatewayError("client-closed", "The caller closed the connection."));
  }

  #arrive({ delayMs, limitMs }: Timing): void {
    if (delayMs === 0) {
      this.#arrival.resolve(this);
    } else if (delayMs < limitMs) {
      this.#timer = setTimeout(() => this.#arrival.resolve(this), delayMs);
    } else {
      const message = `This is a mock timeout error: no reply within ${limitMs / 1000} s`;
      this.#timer = setTimeout(() => this.#arrival.reject(new GatewayError("upstream-timeout", message)), limitMs);
    }
  }
}

const mockResponseOf = (call: Call, deployment: Deployment): unknown =>
  call.mocks?.response ?? deployment.entry.params.mockResponse;

/**
 * Whether no vendor is asked: the provider lives in the process, or the answer was given beforehand. A `mock_delay` alone
 * gives none.
 */
export function isAnsweredInProcess(call: Call, deployment: Deployment): boolean {
  const { mocks } = call;
  return (
    deployment.provider.answer !== undefined ||
    mockResponseOf(call, deployment) !== undefined ||
    mocks?.toolCalls !== undefined ||
    mocks?.timesOut === true
  );
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
    mockToolCalls: call.mocks?.toolCalls,
    created: Math.floor(call.startedAt / 1000),
  });
  if (answer === undefined) {
    throw new Error(`provider '${deployment.provider.name}' does not answer in the process`);
  }
  const isStream = call.isStream && answer.frames.length > 1;
  const { timesOut = false, delayMs = 0 } = call.mocks ?? {};
  return new InProcessExchange(answer, isStream ? "text/event-stream" : "application/json", {
    delayMs: timesOut ? Number.POSITIVE_INFINITY : delayMs,
    limitMs: request.limits.firstByteMs,
  });
}
