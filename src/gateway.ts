import { toAuthenticator } from "./auth/authenticator.ts";
import { bareParams } from "./config/bare-params.ts";
import type { Environment } from "./config/environment-references.ts";
import type { GatewayConfig, ModelEntry } from "./config/gateway-config.ts";
import { toBoundedMap } from "./core/bounded-map.ts";
import { CallWatch } from "./core/call-watch.ts";
import type { LoadedModule } from "./core/custom-callback.ts";
import type { GatewaySnapshot } from "./core/gateway-snapshot.ts";
import { LIVE_CALLS, LIVE_HOUR, type LiveCallsRequest } from "./core/live-feed.ts";
import { METRICS_TOPIC, type MetricFamily } from "./core/metrics.ts";
import { mergeMetrics } from "./core/metrics-text.ts";
import { Scrubber } from "./core/scrubber.ts";
import { NoSiblings, type Siblings } from "./core/siblings.ts";
import { VERSION } from "./core/version.ts";
import { ENDPOINTS } from "./endpoints/all.ts";
import { toCapture } from "./http/capture.ts";
import { ClientHosts } from "./http/client-hosts.ts";
import { DebugLog } from "./http/debug-log.ts";
import type { GatewayServices, GatewayState } from "./http/gateway-state.ts";
import { PreCallChecks } from "./http/pre-call.ts";
import { RouteMap } from "./http/route-map.ts";
import { openServer } from "./http/server.ts";
import { UserConfigs } from "./http/user-config.ts";
import type { InboundServer } from "./inbound/inbound-server.ts";
import { type AccessLogFormat, accessLog, type LogWriter } from "./observers/access-log.ts";
import { LiveCalls } from "./observers/live-calls.ts";
import { Observatory } from "./observers/observatory.ts";
import { tryCallbacks } from "./observers/try-callbacks.ts";
import { PROVIDERS } from "./providers/all.ts";
import { awsIdentities } from "./providers/aws-identities.ts";
import type { CloudIdentities } from "./providers/credential.ts";
import { entraTokens } from "./providers/entra-tokens.ts";
import { googleTokens } from "./providers/google-tokens.ts";
import { isKnownHost } from "./providers/known-hosts.ts";
import { findPriceFaults, toPriceBook } from "./routing/configured-prices.ts";
import { type DeploymentContext, toDeployment } from "./routing/deployment.ts";
import { toDeploymentSnapshots } from "./routing/deployment-snapshots.ts";
import { StatsTable } from "./routing/deployment-stats.ts";
import { type ModelFault, ModelTable } from "./routing/model-table.ts";
import { ParallelGate } from "./routing/parallel-gate.ts";
import { Router } from "./routing/router.ts";
import type { SharingLoop } from "./routing/sharing-loop.ts";
import { readAllowedHosts } from "./upstream/egress-policy.ts";
import { HttpTransport } from "./upstream/http-transport.ts";
import { toPost } from "./upstream/post.ts";

/** What the gateway is made of beside its configuration. */
export interface GatewayOptions {
  readonly config: GatewayConfig;
  readonly environment: Environment;
  /** The configuration's modules, loaded. */
  readonly modules?: readonly LoadedModule[];
  readonly accessLogFormat: AccessLogFormat;
  /** Writes access log lines. */
  readonly writeLog: LogWriter;
  /** Writes callbacks' records to where {@link writeLog} does; settles when they have been taken. Absent: as log lines. */
  readonly writeRecords?: (bytes: Uint8Array) => Promise<void>;
  readonly logLevel: "info" | "debug" | "detailed";
  readonly logError: (message: string, cause: unknown) => void;
  /** The other processes on the port; absent where it serves alone. */
  readonly siblings?: Siblings;
  /** Which of them this is. */
  readonly worker?: string | undefined;
}

/** Where to listen. */
export interface ListenOptions {
  readonly hostname: string;
  readonly port: number;
  readonly isShared: boolean;
}

/** The clouds' own libraries, loaded when first used. */
const IDENTITIES: CloudIdentities = { entra: entraTokens, aws: awsIdentities, google: googleTokens };

