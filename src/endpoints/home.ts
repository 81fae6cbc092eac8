import { definePlain } from "../http/endpoint.ts";
import { CONTENT_SECURITY_POLICY, renderHomePage } from "./home/page.ts";
import { readMountPath } from "./mount-path.ts";

/** The page a browser sees at the gateway's address. Names models only where anyone may call them. */
export const home = definePlain({
  method: "GET",
  paths: ["/"],
  summary: "Show what this is and how to call it.",
  isPublic: true,
  mediaType: "text/html",
  handle: ({ request, target, services, state }) => {
    const { auth, config, models } = state;
    const names = [...models.groupNames, ...models.visibleAliases];
    const mountPath = readMountPath(request.url, target);
    const page = renderHomePage({
      version: services.version,
      baseUrl: readOrigin(request) + mountPath,
      mountPath,
      endpoints: services.endpoints,
      keyHeader: auth.keyHeader,
      models: auth.isOpen ? [...names, ...models.patternNames] : undefined,
      exampleModel: auth.isOpen ? (config.forced.model ?? names[0] ?? "gpt-4o") : "gpt-4o",
    });
    return new Response(page, {
      headers: {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": CONTENT_SECURITY_POLICY,
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cache-control": "no-store",
      },
    });
  },
});

/** Shown to a caller that named no host, or an impossible one. */
const FALLBACK_ORIGIN = "http://localhost:4000";

/** The address in the browser's bar: a proxy in front may have taken TLS off. Only shown, so its word is enough. */
function readOrigin({ url, headers }: Request): string {
  const origin = URL.canParse(url) ? new URL(url).origin : FALLBACK_ORIGIN;
  return headers.get("x-forwarded-proto") === "https" ? origin.replace(/^http:/, "https:") : origin;
}
