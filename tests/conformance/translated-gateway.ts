import { readdirSync } from "node:fs";
import { join } from "node:path";
import { loadConfig } from "../../src/config/load-config.ts";
import { CALLER_DIALECT } from "../../src/core/operation.ts";
import { Gateway } from "../../src/gateway.ts";
import { PROVIDERS } from "../../src/providers/all.ts";
import type { Provider } from "../../src/providers/provider.ts";
import { findWay } from "../../src/routing/way.ts";
import { type FakeUpstream, startFakeUpstream } from "../support/fake-upstream.ts";
import { postJson } from "../support/gateway-setup.ts";
import type { ScriptedReply } from "../support/scripted-reply.ts";
import { PATHS } from "./canonical-calls.ts";
import type { VendorKit } from "./kits/vendor-kit.ts";

const KITS_FOLDER = join(import.meta.dir, "kits");

const isKit = (value: unknown): value is VendorKit =>
  typeof value === "object" && value !== null && "providers" in value && "check" in value;

const loadKits = async (): Promise<readonly VendorKit[]> => {
  const files = readdirSync(KITS_FOLDER).filter(
    (name) => name.endsWith(".ts") && !name.endsWith(".test.ts") && name !== "vendor-kit.ts",
  );
  const modules = await Promise.all(files.sort().map((name) => import(join(KITS_FOLDER, name))));
  return modules.flatMap((module: Readonly<Record<string, unknown>>) => Object.values(module).filter(isKit));
};

/** Every kit: adding a file to `kits/` is the whole registration. */
export const KITS: readonly VendorKit[] = await loadKits();

/** The name a kit's deployment is called by; unique. */
export const nameOf = (kit: VendorKit, provider: string): string => {
  const index = KITS.filter((other) => other.operation === kit.operation && other.providers.includes(provider)).indexOf(
    kit,
  );
  return `${provider}-${kit.operation}-${index}`;
};

/** One provider as one kit plays it. */
export interface Played {
  readonly kit: VendorKit;
  readonly provider: string;
  /** Model name at the gateway. */
  readonly model: string;
}

/** Every kit and provider, with a name for `describe.each`. */
export const PLAYED: readonly (readonly [string, Played])[] = KITS.flatMap((kit) =>
  kit.providers.map((provider) => {
    const model = nameOf(kit, provider);
    return [model, { kit, provider, model }] as const;
  }),
);

/** Providers and operations that are translated, and so need a kit. */
export const TRANSLATED: readonly (readonly [string, Provider])[] = PROVIDERS.flatMap((provider) =>
  Object.entries(provider.routes)
    .filter(([operation, route]) => route.dialect !== CALLER_DIALECT[operation as keyof typeof CALLER_DIALECT])
    .map(([operation]) => [`${provider.name} ${operation}`, provider] as const),
);

/** One gateway in this process with a deployment for every kit on one fake upstream. */
export interface TranslatedGateway {
  readonly url: string;
  readonly upstream: FakeUpstream;
  readonly failures: readonly string[];
  readonly log: readonly Readonly<Record<string, unknown>>[];
  /** Sends a body to the kit's endpoint; the vendor refuses what its kit refuses and else answers this. */
  call(
    played: Played,
    body: object,
    reply: ScriptedReply,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Response>;
  /** Sends a body to the kit's endpoint; what the vendor answers is the test's to say. */
  post(
    played: Played,
    body: object,
    init?: { readonly headers?: Readonly<Record<string, string>>; readonly signal?: AbortSignal },
  ): Promise<Response>;
  stop(): Promise<void>;
}

const toEntry = (url: string, { kit, provider, model }: Played): unknown => ({
  model_name: model,
  litellm_params: {
    model: `${provider}/${kit.model ?? "some-model"}`,
    api_base: url,
    api_key: `key-of-${provider}`,
    ...kit.params,
  },
});

/** Starts a {@link TranslatedGateway}. */
export const startTranslatedGateway = (): TranslatedGateway => {
  const upstream = startFakeUpstream();
  const text = JSON.stringify({
    model_list: PLAYED.map(([, played]) => toEntry(upstream.url, played)),
    router_settings: { num_retries: 0, disable_cooldowns: true },
    general_settings: { client_side_allowed_hosts: ["127.0.0.1"] },
  });
  const environment = Object.assign({}, ...KITS.map((kit) => kit.environment ?? {})) as Readonly<
    Record<string, string>
  >;
  const { config, faults } = loadConfig({ path: "/suite.yaml", environment, readFile: () => text });
  if (config === undefined) throw new Error(`the suite's configuration has faults: ${JSON.stringify(faults)}`);
  const log: Readonly<Record<string, unknown>>[] = [];
  const failures: string[] = [];
  const gateway = new Gateway({
    config,
    environment,
    accessLogFormat: "json",
    writeLog: (lines) => {
      for (const line of String(lines).trimEnd().split("\n")) log.push(JSON.parse(line));
    },
    logLevel: "info",
    logError: (message, cause) => void failures.push(`${message}: ${String(cause)}`),
  });
  const url = `http://127.0.0.1:${gateway.listen({ hostname: "127.0.0.1", port: 0, isShared: false })}`;
  const post: TranslatedGateway["post"] = (played, body, init) =>
    postJson(url + PATHS[played.kit.operation], { model: played.model, ...body }, init);
  return {
    url,
    upstream,
    failures,
    log,
    post,
    call: (played, body, reply, headers) => {
      upstream.next((request) => played.kit.check(request) ?? reply);
      return post(played, body, headers === undefined ? {} : { headers });
    },
    stop: async () => {
      await gateway.stop(1000);
      upstream.close();
    },
  };
};

/** Whether the provider has text completions only through its chats. */
export const completesThroughChat = (name: string): boolean =>
  PROVIDERS.some(
    (provider) =>
      provider.name === name &&
      provider.routes.completion === undefined &&
      findWay(provider, "completion", "some-model") !== undefined,
  );
