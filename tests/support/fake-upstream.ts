import { type FakeUpstreamOptions, openaiReply } from "./openai-rules.ts";
import { type RawConnection, type RawHttpServer, startRawHttpServer } from "./raw-http-server.ts";
import { Recorded, type RecordedRequest } from "./recorded-request.ts";
import type { ParsedRequest } from "./request-reader.ts";
import { type ScriptedReply, writeReply } from "./scripted-reply.ts";

/** A reply, or what makes one of a request; `undefined` leaves the request to the default rules. */
type Answer =
  | ScriptedReply
  | ((request: RecordedRequest) => ScriptedReply | undefined | Promise<ScriptedReply | undefined>);

/** A strict stand-in for OpenAI and Azure OpenAI on a loopback port, scriptable call by call. */
export interface FakeUpstream {
  /** `http://127.0.0.1:PORT`, without `/v1`. */
  readonly url: string;
  /** Every request in the order of arrival. */
  readonly requests: readonly RecordedRequest[];
  /** The server below, for connection-level mischief and its list of HTTP violations. */
  readonly server: RawHttpServer;
  /** The latest request; throws when there is none. */
  last(): RecordedRequest;
  /** Settles with request number `index` (from 0), now or when it arrives. */
  request(index: number): Promise<RecordedRequest>;
  /** Answers the next unscripted request this way, once. */
  next(answer: Answer): void;
  /** Answers every request for a model this way. */
  forModel(model: string, answer: Answer): void;
  /** Forgets requests and scripts. */
  reset(): void;
  close(): void;
}

const resolveAnswer = async (
  answer: Answer | undefined,
  request: RecordedRequest,
): Promise<ScriptedReply | undefined> => (typeof answer === "function" ? await answer(request) : answer);

/** Starts a {@link FakeUpstream}. Close it when the test is over. */
export const startFakeUpstream = (options: FakeUpstreamOptions = {}): FakeUpstream => {
  const requests: Recorded[] = [];
  const arrivals: (() => void)[] = [];
  const queue: Answer[] = [];
  const byModel = new Map<string, Answer>();

  const answer = async (parsed: ParsedRequest, connection: RawConnection): Promise<void> => {
    const request = new Recorded(parsed, connection.id);
    requests.push(request);
    for (const arrived of arrivals.splice(0)) arrived();
    let isComplete = false;
    const watch = connection.closed.then(() => {
      if (!isComplete) request.markAborted();
    });
    const scripted = queue.shift() ?? (request.model === undefined ? undefined : byModel.get(request.model));
    const reply = (await resolveAnswer(scripted, request)) ?? openaiReply(request, options);
    isComplete = await writeReply(reply, request, connection);
    if (connection.isClosed) await watch;
  };

  const server = startRawHttpServer(answer);
  return {
    url: `http://127.0.0.1:${server.port}`,
    requests,
    server,
    last: () => {
      const request = requests.at(-1);
      if (request === undefined) throw new Error("no request has reached the upstream");
      return request;
    },
    request: async (index) => {
      for (;;) {
        const request = requests[index];
        if (request !== undefined) return request;
        await new Promise<void>((resolve) => arrivals.push(resolve));
      }
    },
    next: (scripted) => void queue.push(scripted),
    forModel: (model, scripted) => void byModel.set(model, scripted),
    reset: () => {
      requests.length = 0;
      queue.length = 0;
      byModel.clear();
    },
    close: () => server.close(),
  };
};
