import { objectOf } from "../core/json-values.ts";
import { postForm } from "../upstream/post-form.ts";
import type { FetchToken } from "./credential.ts";

/**
 * Access tokens of IBM Cloud for an API key.
 * Source: https://cloud.ibm.com/apidocs/iam-identity-token-api#gettoken-apikey; npm ibm-cloud-sdk-core 5.9.1 (read 2026-11-28).
 */
export function ibmTokens(apiKey: string, url: string): FetchToken {
  return async () => {
    const answer = await postForm(url, {
      grant_type: "urn:ibm:params:oauth:grant-type:apikey",
      apikey: apiKey,
      response_type: "cloud_iam",
    });
    const { access_token: token, expiration } = objectOf(answer);
    if (typeof token !== "string" || typeof expiration !== "number") {
      throw new TypeError("IBM Cloud's answer to the API key has no token");
    }
    return { token, expiresAtMs: expiration * 1000 };
  };
}
