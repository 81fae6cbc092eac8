import { definePlain } from "../http/endpoint.ts";
import { readMountPath } from "./mount-path.ts";
import { toOpenapiDocument } from "./openapi/document.ts";

/** The machine-readable description of this very gateway. Holds nothing that only callers with a key may know. */
export const openapi = definePlain({
  method: "GET",
  paths: ["/openapi.json"],
  summary: "Describe the API (OpenAPI 3.1).",
  isPublic: true,
  handle: ({ request, target, services, state }) =>
    Response.json(
      toOpenapiDocument(services.endpoints, {
        version: services.version,
        serverUrl: readMountPath(request.url, target) || "/",
        isOpen: state.auth.isOpen,
      }),
    ),
});
