/** A request that a receiver got. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly text: string;
}

/** How a receiver answers a request: a status, or whenever the promise settles. */
type Answer = (request: Received) => number | Promise<number>;

/** A stand-in for a webhook's receiver on a loopback port. */
export interface FakeReceiver {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Every request in the order of arrival. */
  readonly received: readonly Received[];
  /** Settles with request number `index` (from 0), now or when it arrives. */
  request(index: number): Promise<Received>;
  /** Answers further requests this way; 200 until then. */
  answer(answer: Answer): void;
  reset(): void;
  close(): void;
}

/** Starts a {@link FakeReceiver}. Close it when the test is over. */
export const startFakeReceiver = (): FakeReceiver => {
  const received: Received[] = [];
  const arrivals: (() => void)[] = [];
  let answer: Answer = () => 200;
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 0,
    fetch: async (request) => {
      const { pathname, search } = new URL(request.url);
      const { method, headers } = request;
      const one = { method, path: pathname + search, headers, text: await request.text() };
      received.push(one);
      for (const arrived of arrivals.splice(0)) arrived();
      return new Response("{}", { status: await answer(one) });
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    received,
    request: async (index) => {
      for (;;) {
        const request = received[index];
        if (request !== undefined) return request;
        await new Promise<void>((resolve) => arrivals.push(resolve));
      }
    },
    answer: (next) => {
      answer = next;
    },
    reset: () => {
      received.length = 0;
      answer = () => 200;
    },
    close: () => void server.stop(true),
  };
};
