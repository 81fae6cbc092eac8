import { beforeAll, expect, test } from "bun:test";
import type { Operation } from "../../src/core/operation.ts";
import type { Provider } from "../../src/providers/provider.ts";
import { MINIMAL, MODEL, REPLIES, streamOf } from "./canonical-calls.ts";
import { PAIRS, STREAM_PAIRS, startConformanceGateway, upstreamModel } from "./conformance-gateway.ts";

/** What the log says of each call, by provider, operation and whether it was a stream. */
const lines = new Map<string, Readonly<Record<string, unknown>>>();

const toKey = (name: string, operation: Operation, isStream: boolean): string => `${name} ${operation} ${isStream}`;

beforeAll(async () => {
  const { upstream, log, failures, post, stop } = startConformanceGateway();
  const callIds = new Map<string, string>();
  const call = async (operation: Operation, provider: Provider, isStream: boolean): Promise<void> => {
    upstream.next(isStream ? { chunks: streamOf(provider, operation).frames } : { body: REPLIES[operation] });
    const stream = isStream ? { stream: true } : {};
    const reply = await post(operation, { model: `${provider.name}/${MODEL}`, ...MINIMAL[operation], ...stream });
    await reply.text();
    callIds.set(reply.headers.get("x-litellm-call-id") ?? "", toKey(provider.name, operation, isStream));
  };
  for (const [, operation, provider] of PAIRS) await call(operation, provider, false);
  for (const [, operation, provider] of STREAM_PAIRS) await call(operation, provider, true);
  await stop();
  for (const line of log) lines.set(callIds.get(String(line["call_id"])) ?? "", line);
  expect(failures).toEqual([]);
});

test.each(PAIRS)("%s %s: the call and its usage are told to the log", (name, operation, provider) => {
  const line = lines.get(toKey(name, operation, false));
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
    const line = lines.get(toKey(name, operation, true));
    expect(line).toMatchObject({ provider: name, status: 200, attempts: 1, stream: true });
    const expected = provider.streamUsage === "never" ? [undefined, undefined] : [11, 7];
    expect([line?.["prompt_tokens"], line?.["completion_tokens"]]).toEqual(expected);
  },
);