/** Moderation models that are not in the list and are remembered once made ready. */
const MAX_MODERATION_MODELS = 64;

/** Models that callers with keys have named and that are remembered once made ready. */
const MAX_CALLERS_MODELS = 256;

/** The composition root: the one place that knows every layer. */
export class Gateway {
  readonly #options: GatewayOptions;
  readonly #transport = new HttpTransport();
  /** Of those who watch calls: their connections are no vendors'. */
  readonly #observersTransport = new HttpTransport();
  readonly #post = toPost(this.#observersTransport);
  readonly #stats = new StatsTable();
  readonly #observatory: Observatory;
  readonly #services: GatewayServices;
  readonly #processId = crypto.randomUUID();
  #state: GatewayState;
  #sharing: SharingLoop | undefined;
  #isStopped = false;
  #collecting: Promise<readonly MetricFamily[] | undefined> | undefined;
  #server: InboundServer | undefined;

  /** A configuration with model faults still serves its other models; ask {@link findModelFaults} first. */
  constructor(options: GatewayOptions) {
    this.#options = options;
    const siblings = options.siblings ?? new NoSiblings();
    siblings.answer(METRICS_TOPIC, async () => {
      await this.#observatory.ready;
      return this.#observatory.families(this.#toSnapshot());
    });
    const live = new LiveCalls(this.#processId);
    siblings.answer(LIVE_CALLS, (request) => live.answerCalls(request as LiveCallsRequest));
    siblings.answer(LIVE_HOUR, () => live.answerHour());
    const meters = [accessLog(options.accessLogFormat, options.writeLog), live];
    this.#observatory = new Observatory(meters, options.logError);
    this.#services = {
      transport: this.#transport,
      onCallFinished: (event) => this.#observatory.push(event),
      watch: new CallWatch(),
      version: VERSION,
      endpoints: ENDPOINTS,
      corsOrigins: readOrigins(options.environment),
      random: Math.random,
      now: Date.now,
      identities: IDENTITIES,
      debugLog:
        options.logLevel === "info"
          ? undefined
          : new DebugLog(options.writeLog, {
              isJson: options.accessLogFormat === "json",
              showsBodies: options.logLevel === "detailed",
            }),
      logError: options.logError,
      siblings,
      metrics: () => this.#metrics(siblings),
      sharing: () => this.#sharing?.status,
    };
    const { config, environment, modules = [] } = options;
    this.#state = this.#toState(config, environment, modules);
    this.#observe(config, environment, modules);
  }

