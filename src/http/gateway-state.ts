import type { Authenticator } from "../auth/authenticator.ts";
import type { PriceBook } from "../catalog/price-book.ts";
import type { Environment } from "../config/environment-references.ts";
import type { GatewayConfig } from "../config/gateway-config.ts";
import type { CallSink } from "../core/call-event.ts";
import type { CallWatch } from "../core/call-watch.ts";
import type { MetricFamily } from "../core/metrics.ts";
import type { Scrubber } from "../core/scrubber.ts";
import type { Siblings } from "../core/siblings.ts";
import type { CloudIdentities } from "../providers/credential.ts";
import type { Provider } from "../providers/provider.ts";
import type { Deployment } from "../routing/deployment.ts";
import type { ModelTable } from "../routing/model-table.ts";
import type { SharingStatus } from "../routing/sharing-loop.ts";
import type { Transport } from "../upstream/transport.ts";
import type { Capture } from "./capture.ts";
import type { ClientHosts } from "./client-hosts.ts";
import type { DebugLog } from "./debug-log.ts";
import type { EndpointDescription } from "./endpoint-description.ts";
import type { PreCallChecks } from "./pre-call.ts";
import type { RoutingScope } from "./routing-scope.ts";
import type { UserConfigs } from "./user-config.ts";

/** Everything that a configuration decides. Replaced whole on reload; a call keeps the one it started with. */
export interface GatewayState {
  readonly config: GatewayConfig;
  readonly models: ModelTable;
  /** How calls that bring no `user_config` are routed; its models are {@link models}. */
  readonly scope: RoutingScope;
  /** The hosts that callers may name, and the routers of those who bring their own models. */
  readonly clientHosts: ClientHosts;
  readonly userConfigs: UserConfigs;
  readonly auth: Authenticator;
  /** Keeps secrets out of records. */
  readonly scrubber: Scrubber;
  /** What its observers want to know of calls. */
  readonly capture: Capture;
  /** What looks at calls before they are made; `undefined` where nothing does. */
  readonly preCall: PreCallChecks | undefined;
  readonly prices: PriceBook;
  readonly environment: Environment;
  readonly providers: ReadonlyMap<string, Provider>;
  /** OpenAI's moderation for a model that is not in the list; `undefined` when there is no key for it. */
  readonly moderationFallback: (model: string) => Deployment | undefined;
  /**
   * A known vendor's model for a caller with a key, where the configuration lists none; `undefined` where it does, and for
   * names that tell no vendor.
   */
  readonly callersModel: (model: string) => Deployment | undefined;
}

/** What lives as long as the process. */
export interface GatewayServices {
  readonly transport: Transport;
  readonly onCallFinished: CallSink;
  /** Calls whose answers have not begun, for who watches them. */
  readonly watch: CallWatch;
  /** Product version, for `x-litellm-version` and readiness. */
  readonly version: string;
  /** All endpoints, for those that list them. */
  readonly endpoints: readonly EndpointDescription[];
  /** Origins that browsers may call from (`LITELLM_CORS_ORIGINS`); `*` for any, empty for the default. */
  readonly corsOrigins: readonly string[];
  /** A number from 0 up to, but not including, 1. */
  readonly random: () => number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly identities: CloudIdentities;
  /** Present with `--debug`. */
  readonly debugLog: DebugLog | undefined;
  /** Logs what only operators may see, such as the cause of an internal error. */
  readonly logError: (message: string, cause: unknown) => void;
  readonly siblings: Siblings;
  /** What `/metrics` shows, of all processes; `undefined` where no observer counts. */
  readonly metrics: () => Promise<readonly MetricFamily[] | undefined>;
  /** How sharing routing state with other processes goes; `undefined` where nothing is shared. */
  readonly sharing: () => SharingStatus | undefined;
}
