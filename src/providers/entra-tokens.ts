import type { AzureIdentityParams } from "../config/gateway-config.ts";
import type { FetchToken } from "./credential.ts";

/** The scope of Azure OpenAI. Source: https://learn.microsoft.com/azure/ai-foundry/openai/how-to/managed-identity (read 2026-11-23). */
const DEFAULT_SCOPE = "https://cognitiveservices.azure.com/.default";

/** Tokens of a Microsoft Entra identity by Microsoft's own library, loaded at the first call that needs one. */
export function entraTokens(identity: AzureIdentityParams): FetchToken {
  return async () => {
    const { ClientSecretCredential, UsernamePasswordCredential } = await import("@azure/identity");
    const { tenantId = "", clientId = "", clientSecret, username, password } = identity;
    const credential =
      clientSecret !== undefined
        ? new ClientSecretCredential(tenantId, clientId, clientSecret)
        : new UsernamePasswordCredential(tenantId, clientId, username ?? "", password ?? "");
    const access = await credential.getToken(identity.scope ?? DEFAULT_SCOPE);
    return { token: access.token, expiresAtMs: access.expiresOnTimestamp };
  };
}
