import { type Credential, type CredentialSource, fixed, refreshed } from "./credential.ts";
import { ibmTokens } from "./ibm-tokens.ts";
import { bearer, defineProvider, type UrlParts } from "./provider.ts";

/** `version` of calls that name none, by `api_version`: the one that IBM's own library of the day sends. */
const DEFAULT_VERSION = "2026-10-14";

const IAM_URL = "https://iam.cloud.ibm.com/identity/token";

const authorization = bearer("WATSONX_API_KEY", "WATSONX_APIKEY", "WX_API_KEY");

const toWatsonxUrl = ({ base, path, apiVersion }: UrlParts): string =>
  `${base}${path}?version=${encodeURIComponent(apiVersion ?? DEFAULT_VERSION)}`;

/** The address of a region. @throws TypeError on a text that is none */
function toRegionUrl(region: string): string {
  if (!/^[a-z]{2}(?:-[a-z]+){1,2}\d?$/.test(region)) {
    throw new TypeError(`'${region}' is no region of IBM Cloud: write it as 'us-south'`);
  }
  return `https://${region}.ml.cloud.ibm.com`;
}

/** An API key is changed for tokens; `token` and `WATSONX_TOKEN` are tokens already. */
function toWatsonxCredential({ params, environment }: CredentialSource): Credential | undefined {
  const fromEnvironment = authorization.env.map((name) => environment[name]).find((value) => value);
  const token = params.vendor.token ?? environment["WATSONX_TOKEN"];
  if (params.apiKey === undefined && token !== undefined && token !== "") {
    return fixed(...authorization.header(token));
  }
  const key = params.apiKey ?? fromEnvironment;
  if (key === undefined) {
    return undefined;
  }
  const tokens = refreshed(ibmTokens(key, environment["WATSONX_IAM_URL"] ?? IAM_URL), Date.now);
  return { sign: tokens.sign, secrets: () => [key, ...tokens.secrets()] };
}

/**
 * IBM's watsonx.ai. Bodies need the `project_id` or `space_id` of the deployment; `watsonx_region_name` names the region.
 * `user` is unknown to it, and nothing is lost without it.
 */
export const watsonx = defineProvider({
  name: "watsonx",
  title: "Watsonx",
  source: "https://cloud.ibm.com/apidocs/watsonx-ai and PyPI ibm-watsonx-ai 1.8.1 (read 2026-11-28)",
  baseUrl: undefined,
  baseUrlEnv: ["WATSONX_API_BASE", "WATSONX_URL", "WX_URL"],
  baseUrlOf: ({ vendor }) => toRegionUrl(vendor.watsonx_region_name ?? "us-south"),
  needs: {
    keys: "`WATSONX_API_KEY`, `WATSONX_APIKEY`, `WX_API_KEY`; or a `token`, `WATSONX_TOKEN`",
    address: "by `watsonx_region_name`, else `us-south`",
  },
  hostFamilies: ["*.ml.cloud.ibm.com"],
  apiVersionEnv: ["WATSONX_API_VERSION"],
  authorization,
  credential: toWatsonxCredential,
  routes: {
    chat: {
      dialect: "watsonx-chat",
      path: "/ml/v1/text/chat",
      streamPath: "/ml/v1/text/chat_stream",
      edits: { drop: ["user"] },
    },
    embedding: {
      dialect: "watsonx-embed",
      path: "/ml/v1/text/embeddings",
      edits: { drop: ["user"] },
      textInputOnly: true,
      floatsOnly: true,
    },
    rerank: { dialect: "watsonx-rerank", path: "/ml/v1/text/rerank" },
  },
  url: toWatsonxUrl,
  placeFields: ["project_id", "space_id"],
});
