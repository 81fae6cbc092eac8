import { definePlain } from "../http/endpoint.ts";
import { methodOf, pathForms, toPathName } from "../http/endpoint-description.ts";

/** Every path of the gateway (contract 1.6). */
export const routes = definePlain({
  method: "GET",
  paths: ["/routes"],
  summary: "List every path with its method.",
  isPublic: true,
  responseSchema: {
    type: "object",
    required: ["routes"],
    properties: {
      routes: {
        type: "array",
        items: {
          type: "object",
          required: ["path", "methods", "name", "endpoint"],
          properties: {
            path: { type: "string" },
            methods: { type: "array", items: { type: "string" } },
            name: { type: "string" },
            endpoint: { type: "string" },
          },
        },
      },
    },
  },
  handle: ({ services }) =>
    Response.json({
      routes: services.endpoints.flatMap((endpoint) => {
        const forms = pathForms(endpoint);
        const name = toPathName(endpoint.kind === "plain" ? (forms[0] ?? "") : endpoint.suffix);
        return forms.map((path) => ({ path, methods: [methodOf(endpoint)], name, endpoint: name }));
      }),
    }),
});
