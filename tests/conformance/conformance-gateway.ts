import { loadConfig } from "../../src/config/load-config.ts";
import { CALLER_DIALECT, OPERATIONS, type Operation } from "../../src/core/operation.ts";
import { Gateway } from "../../src/gateway.ts";
import { PROVIDERS } from "../../src/providers/all.ts";
import type { BodyEdits, Provider } from "../../src/providers/provider.ts";
import { type FakeUpstream, startFakeUpstream } from "../support/fake-upstream.ts";
import { postJson } from "../support/gateway-setup.ts";
import { modelsOf, PATHS } from "./canonical-calls.ts";
import { skipReason } from "./skipped-scenarios.ts";

/** Operations that a provider answers in the caller's own dialect; translated ones have suites of their own. */
export const operationsOf = (provider: Provider): readonly Operation[] =>
  OPERATIONS.filter((operation) => provider.routes[operation]?.dialect === CALLER_DIALECT[operation]);

/** Providers that a request leaves the process for, with their names for `describe.each`. */
export const TESTED: readonly (readonly [string, Provider])[] = PROVIDERS.filter(
  (provider) => skipReason(provider, "all") === undefined && operationsOf(provider).length > 0,
).map((provider) => [provider.name, provider]);

/** The key that the suite's deployments of a provider have. */
export const keyOf = (provider: Provider): string => `key-of-${provider.name}`;

/** A provider's streamed operations. */
export const streamsOf = (provider: Provider): readonly Operation[] =>
  operationsOf(provider).filter((operation) => operation === "chat" || operation === "completion");

/** Every provider and operation, as rows for `test.each`. */
export const PAIRS: readonly (readonly [string, Operation, Provider])[] = TESTED.flatMap(([name, provider]) =>
  operationsOf(provider).map((operation) => [name, operation, provider] as const),
);

/** Every provider and streamed operation, as rows for `test.each`. */
export const STREAM_PAIRS: typeof PAIRS = PAIRS.filter(([, operation, provider]) =>
  streamsOf(provider).includes(operation),
);

/** All that a provider declares of a body, for one operation and model. */
export const editsOf = (provider: Provider, operation: Operation, model: string): Required<BodyEdits> => {
  const ofModel = (provider.modelEdits ?? []).filter(
    (entry) => entry.operation === operation && entry.match.test(model),
  );
  const all = [provider.routes[operation]?.edits ?? {}, ...ofModel.map(({ edits }) => edits)];
  const isAsked = (provider.streamUsage ?? "ask") === "ask";
  return {
    unsupported: all.flatMap(({ unsupported = [] }) => unsupported),
    drop: [...all.flatMap(({ drop = [] }) => drop), ...(isAsked ? [] : ["stream_options"])],
    rename: Object.assign({}, ...all.map(({ rename = {} }) => rename)),
    defaults: Object.assign({}, ...all.map(({ defaults = {} }) => defaults)),
  };
};

/** The vendor's name for a model. */
export const upstreamModel = (provider: Provider, operation: Operation, model: string): string =>
  provider.modelName?.(model, operation) ?? model;

/** One gateway in this process with a deployment of every provider on one fake upstream. */
export interface ConformanceGateway {
  readonly url: string;
  readonly upstream: FakeUpstream;
  /** Access log lines written so far, parsed. */
  readonly log: readonly Readonly<Record<string, unknown>>[];
  /** Failures of the gateway itself; to stay empty. */
  readonly failures: readonly string[];
  /** Sends a body to an operation's endpoint. */
  post(
    operation: Operation,
    body: unknown,
    init?: { readonly headers?: Readonly<Record<string, string>>; readonly signal?: AbortSignal },
  ): Promise<Response>;
  /** Ends everything; the log is complete afterwards. */
  stop(): Promise<void>;
}

const toModelList = (url: string): readonly unknown[] =>
  TESTED.flatMap(([name, provider]) =>
    modelsOf(provider).map((model) => ({
      model_name: `${name}/${model}`,
      litellm_params: { model: `${name}/${model}`, api_base: `${url}/base`, api_key: keyOf(provider) },
    })),
  );

/** Starts a {@link ConformanceGateway}. */
export const startConformanceGateway = (): ConformanceGateway => {
  const upstream = startFakeUpstream();
  // Each failure is to be seen as it is, again and again.
  const router = { num_retries: 0, disable_cooldowns: true };
  const text = JSON.stringify({ model_list: toModelList(upstream.url), router_settings: router });
  const { config, faults } = loadConfig({ path: "/suite.yaml", environment: {}, readFile: () => text });
  if (config === undefined) throw new Error(`the suite's configuration has faults: ${JSON.stringify(faults)}`);
  const log: Readonly<Record<string, unknown>>[] = [];
  const failures: string[] = [];
  const gateway = new Gateway({
    config,
    environment: {},
    accessLogFormat: "json",
    writeLog: (lines) => void log.push(...String(lines).trimEnd().split("\n").map(readLine)),
    logLevel: "info",
    logError: (message, cause) => void failures.push(`${message}: ${String(cause)}`),
  });
  const url = `http://127.0.0.1:${gateway.listen({ hostname: "127.0.0.1", port: 0, isShared: false })}`;
  return {
    url,
    upstream,
    log,
    failures,
    post: (operation, body, init) => postJson(url + PATHS[operation], body, init),
    stop: async () => {
      await gateway.stop(1000);
      upstream.close();
    },
  };
};

const readLine = (line: string): Readonly<Record<string, unknown>> => JSON.parse(line);
