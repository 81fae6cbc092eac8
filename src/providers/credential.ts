import type { Environment } from "../config/environment-references.ts";
import type { AzureIdentityParams, DeploymentParams } from "../config/gateway-config.ts";
import { toHeaderLine } from "../wire/header-line.ts";
import type { Provider } from "./provider.ts";

/** A request about to be sent, as far as signatures cover it. */
export interface SignableRequest {
  /** Host as its header says it. */
  readonly host: string;
  /** Path and query. */
  readonly target: string;
  readonly body: readonly Uint8Array[];
}

/** How calls are signed. */
export interface Credential {
  /** The header lines when they are the same for every request: then nothing is to be signed. */
  readonly lines?: string;
  /** Header lines, each with its CRLF. A promise only while something must be fetched, or computed elsewhere. */
  readonly sign: (request: SignableRequest) => string | Promise<string>;
  /** Keys and tokens in use, to be kept out of whatever is shown. */
  readonly secrets: () => readonly string[];
}

/** Fetches an access token. `expiresAtMs` in epoch milliseconds. */
export type FetchToken = () => Promise<{ readonly token: string; readonly expiresAtMs: number }>;

/** Makes the token source of a Microsoft Entra identity; injected, as it loads a large library. */
export type EntraTokens = (identity: AzureIdentityParams) => FetchToken;

/** Keys of AWS, as they sign requests. */
export interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** Whose keys of AWS are to be fetched; nothing named: the default chain (environment, files, container, instance). */
export interface AwsIdentity {
  readonly region: string;
  /** Keys that may assume the role; the default chain's when absent. */
  readonly keys?: AwsKeys | undefined;
  /** Profile of the shared configuration files. */
  readonly profile?: string | undefined;
  /** ARN of a role to assume. */
  readonly role?: string | undefined;
  readonly sessionName?: string | undefined;
  readonly externalId?: string | undefined;
  /** A web identity token or the path of a file that holds one; assumes the role without other keys. */
  readonly webIdentityToken?: string | undefined;
  /** Address of the security token service, instead of the region's. */
  readonly stsEndpoint?: string | undefined;
}

/** Fetches keys. `expiresAtMs` in epoch milliseconds, `Infinity` for keys that do not expire. */
export type FetchAwsKeys = () => Promise<{ readonly value: AwsKeys; readonly expiresAtMs: number }>;

/** Makes the key source of an identity of AWS; injected, as it loads a large library. */
export type AwsIdentities = (identity: AwsIdentity) => FetchAwsKeys;
/**
 * Makes the token source of a Google identity; injected, as it loads a library. `credentials`: JSON, or the path of a file
 * that holds it; `undefined` for the machine's own identity.
 */
export type GoogleTokens = (credentials: string | undefined) => FetchToken;

/** Where identities of clouds come from: the vendors' own libraries, loaded when first used; injected. */
export interface CloudIdentities {
  readonly entra: EntraTokens;
  readonly aws: AwsIdentities;
  readonly google: GoogleTokens;
}

/** What a credential is made of. */
export interface CredentialSource {
  readonly params: DeploymentParams;
  readonly environment: Environment;
  readonly identities: CloudIdentities;
  /** The vendor's name for the model, as the deployment has it; it may name a region. */
  readonly model: string;
}

/** Tokens are replaced this long before they expire, in milliseconds. */
const REFRESH_AHEAD_MS = 5 * 60_000;

const NO_CREDENTIAL: Credential = { lines: "", sign: () => "", secrets: () => [] };

/**
 * How a deployment's calls are signed: its own key, its cloud identity, or the provider's key from the environment.
 * The environment's key is meant for the provider's own host: an `api_base` of the deployment takes it along, as the
 * operator chose both. `undefined` when there is no credential and the provider needs one.
 */
export function toCredential(provider: Provider, source: CredentialSource): Credential | undefined {
  const { params, environment } = source;
  if (provider.credential !== undefined) {
    return provider.credential(source);
  }
  if (params.apiKey !== undefined) {
    return fixed(...provider.authorization.header(params.apiKey));
  }
  if (provider.acceptsEntraTokens === true) {
    const { adToken, tenantId, clientId } = params.azure;
    if (adToken !== undefined) {
      return fixed("authorization", `Bearer ${adToken}`);
    }
    if (tenantId !== undefined && clientId !== undefined) {
      return refreshed(source.identities.entra(params.azure), Date.now);
    }
  }
  for (const name of provider.authorization.env) {
    const key = environment[name];
    if (key !== undefined && key !== "") {
      return fixed(...provider.authorization.header(key));
    }
  }
  return provider.authorization.optional || provider.answer !== undefined ? NO_CREDENTIAL : undefined;
}

/** One header that never changes; its last word is the secret. */
export function fixed(name: string, value: string): Credential {
  const line = toHeaderLine(name, value);
  const secrets = [value.split(" ").at(-1) ?? ""];
  return { lines: line, sign: () => line, secrets: () => secrets };
}

/** A bearer token, fetched once however many calls wait for it, and renewed ahead of its end while the old one serves. */
export function refreshed(fetchToken: FetchToken, now: () => number): Credential {
  const current = kept(async () => {
    const { token, expiresAtMs } = await fetchToken();
    return { value: { token, line: toHeaderLine("authorization", `Bearer ${token}`) }, expiresAtMs };
  }, now);
  return {
    sign: () => {
      const held = current.get();
      return held instanceof Promise ? held.then(({ line }) => line) : held.line;
    },
    secrets: () => {
      const held = current.peek();
      return held === undefined ? [] : [held.token];
    },
  };
}

/** A value that expires. */
export interface Kept<Value> {
  /** The value; a promise only while none that still holds is there. */
  readonly get: () => Value | Promise<Value>;
  /** The value fetched last, expired or not. */
  readonly peek: () => Value | undefined;
}

/** Longest wait for a token or keys, in milliseconds: not every library of a cloud ends its waiting by itself. */
const MAX_FETCH_MS = 30_000;

async function withinLimit<Value>(fetching: Promise<Value>, limitMs: number): Promise<Value> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`no answer came within ${limitMs / 1000} s`)), limitMs);
  try {
    return await Promise.race([fetching, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Keeps one value that expires (`expiresAtMs` in epoch milliseconds; `Infinity` for never): fetched once however many wait,
 * and renewed ahead of its end while the old one serves.
 */
export function kept<Value extends object>(
  fetchValue: () => Promise<{ readonly value: Value; readonly expiresAtMs: number }>,
  now: () => number,
  limitMs = MAX_FETCH_MS,
): Kept<Value> {
  let value: Value | undefined;
  let expiresAtMs = 0;
  let fetching: Promise<Value> | undefined;
  const fetchOnce = (): Promise<Value> => {
    fetching ??= withinLimit(
      fetchValue().then((fetched) => {
        ({ value, expiresAtMs } = fetched);
        return fetched.value;
      }),
      limitMs,
    ).finally(() => {
      fetching = undefined;
    });
    return fetching;
  };
  const get = (): Value | Promise<Value> => {
    const leftMs = expiresAtMs - now();
    if (value === undefined || leftMs <= 0) {
      return fetchOnce();
    }
    if (leftMs < REFRESH_AHEAD_MS) {
      fetchOnce().catch(() => undefined); // The old one still serves; the next call tries again.
    }
    return value;
  };
  return { get, peek: () => value };
}
