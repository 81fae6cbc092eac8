import { loadConfig } from "../../config/load-config.ts";
import type { CallFinished } from "../../core/call-event.ts";
import type { PostReply, PostRequest } from "../../upstream/post.ts";
import { bodyOf, replyOf } from "../../upstream/post-for-tests.ts";
import type { CallObserver } from "../call-observer.ts";
import { openCallback } from "../callbacks.ts";

type JsonObject = Readonly<Record<string, unknown>>;

/** A callback whose requests a test answers. */
export interface TestedCallback {
  readonly observer: CallObserver;
  readonly requests: readonly PostRequest[];
  readonly log: readonly string[];
}

const TAKEN = replyOf(207, '{"successes":[],"errors":[]}');

/** Opens a callback as the configuration and environment say it, for tests. */
export const openForTest = async (
  name: "langfuse" | "langfuse_otel",
  {
    config = {},
    environment = {},
    answer = () => TAKEN,
  }: {
    readonly config?: JsonObject;
    readonly environment?: Readonly<Record<string, string>>;
    readonly answer?: (request: PostRequest) => PostReply;
  } = {},
): Promise<TestedCallback> => {
  const keys = { LANGFUSE_PUBLIC_KEY: "pk-lf-1", LANGFUSE_SECRET_KEY: "sk-lf-secret-1", ...environment };
  const { litellm_settings = {}, ...rest } = config;
  const settings = { callbacks: [name], ...(litellm_settings as JsonObject) };
  const text = JSON.stringify({ ...rest, litellm_settings: settings });
  const { config: loaded, faults } = loadConfig({ path: "/config.yaml", environment: keys, readFile: () => text });
  const [callback] = loaded?.observing.callbacks ?? [];
  if (loaded === undefined || callback === undefined) throw new Error(JSON.stringify(faults));
  const requests: PostRequest[] = [];
  const log: string[] = [];
  const observer = await openCallback(callback, {
    config: loaded,
    environment: keys,
    post: async (request) => {
      requests.push({ ...request, body: bodyOf(request).toString() });
      return answer(request);
    },
    now: Date.now,
    random: () => 0,
    version: "1.2.3",
    log: (message, cause) => void log.push(`${message}: ${String(cause)}`),
    write: () => undefined,
    writeRecords: () => Promise.resolve(),
  });
  return { observer, requests, log };
};

/** The events that a callback sent for some calls. */
export const batchOf = async (
  calls: readonly CallFinished[],
  options: Parameters<typeof openForTest>[1] = {},
): Promise<readonly JsonObject[]> => {
  const { observer, requests } = await openForTest("langfuse", options);
  observer.observe(calls);
  await observer.close?.(1000);
  return (JSON.parse(String(requests[0]?.body)) as { readonly batch: readonly JsonObject[] }).batch;
};

/** Events of the batches that a callback sent for some calls. */
export const eventsOf = async (
  calls: readonly CallFinished[],
  options: Parameters<typeof openForTest>[1] = {},
): Promise<{ readonly trace: JsonObject; readonly generation: JsonObject }> => {
  const batch = await batchOf(calls, options);
  const bodyOf = (type: string): JsonObject =>
    (batch.find((event) => event["type"] === type)?.["body"] ?? {}) as JsonObject;
  return { trace: bodyOf("trace-create"), generation: bodyOf("generation-create") };
};

/** Attributes of the one span that a callback sent for a call, by key. */
export const spanOf = async (
  call: CallFinished,
): Promise<{ readonly span: JsonObject; readonly attributes: JsonObject }> => {
  const { observer, requests } = await openForTest("langfuse_otel", {
    answer: () => replyOf(200, "{}"),
  });
  observer.observe([call]);
  await observer.close?.(1000);
  const body = JSON.parse(String(requests[0]?.body)) as {
    readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly JsonObject[] }[] }[];
  };
  const span = body.resourceSpans[0]?.scopeSpans[0]?.spans[0] ?? {};
  const list = span["attributes"] as readonly { readonly key: string; readonly value: JsonObject }[];
  return { span, attributes: Object.fromEntries(list.map(({ key, value }) => [key, Object.values(value)[0]])) };
};
