import type { RouterSettings } from "../config/gateway-config.ts";
import type { ModelTable } from "../routing/model-table.ts";
import type { ParallelGate } from "../routing/parallel-gate.ts";
import type { Router } from "../routing/router.ts";
import type { EgressPolicy } from "../upstream/egress-policy.ts";

/** The models that a call may reach and how one is chosen: the server's own, or those of the caller's `user_config`. */
export interface RoutingScope {
  readonly models: ModelTable;
  readonly router: Router;
  readonly gate: ParallelGate;
  readonly settings: RouterSettings;
  /** Present when a caller chose the hosts. */
  readonly egress: EgressPolicy | undefined;
}
