import type { FetchToken } from "./credential.ts";

/** Longest wait for a token, in milliseconds. */
const MAX_WAIT_MS = 20_000;

/**
 * Access tokens of IBM Cloud for an API key.
 * Source: https://cloud.ibm.com/apidocs/iam-identity-token-api#gettoken-apikey; npm ibm-cloud-sdk-core 5.9.1 (read 2026-11-28).
 */
export function ibmTokens(apiKey: string, url: string): FetchToken {
  return async () => {
    const reply = await fetch(url, {
      method: "POST",
      redirect: "error",
      signal: AbortSignal.timeout(MAX_WAIT_MS),
      headers: { accept: "application/json", "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({
        grant_type: "urn:ibm:params:oauth:grant-type:apikey",
        apikey: apiKey,
        response_type: "cloud_iam",
      }).toString(),
    });
    if (!reply.ok) {
      throw new Error(`IBM Cloud answered the API key with status ${reply.status}`);
    }
    const { access_token: token, expiration } = (await reply.json()) as Readonly<Record<string, unknown>>;
    if (typeof token !== "string" || typeof expiration !== "number") {
      throw new TypeError("IBM Cloud's answer to the API key has no token");
    }
    return { token, expiresAtMs: expiration * 1000 };
  };
}
