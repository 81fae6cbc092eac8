import { DEFAULT_KEY_HEADER } from "../auth/key-carrier.ts";
import type { GatewayConfig } from "../config/gateway-config.ts";
import { VERSION } from "../core/version.ts";

/** Models named in the banner at most. */
const MAX_NAMES = 12;

/** What an operator sees at start: address, models, and a line to try. */
export function formatBanner(config: GatewayConfig, url: string): string {
  const names = [...new Set(config.models.map((entry) => entry.modelName))];
  const shown = names.slice(0, MAX_NAMES).join(", ");
  const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : "";
  const chat = config.models.find(({ modelName, info }) => !modelName.includes("*") && isChat(modelName, info.mode));
  const model = config.forced.model ?? chat?.modelName ?? "gpt-4o";
  const { masterKey, litellmKeyHeaderName = DEFAULT_KEY_HEADER } = config.general;
  const key = masterKey === undefined ? "" : ` -H "${litellmKeyHeaderName}: Bearer $KEY"`;
  const body = `{"model":"${model}","messages":[{"role":"user","content":"Hello"}]}`;
  return [
    `Portolan ${VERSION} is ready at ${url}`,
    `Models: ${names.length === 0 ? "none; see docs/reference/config.md" : shown + more}`,
    `Try it: curl ${url}/v1/chat/completions${key} -H "content-type: application/json" -d '${body}'`,
    "",
  ].join("\n");
}

/** Whether a chat call is likely to be answered: the entry says so, or at least does not look like something else. */
function isChat(name: string, mode: string | undefined): boolean {
  return mode === undefined ? !/embed|moderation|whisper|tts|dall-e|rerank/i.test(name) : mode === "chat";
}

/** Said loudly when anybody may call. */
export function formatOpenWarning(host: string): string {
  return `WARNING: no master key is configured, so anyone who reaches ${host} may spend your vendors' keys. Set general_settings.master_key or LITELLM_MASTER_KEY.`;
}
