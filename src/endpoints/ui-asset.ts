import { GatewayError } from "../core/errors.ts";
import { definePlain } from "../http/endpoint.ts";
import { loadPage } from "./ui/page-files.ts";

/** Scripts and styles of the page at `/ui`, out of memory. A name holds its content's hash, so browsers keep it for good. */
export const uiAsset = definePlain({
  method: "GET",
  paths: ["/ui/assets/{id}"],
  summary: "Serve a file of the page at `/ui`.",
  isPublic: true,
  mediaType: "application/octet-stream",
  handle: async ({ request, id = "" }) => {
    const file = (await loadPage())?.files.get(id);
    if (file === undefined) {
      throw new GatewayError("not-found", "Not Found: the page has no such file. Load it anew.");
    }
    const isGzipped = /\bgzip\b/.test(request.headers.get("accept-encoding") ?? "");
    return new Response(isGzipped ? file.gzipped : Bun.gunzipSync(file.gzipped), {
      headers: {
        "content-type": file.type,
        "cache-control": "public, max-age=31536000, immutable",
        "x-content-type-options": "nosniff",
        vary: "accept-encoding",
        ...(isGzipped ? { "content-encoding": "gzip" } : {}),
      },
    });
  },
});
