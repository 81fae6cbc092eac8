import {
  type EndpointDescription,
  type JsonSchema,
  methodOf,
  type PlainDescription,
  pathForms,
  toPathName,
} from "../../http/endpoint-description.ts";
import { OPERATION_SCHEMAS, SCHEMAS } from "./schemas.ts";

type Mapping = Readonly<Record<string, unknown>>;

/** What the document says beside the endpoints. */
export interface DocumentFacts {
  readonly version: string;
  /** Path under which the gateway is mounted, `/` at least. */
  readonly serverUrl: string;
  /** Whether anyone may call without a key. */
  readonly isOpen: boolean;
}

/** The OpenAPI description of the endpoints. Source: https://spec.openapis.org/oas/v3.1.1.html (read 2026-11-23). */
export function toOpenapiDocument(endpoints: readonly EndpointDescription[], facts: DocumentFacts): Mapping {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const endpoint of endpoints) {
    for (const path of pathForms(endpoint)) {
      const item = paths[path] ?? {};
      item[methodOf(endpoint).toLowerCase()] = toOperationObject(endpoint, path);
      paths[path] = item;
    }
  }
  return {
    openapi: "3.1.1",
    info: {
      title: "Portolan",
      version: facts.version,
      summary: "The OpenAI API in front of every model vendor.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: facts.serverUrl }],
    security: facts.isOpen ? [] : Object.keys(SECURITY_SCHEMES).map((name) => ({ [name]: [] })),
    paths,
    components: { schemas: SCHEMAS, securitySchemes: SECURITY_SCHEMES },
  };
}

/** Where a key may stand; the usual ones of the carriers in `auth/key-carrier.ts`. */
const SECURITY_SCHEMES = {
  bearer: { type: "http", scheme: "bearer" },
  litellmKey: { type: "apiKey", in: "header", name: "x-litellm-api-key" },
  azureKey: { type: "apiKey", in: "header", name: "api-key" },
} as const;

function toOperationObject(endpoint: EndpointDescription, path: string): Mapping {
  const method = methodOf(endpoint);
  const parameters = [...toPathParameters(path), ...(endpoint.kind === "plain" ? toQueryParameters(endpoint) : [])];
  const body = endpoint.kind === "plain" ? endpoint.requestSchema : OPERATION_SCHEMAS[endpoint.operation].request;
  return {
    operationId: `${method.toLowerCase()}_${toPathName(path)}`,
    summary: endpoint.summary,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: { required: true, content: json(body) } }),
    responses: { "200": toAnswer(endpoint), default: ERROR_ANSWER },
    ...(endpoint.kind === "plain" && endpoint.isPublic ? { security: [] } : {}),
  };
}

function toPathParameters(path: string): Mapping[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    description: "A model name; its slashes may stand as they are or as `%2F`.",
    schema: { type: "string" },
  }));
}

function toQueryParameters({ query = {} }: PlainDescription): Mapping[] {
  return Object.entries(query).map(([name, description]) => ({
    name,
    in: "query",
    description,
    schema: { type: "string" },
  }));
}

function toAnswer(endpoint: EndpointDescription): Mapping {
  if (endpoint.kind === "plain") {
    const schema = endpoint.responseSchema ?? { type: "object" };
    const content = endpoint.mediaType === undefined ? json(schema) : { [endpoint.mediaType]: { schema: TEXT } };
    return { description: "The answer.", content };
  }
  const { response, streams } = OPERATION_SCHEMAS[endpoint.operation];
  return streams
    ? {
        description: "The whole answer, or with `stream: true` its events.",
        content: { ...json(response), "text/event-stream": { schema: TEXT } },
      }
    : { description: "The answer.", content: json(response) };
}

const TEXT: JsonSchema = { type: "string" };

const json = (schema: JsonSchema): Mapping => ({ "application/json": { schema } });

const ERROR_ANSWER: Mapping = {
  description: "What went wrong.",
  content: json({ $ref: "#/components/schemas/Error" }),
};
