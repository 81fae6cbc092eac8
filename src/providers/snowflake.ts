import { toHeaderLine } from "../wire/header-line.ts";
import type { Credential, CredentialSource } from "./credential.ts";
import { bearer, defineProvider, type UrlParts } from "./provider.ts";

/** LiteLLM's mark of a programmatic access token among keys; a key without it is a JSON Web Token. */
const PAT_MARK = "pat/";

const TYPE_HEADER = "x-snowflake-authorization-token-type";

const authorization = bearer("SNOWFLAKE_JWT", "SNOWFLAKE_API_KEY");

/** Callers write the base as the account's address, or with the whole path of the API. */
const toSnowflakeUrl = ({ base, path }: UrlParts): string =>
  `${base.replace(/\/api\/v2(?:\/cortex(?:\/v1)?)?$/, "")}${path}`;

/** The address of an account. @throws TypeError when none is named, or what is named cannot be part of a host */
function toAccountUrl(account: string | undefined): string {
  if (account === undefined || !/^[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?$/.test(account)) {
    throw new TypeError("provider 'snowflake' needs its account's address: set api_base or SNOWFLAKE_ACCOUNT_ID");
  }
  return `https://${account}.snowflakecomputing.com`;
}

/** Tokens are told apart by a header beside the token. */
function toSnowflakeCredential({ params, environment }: CredentialSource): Credential | undefined {
  const key = params.apiKey ?? authorization.env.map((name) => environment[name]).find((value) => value);
  if (key === undefined) {
    return undefined;
  }
  const isPat = key.startsWith(PAT_MARK);
  const token = isPat ? key.slice(PAT_MARK.length) : key;
  const type = isPat ? "PROGRAMMATIC_ACCESS_TOKEN" : "KEYPAIR_JWT";
  const lines = toHeaderLine(...authorization.header(token)) + toHeaderLine(TYPE_HEADER, type);
  const secrets = [token];
  return { sign: () => lines, secrets: () => secrets };
}

/** Snowflake's Cortex; the account is part of the address. */
export const snowflake = defineProvider({
  name: "snowflake",
  source: "https://docs.snowflake.com/en/user-guide/snowflake-cortex/cortex-rest-api (read 2026-11-28)",
  baseUrl: undefined,
  baseUrlOf: (_params, environment) => toAccountUrl(environment["SNOWFLAKE_ACCOUNT_ID"]),
  baseUrlEnv: ["SNOWFLAKE_API_BASE"],
  hostFamilies: ["*.snowflakecomputing.com"],
  needs: { address: "by the account, `SNOWFLAKE_ACCOUNT_ID`" },
  authorization,
  credential: toSnowflakeCredential,
  routes: { chat: { dialect: "openai-chat", path: "/api/v2/cortex/v1/chat/completions" } },
  url: toSnowflakeUrl,
});
