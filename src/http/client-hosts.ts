import type { GeneralSettings } from "../config/gateway-config.ts";
import { isKnownHost } from "../providers/known-hosts.ts";
import type { Provider } from "../providers/provider.ts";
import { type EgressPolicy, listsHost, readAllowedHosts } from "../upstream/egress-policy.ts";
import { readClientUrl } from "../upstream/origin.ts";
import { refusal } from "./client-credentials.ts";

/**
 * Which hosts callers may name (`general_settings.allow_client_side_credentials`): none, those of known vendors, or any
 * public one; and what `client_side_allowed_hosts` admits besides. That a name's addresses are public the transport
 * checks, when it connects.
 */
export class ClientHosts {
  /** What hosts may be reached that are named by `api_base`, by a `user_config`, and by the files of messages. */
  readonly egress: EgressPolicy;
  readonly configEgress: EgressPolicy;
  readonly fileEgress: EgressPolicy;
  readonly #mode: boolean | undefined;
  readonly #providers: readonly Provider[];

  /** @throws TypeError on a bad entry of `client_side_allowed_hosts` */
  constructor(
    settings: Pick<GeneralSettings, "allowClientSideCredentials" | "clientSideAllowedHosts">,
    providers: readonly Provider[],
  ) {
    this.#mode = settings.allowClientSideCredentials;
    this.#providers = providers;
    const allowed = readAllowedHosts(settings.clientSideAllowedHosts);
    this.egress = { allowed, param: "api_base" };
    this.configEgress = { allowed, param: "user_config" };
    this.fileEgress = { allowed, param: "messages" };
  }

  /** @throws GatewayError `unauthenticated` when callers may bring no hosts and no `user_config` at all */
  checkOpen(param: string): void {
    if (this.#mode === false) {
      throw refusal(
        param,
        "Enable with `general_settings::allow_client_side_credentials`; this server has it switched off.",
      );
    }
  }

  /** @throws GatewayError `unauthenticated` for a host that callers may not name */
  check(apiBase: string, param: string): void {
    this.checkOpen(param);
    const reason = this.findFault(apiBase);
    if (reason !== undefined) {
      throw refusal(param, reason);
    }
  }

  /** Why callers may not name this host; `undefined` when they may. @throws TypeError on what is no address */
  findFault(apiBase: string): string | undefined {
    const { origin } = readClientUrl(apiBase); // The very reading that the connection will be made by.
    return this.#mode === true || isKnownHost(origin, this.#providers) || listsHost(this.egress.allowed, origin)
      ? undefined
      : `Its host '${origin.hostname}' is none of a known vendor's. Enable with \`general_settings::allow_client_side_credentials: true\` or list it in \`client_side_allowed_hosts\`.`;
  }
}