  /** Starts to serve; returns the port. @throws Error with code `EADDRINUSE`. */
  listen({ hostname, port, isShared }: ListenOptions): number {
    this.#server = openServer({
      hostname,
      port,
      isShared,
      rootPath: (this.#options.environment["SERVER_ROOT_PATH"] ?? "").replace(/\/+$/, ""),
      routes: new RouteMap(ENDPOINTS),
      services: this.#services,
      state: () => this.#state,
    });
    this.#share();
    return this.#server.port;
  }

  /** The configuration in force. */
  get config(): GatewayConfig {
    return this.#state.config;
  }

  /** Swaps the configuration; calls under way end with the one they started with. */
  reload(config: GatewayConfig, environment: Environment, modules: readonly LoadedModule[] = []): void {
    this.#state = this.#toState(config, environment, modules);
    this.#observe(config, environment, modules);
    this.#share();
  }

  /** Stops accepting, lets calls under way finish within the grace time, and writes what is still to be logged. */
  async stop(graceMs: number): Promise<void> {
    await this.#server?.stop(graceMs);
    this.#isStopped = true;
    this.#sharing?.stop();
    this.#transport.close();
    await this.#observatory.stop();
    this.#observersTransport.close();
  }

  /** Those who ask while an answer is under way get that one: however many ask, processes are not held up. */
  #metrics(siblings: Siblings): Promise<readonly MetricFamily[] | undefined> {
    this.#collecting ??= this.#collectMetrics(siblings).finally(() => {
      this.#collecting = undefined;
    });
    return this.#collecting;
  }

  async #collectMetrics(siblings: Siblings): Promise<readonly MetricFamily[] | undefined> {
    const answers = await siblings.ask(METRICS_TOPIC, undefined);
    // Every process is this very program, so an answer is what ours would be.
    const known = answers.filter((answer) => Array.isArray(answer)) as (readonly MetricFamily[])[];
    return known.length === 0 ? undefined : mergeMetrics(known);
  }

  #toSnapshot(): GatewaySnapshot {
    const { droppedCount, strippedCount, queuedCount } = this.#observatory.losses;
    const sharing = this.#sharing?.status;
    return {
      version: VERSION,
      worker: this.#options.worker,
      deployments: toDeploymentSnapshots(this.#state.models, this.#services.now()),
      openConnections: this.#transport.openCount,
      pools: [...this.#transport.idleCounts].map(([origin, idle]) => ({ origin, idle })),
      callbacks: [...this.#observatory.stats].map(([name, stats]) => ({
        name,
        queued: stats.queuedCount,
        sent: stats.sentCount,
        dropped: stats.droppedCount,
        failedSends: stats.failedSendCount,
      })),
      queuedRecords: queuedCount,
      droppedRecords: droppedCount,
      strippedRecords: strippedCount,
      sharing: sharing && {
        exchanges: sharing.exchanges,
        failures: sharing.failures,
        isLost: sharing.state === "open",
      },
    };
  }

  /** Calls wait in their queue until their observers are there. */
  #observe(config: GatewayConfig, environment: Environment, modules: readonly LoadedModule[]): void {
    const { logError, writeLog, writeRecords = async (bytes) => writeLog(Buffer.from(bytes)) } = this.#options;
    const { now, random, version, watch } = this.#services;
    watch.isOn = config.observing.alerting !== undefined;
    const world = {
      config,
      environment,
      post: this.#post,
      now,
      random,
      version,
      log: logError,
      write: writeLog,
      writeRecords,
    };
    this.#observatory.apply(world, { modules, watch }).catch((cause) => logError("callbacks failed", cause));
  }

  /** Shares routing state as the configuration in force says; without a Redis in it nothing of that is loaded. */
  #share(): void {
    this.#sharing?.stop();
    this.#sharing = undefined;
    const { router } = this.config;
    if (router.redis === undefined) {
      return;
    }
    const { url } = router.redis;
    import("./routing/share-through-redis.ts").then(
      ({ shareThroughRedis }) => {
        if (!this.#isStopped && router === this.config.router) {
          this.#sharing = shareThroughRedis(url, router, {
            table: this.#stats,
            processId: this.#processId,
            now: this.#services.now,
            onChange: (address, lostBecause) => this.#logSharing(address, lostBecause),
          });
        }
      },
      (error: unknown) => this.#options.logError("sharing routing state failed", error),
    );
  }

  #logSharing(address: string, lostBecause: string | undefined): void {
    if (lostBecause === undefined) {
      this.#options.writeLog(`${new Date().toISOString()} info: routing state is shared again through ${address}\n`);
    } else {
      this.#options.logError(`routing state is not shared through the Redis at ${address}`, lostBecause);
    }
  }

  #toState(config: GatewayConfig, environment: Environment, modules: readonly LoadedModule[]): GatewayState {
    const context = toContext(config, environment, this.#stats);
    const { general, observing, router } = config;
    const { now, random, watch } = this.#services;
    const models = new ModelTable(config, context);
    return {
      config,
      models,
      scope: {
        models,
        router: new Router(router, { now, random, onCooled: (cooled) => watch.cooled(cooled) }),
        gate: new ParallelGate(router),
        settings: router,
        egress: undefined,
      },
      clientHosts: new ClientHosts(general, PROVIDERS),
      userConfigs: new UserConfigs(),
      auth: toAuthenticator(general.masterKey, general.litellmKeyHeaderName),
      scrubber: new Scrubber(general.masterKey === undefined ? [] : [general.masterKey]),
      capture: toCapture(config),
      preCall: PreCallChecks.of(modules, {
        timeoutMs: observing.preCallTimeoutMs,
        failOpen: observing.preCallFailOpen,
        keyHeader: general.litellmKeyHeaderName?.toLowerCase(),
        log: this.#options.logError,
      }),
      environment,
      prices: context.prices,
      providers: context.providers,
      callersModel: config.listsModels
        ? () => undefined
        : toBoundedMap(MAX_CALLERS_MODELS, (model) => toCallersDeployment(model, context)),
      moderationFallback: toBoundedMap(MAX_MODERATION_MODELS, (model) => toModerationDeployment(model, context)),
    };
  }
}

