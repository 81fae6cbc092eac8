import { beforeAll, expect, test } from "bun:test";
import type { Operation } from "../../src/core/operation.ts";
import type { Provider } from "../../src/providers/provider.ts";
import { MINIMAL, MODEL, REPLIES, streamOf } from "./canonical-calls.ts";
import { PAIRS, STREAM_PAIRS, startConformanceGateway, upstreamModel } from "./conformance-gateway.ts";

/** Ways to call: whole, as a stream, as a stream with usage asked for. */
const WAYS = {
  whole: {},
  stream: { stream: true },
  asked: { stream: true, stream_options: { include_usage: true } },
} as const;

type Way = keyof typeof WAYS;

/** What the log says of each call, and what the client got, by provider, operation and way. */
const lines = new Map<string, Readonly<Record<string, unknown>>>();
const answers = new Map<string, string>();

const toKey = (name: string, operation: Operation, way: Way): string => `${name} ${operation} ${way}`;

beforeAll(async () => {
  const { upstream, log, failures, post, stop } = startConformanceGateway();
  const callIds = new Map<string, string>();
  const call = async (operation: Operation, provider: Provider, way: Way): Promise<void> => {
    const isWhole = way === "whole";
    upstream.next(isWhole ? { body: REPLIES[operation] } : { chunks: streamOf(provider, operation).frames });
    const model = `${provider.name}/${MODEL}`;
    const reply = await post(operation, { model, ...MINIMAL[operation], ...WAYS[way] });
    const key = toKey(provider.name, operation, way);
    answers.set(key, await reply.text());
    callIds.set(reply.headers.get("x-litellm-call-id") ?? "", key);
  };
  for (const [, operation, provider] of PAIRS) await call(operation, provider, "whole");
  for (const [, operation, provider] of STREAM_PAIRS) {
    await call(operation, provider, "stream");
    await call(operation, provider, "asked");
  }
  await stop();
  for (const line of log) lines.set(callIds.get(String(line["call_id"])) ?? "", line);
  expect(failures).toEqual([]);
});

test.each(PAIRS)("%s %s: the call and its usage are told to the log", (name, operation, provider) => {
  const line = lines.get(toKey(name, operation, "whole"));
  expect(line).toMatchObject({ provider: name, status: 200, attempts: 1, stream: false });
  expect(line?.["upstream_model"]).toBe(MODEL);
  expect(upstreamModel(provider, operation, MODEL)).toEndWith(MODEL);
  const answered = operation === "embedding" ? 0 : 7;
  const expected = operation === "moderation" ? [undefined, undefined] : [11, answered];
  expect([line?.["prompt_tokens"], line?.["completion_tokens"]]).toEqual(expected);
});

test.each(STREAM_PAIRS)(
  "%s %s: a stream's usage is told too, though the client did not ask",
  (name, operation, provider) => {
    for (const way of ["stream", "asked"] as const) {
      const line = lines.get(toKey(name, operation, way));
      expect(line).toMatchObject({ provider: name, status: 200, attempts: 1, stream: true });
      const expected = provider.streamUsage === "never" ? [undefined, undefined] : [11, 7];
      expect([line?.["prompt_tokens"], line?.["completion_tokens"]]).toEqual(expected);
    }
  },
);

const TELLING = STREAM_PAIRS.filter(([, , provider]) => provider.streamUsage !== "never");
test.each(TELLING)("%s %s: a client that asked for usage gets it where clients look, once", (name, operation) => {
  const frames = (answers.get(toKey(name, operation, "asked")) ?? "").trimEnd().split("\n\n");
  expect(frames.at(-1)).toBe("data: [DONE]");
  expect(JSON.parse(frames.at(-2)?.slice("data: ".length) ?? "")).toMatchObject({
    id: "c1",
    created: 1764000000,
    model: "vendor/model",
    usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
  });
  const telling = frames.filter((frame) => /"choices":\S*,"usage":\{/.test(frame));
  expect(telling).toHaveLength(1);
});
