import { GatewayError } from "../core/errors.ts";
import { definePlain } from "../http/endpoint.ts";
import { ACCESS_MARK, BASE_MARK, KEY_HEADER_MARK } from "./ui/built-page.ts";
import { loadPage } from "./ui/page-files.ts";

/** Only its own files may be loaded and only its own gateway asked; nothing written into the page can run. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** The page that shows what models do. It holds no data: that comes from endpoints that ask for the key. */
export const ui = definePlain({
  method: "GET",
  paths: ["/ui"],
  summary: "Show calls as they come, and the last hour, in a browser.",
  isPublic: true,
  mediaType: "text/html",
  handle: async ({ request, state }) => {
    const page = await loadPage();
    if (page === undefined) {
      throw new GatewayError("not-found", "Not Found: the page is not built. `npm start` does, or `npm run page`.");
    }
    // Relative, so that it works under any prefix that a proxy takes off.
    const base = new URL(request.url, "http://localhost").pathname.endsWith("/") ? "assets/" : "ui/assets/";
    const { isOpen, keyHeader } = state.auth;
    const html = page.html
      .replaceAll(BASE_MARK, base)
      .replaceAll(ACCESS_MARK, isOpen ? "open" : "key")
      .replaceAll(KEY_HEADER_MARK, () => Bun.escapeHTML(keyHeader));
    return new Response(html, {
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