function toContext(config: GatewayConfig, environment: Environment, stats: StatsTable): DeploymentContext {
  return {
    providers: new Map(PROVIDERS.map((provider) => [provider.name, provider])),
    environment,
    identities: IDENTITIES,
    stats,
    prices: toPriceBook(config.litellm),
  };
}

/** What is wrong with a configuration's models: unknown providers, missing keys and addresses. */
export function findModelFaults(config: GatewayConfig, environment: Environment): readonly ModelFault[] {
  const withoutPrices = { ...config, litellm: { ...config.litellm, priceFile: undefined } };
  const { faults } = new ModelTable(config, toContext(withoutPrices, environment, new StatsTable()));
  return [...faults, ...findHostFaults(config), ...findPriceFaults(config.litellm)];
}

/** What would be said of a configuration's callbacks at the start: which would be left out, and why. */
export const findCallbackFaults = (
  config: GatewayConfig,
  environment: Environment,
  modules: readonly LoadedModule[],
): Promise<readonly string[]> =>
  tryCallbacks({ config, environment, version: VERSION }, { modules, watch: new CallWatch() });

function findHostFaults({ general }: GatewayConfig): readonly ModelFault[] {
  try {
    readAllowedHosts(general.clientSideAllowedHosts);
    return [];
  } catch (error) {
    const message = error instanceof Error ? error.message : "is no list of hosts";
    return [{ path: "general_settings.client_side_allowed_hosts", message, allowed: "names, addresses, networks" }];
  }
}

function toModerationDeployment(
  model: string,
  context: DeploymentContext,
): ReturnType<typeof toDeployment> | undefined {
  try {
    return toDeployment(moderationEntry(model), context, `openai/${model}`);
  } catch {
    return undefined; // No OpenAI key: an unlisted moderation model is an unknown model.
  }
}

/** Over the vendor's own address alone: what runs on this machine is not for callers to find. */
function toCallersDeployment(
  model: string,
  { providers, identities, prices }: DeploymentContext,
): ReturnType<typeof toDeployment> | undefined {
  try {
    // The key stands in for the caller's: no request goes out under it.
    const params = { ...bareParams(model), apiKey: "the caller's own" };
    const entry = { path: "callers", modelName: model, params, info: NO_INFO };
    const deployment = toDeployment(entry, {
      providers,
      identities,
      environment: {},
      stats: new StatsTable(),
      prices,
    });
    const routes = Object.values(deployment.routes);
    return routes.every(({ origin }) => isKnownHost(origin, PROVIDERS)) ? deployment : undefined;
  } catch {
    return undefined; // No vendor, or one whose address must be told.
  }
}

const NO_INFO: ModelEntry["info"] = { id: undefined, mode: undefined, baseModel: undefined, raw: {} };

function moderationEntry(model: string): ModelEntry {
  return {
    path: "moderations",
    modelName: model,
    params: bareParams(`openai/${model}`),
    info: { id: undefined, mode: "moderation", baseModel: undefined, raw: {} },
  };
}

function readOrigins(environment: Environment): readonly string[] {
  const text = environment["LITELLM_CORS_ORIGINS"];
  return text === undefined
    ? []
    : text
        .split(",")
        .map((origin) => origin.trim())
        .filter((origin) => origin !== "");
}
