/** How a deployment fares: 0 healthy, 1 some calls fail, 2 out: it cools down, or answers nothing any more (LiteLLM's numbers). */
export type DeploymentState = 0 | 1 | 2;

/** A deployment at this moment. */
export interface DeploymentSnapshot {
  readonly id: string;
  readonly group: string;
  readonly provider: string;
  readonly model: string;
  readonly apiBase: string;
  readonly state: DeploymentState;
  /** Attempts under way. */
  readonly inFlight: number;
  /** Cooldowns since the process started. */
  readonly cooldownCount: number;
  readonly rpmLimit: number | undefined;
  readonly tpmLimit: number | undefined;
}

/** Connections to one vendor's host. */
export interface PoolSnapshot {
  /** `https://api.openai.com:443`. */
  readonly origin: string;
  readonly idle: number;
}

/** How a callback fares, counted in calls. */
export interface CallbackSnapshot {
  readonly name: string;
  readonly queued: number;
  readonly sent: number;
  readonly dropped: number;
  readonly failedSends: number;
}

/** The gateway at this moment, for those who watch it. */
export interface GatewaySnapshot {
  readonly version: string;
  /** Which of several processes on the port this is; `undefined` where it serves alone. */
  readonly worker: string | undefined;
  readonly deployments: readonly DeploymentSnapshot[];
  readonly openConnections: number;
  readonly pools: readonly PoolSnapshot[];
  readonly callbacks: readonly CallbackSnapshot[];
  readonly queuedRecords: number;
  readonly droppedRecords: number;
  readonly strippedRecords: number;
  /** Shared routing state; `undefined` where nothing is shared. */
  readonly sharing: { readonly exchanges: number; readonly failures: number; readonly isLost: boolean } | undefined;
}
