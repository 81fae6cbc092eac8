import type { Environment } from "../config/environment-references.ts";
import type { AzureIdentityParams, DeploymentParams } from "../config/gateway-config.ts";
import type { Provider } from "./provider.ts";

/** The header line (with CRLF) that signs a call. A promise only while a token is being fetched. */
export type Credential = () => string | Promise<string>;

/** Fetches an access token. `expiresAtMs` in epoch milliseconds. */
export type FetchToken = () => Promise<{ readonly token: string; readonly expiresAtMs: number }>;

/** Makes the token source of a Microsoft Entra identity; injected, as it loads a large library. */
export type EntraTokens = (identity: AzureIdentityParams) => FetchToken;

/** Tokens are replaced this long before they expire, in milliseconds. */
const REFRESH_AHEAD_MS = 5 * 60_000;

const NO_HEADER = "";

/** The key in a header line that signs a call: its last word. */
export const readKey = (line: string): string => line.trimEnd().split(" ").at(-1) ?? "";

/** A header line; refuses characters that would end it early. */
export function toHeaderLine(name: string, value: string): string {
  if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
    throw new TypeError(`the value of header '${name}' has a character that no header may carry`);
  }
  return `${name}: ${value}\r\n`;
}

/**
 * How a deployment's calls are signed: its own key, its Entra identity, or the provider's key from the environment.
 * The environment's key is meant for the provider's own host: an `api_base` of the deployment takes it along, as the
 * operator chose both. `undefined` when there is no credential and the provider needs one.
 */
export function toCredential(
  provider: Provider,
  params: DeploymentParams,
  environment: Environment,
  entraTokens: EntraTokens,
): Credential | undefined {
  if (params.apiKey !== undefined) {
    return fixed(...provider.authorization.header(params.apiKey));
  }
  if (provider.acceptsEntraTokens === true) {
    const { adToken, tenantId, clientId } = params.azure;
    if (adToken !== undefined) {
      return fixed("authorization", `Bearer ${adToken}`);
    }
    if (tenantId !== undefined && clientId !== undefined) {
      return refreshed(entraTokens(params.azure), Date.now);
    }
  }
  for (const name of provider.authorization.env) {
    const key = environment[name];
    if (key !== undefined && key !== "") {
      return fixed(...provider.authorization.header(key));
    }
  }
  return provider.authorization.optional || provider.answer !== undefined ? () => NO_HEADER : undefined;
}

function fixed(name: string, value: string): Credential {
  const line = toHeaderLine(name, value);
  return () => line;
}

/** Keeps one token, fetched once however many calls wait for it, and renewed ahead of its end while the old one serves. */
export function refreshed(fetchToken: FetchToken, now: () => number): Credential {
  let line: string | undefined;
  let expiresAtMs = 0;
  let fetching: Promise<string> | undefined;
  const fetchOnce = (): Promise<string> => {
    fetching ??= fetchToken()
      .then((fetched) => {
        line = toHeaderLine("authorization", `Bearer ${fetched.token}`);
        expiresAtMs = fetched.expiresAtMs;
        return line;
      })
      .finally(() => {
        fetching = undefined;
      });
    return fetching;
  };
  return () => {
    const leftMs = expiresAtMs - now();
    if (line === undefined || leftMs <= 0) {
      return fetchOnce();
    }
    if (leftMs < REFRESH_AHEAD_MS) {
      fetchOnce().catch(() => undefined); // The old token still serves; the next call tries again.
    }
    return line;
  };
}
