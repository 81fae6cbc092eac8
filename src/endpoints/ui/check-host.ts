import { GatewayError } from "../../core/errors.ts";
import type { PlainRequest } from "../../http/endpoint.ts";

/** Names that no foreign page can have: addresses, and this machine's own. */
const OWN_HOST = /^(?:localhost|[a-z0-9.-]+\.localhost|\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]+\])$/;

/**
 * Where no key is asked for, a foreign page must not read what goes on here: not even one whose own name has been made to
 * lead to this machine, so that its requests look like ours.
 * @throws GatewayError `forbidden` for such a name
 */
export function checkHost({
  request,
  state,
  services,
}: {
  readonly request: { readonly url: string };
  readonly state: { readonly auth: Pick<PlainRequest["state"]["auth"], "isOpen"> };
  readonly services: Pick<PlainRequest["services"], "corsOrigins">;
}): void {
  const host = URL.canParse(request.url) ? new URL(request.url).hostname : "localhost";
  if (!state.auth.isOpen || OWN_HOST.test(host) || services.corsOrigins.some((origin) => isOf(origin, host))) {
    return;
  }
  throw new GatewayError(
    "forbidden",
    `Under the name '${host.slice(0, 200)}' calls are not shown, as this gateway asks for no key. Use its IP address, set a master key, or list the page's origin in LITELLM_CORS_ORIGINS.`,
  );
}

const isOf = (origin: string, host: string): boolean =>
  origin === "*" || (URL.canParse(origin) && new URL(origin).hostname === host);
