import { readFileSync } from "node:fs";
import type { AuthClient, AwsClientOptions, IdentityPoolClientOptions } from "google-auth-library";
import { GatewayError } from "../core/errors.ts";
import { isObject, numberOf, objectOf, textOf, withoutUndefined } from "../core/json-values.ts";
import type { JsonObject } from "../core/translation.ts";
import type { FetchToken } from "./credential.ts";

/** A request as the library's interceptors see it. */
type GaxiosRequest = Parameters<NonNullable<RequestInterceptor["resolved"]>>[0];
type RequestInterceptor = NonNullable<Parameters<AuthClient["transporter"]["interceptors"]["request"]["add"]>[0]>;

/** What tokens may be used for. Source: https://cloud.google.com/vertex-ai/docs/authentication (read 2026-11-28). */
const SCOPE = "https://www.googleapis.com/auth/cloud-platform";

/** Life of a token that tells none, in milliseconds. */
const UNTOLD_LIFE_MS = 10 * 60_000;

/** Longest file of credentials, in bytes. */
const MAX_FILE_BYTES = 256 * 1024;

/**
 * Tokens of a Google identity by Google's own library, loaded at the first call that needs one: service accounts, users (`gcloud
 * auth application-default login`), workload identity federation, and without credentials the machine's own.
 * Sources of federated identities that run a program are refused: a configuration is no script.
 */
export function googleTokens(credentials: string | undefined): FetchToken {
  return async () => {
    try {
      const client = await toClient(credentials === undefined ? undefined : readGoogleCredentials(credentials));
      const { token } = await client.getAccessToken();
      if (typeof token !== "string" || token === "") {
        throw new Error("the answer holds no token");
      }
      return { token, expiresAtMs: client.credentials.expiry_date ?? Date.now() + UNTOLD_LIFE_MS };
    } catch (cause) {
      throw toFailure(cause);
    }
  };
}

async function toClient(credentials: JsonObject | undefined): Promise<AuthClient> {
  const { AwsClient, GoogleAuth, IdentityPoolClient, JWT, UserRefreshClient } = await import("google-auth-library");
  const field = (name: string): string | undefined => textOf(credentials?.[name]);
  const tokenUrl = field("token_uri");
  switch (credentials?.["type"]) {
    case "service_account": {
      const [email, key, keyId] = [field("client_email"), field("private_key"), field("private_key_id")];
      const client = new JWT(withoutUndefined({ email, key, keyId, scopes: SCOPE }));
      if (tokenUrl !== undefined) {
        // The library knows Google's own address only; clouds that are kept apart have others.
        const resolved = (request: GaxiosRequest): Promise<GaxiosRequest> =>
          Promise.resolve(Object.assign(request, { url: new URL(tokenUrl) }));
        client.transporter.interceptors.request.add({ resolved });
      }
      return client;
    }
    case "authorized_user": {
      const endpoints = tokenUrl === undefined ? undefined : { oauth2TokenUrl: tokenUrl };
      const [clientId, clientSecret] = [field("client_id"), field("client_secret")];
      return new UserRefreshClient(
        withoutUndefined({ clientId, clientSecret, refreshToken: field("refresh_token"), endpoints }),
      );
    }
    case "external_account": {
      const isAws = objectOf(credentials["credential_source"])["environment_id"] !== undefined;
      const options = { ...credentials, scopes: [SCOPE] };
      return isAws
        ? new AwsClient(options as unknown as AwsClientOptions)
        : new IdentityPoolClient(options as unknown as IdentityPoolClientOptions);
    }
    default:
      // Impersonation and rarer kinds are the library's to tell apart.
      return new GoogleAuth({ scopes: SCOPE, ...(credentials === undefined ? {} : { credentials }) }).getClient();
  }
}

/** The library's failures hold requests with assertions in them: only what the token service said goes on. */
function toFailure(cause: unknown): GatewayError {
  const response = objectOf(objectOf(cause)["response"]);
  const { error, error_description: description } = objectOf(response["data"]);
  const status = numberOf(response["status"]);
  const told = [textOf(error), textOf(description)].filter((text) => text !== undefined).join(": ");
  const refused = status !== undefined && status >= 400 && status < 500;
  const reason = told === "" ? (status === undefined ? shortReason(cause) : `status ${status}`) : told;
  return new GatewayError(
    refused ? "upstream-unauthenticated" : "upstream-unreachable",
    `no access token of Google could be had: ${reason}`,
  );
}

const shortReason = (cause: unknown): string =>
  cause instanceof Error ? (cause.message.split("\n")[0] ?? "").slice(0, 200) : "unknown reason";

/**
 * Credentials as an object. @param text JSON, or the path of a file that holds it
 * @throws TypeError with a message for the operator, without a word of what they hold
 */
export function readGoogleCredentials(text: string): JsonObject {
  const trimmed = text.trim();
  const parsed = parse(trimmed.startsWith("{") ? trimmed : readFile(trimmed));
  // Impersonated identities hold those they start from.
  const sources = [parsed, objectOf(parsed["source_credentials"])].map((held) => objectOf(held["credential_source"]));
  if (sources.some((source) => source["executable"] !== undefined)) {
    throw new TypeError("Google credentials whose credential_source runs a program ('executable') are not taken");
  }
  return parsed;
}

function readFile(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    throw new TypeError(`the file of Google credentials '${path}' cannot be read`);
  }
  if (text.length > MAX_FILE_BYTES) {
    throw new TypeError(`the file of Google credentials '${path}' is too long`);
  }
  return text;
}

function parse(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) {
      return value;
    }
  } catch {
    // The parser's message would repeat what they hold.
  }
  throw new TypeError("Google credentials are neither a JSON object nor the path of a file that holds one");
}
