import { GatewayError } from "../core/errors.ts";
import { isKnownHost } from "../providers/known-hosts.ts";
import { isApiVersion, type PreparedRoute } from "../providers/prepared-route.ts";
import { type OwnAccess, toClientRoute } from "../routing/client-route.ts";
import type { Deployment } from "../routing/deployment.ts";
import type { ModelGroup } from "../routing/model-table.ts";
import { readClientUrl } from "../upstream/origin.ts";
import { scanObject } from "../wire/json-scan.ts";
import type { ScannedObject } from "../wire/scanned-object.ts";
import type { Call } from "./call.ts";

/** Key and host that a caller brought along (contract 2.9). Kept by the call alone; never logged, cached or pooled. */
export type ClientCredentials = OwnAccess;

/** Cloud credentials and addresses that LiteLLM takes from callers and this gateway does not: said, not dropped. */
const REFUSED: readonly string[] = [
  "model_list",
  "azure_ad_token",
  "aws_access_key_id",
  "aws_secret_access_key",
  "aws_session_token",
  "aws_sts_endpoint",
  "aws_web_identity_token",
  "aws_role_name",
  "aws_bedrock_runtime_endpoint",
  "vertex_credentials",
  "vertex_ai_credentials",
  "s3_endpoint_url",
  "sagemaker_base_url",
  "deployment_url",
];

/**
 * Which account, region or identity calls are made with: LiteLLM acts on them, here they are the server's, or an entry's of the
 * caller's `user_config`. A call that went elsewhere without a word would be worse than none. `null` asks for nothing.
 */
const NOT_CALLERS: readonly string[] = [
  "aws_region_name",
  "aws_session_name",
  "aws_profile_name",
  "aws_external_id",
  "vertex_project",
  "vertex_location",
  "vertex_ai_project",
  "vertex_ai_location",
  "oci_region",
  "oci_user",
  "oci_fingerprint",
  "oci_tenancy",
  "oci_key",
  "oci_key_file",
  "watsonx_region_name",
  "client_secret",
  "azure_username",
  "azure_password",
  "azure_scope",
];

const LOOKED_AT: ReadonlySet<string> = new Set([
  ...REFUSED,
  ...NOT_CALLERS,
  "api_key",
  "api_base",
  "base_url",
  "api_version",
  "organization",
  "extra_body",
]);

/** Longest key or address that is taken. */
const MAX_LENGTH = 8192;

/** What LiteLLM says, and what would help. */
export function refusal(name: string, hint: string): GatewayError {
  return new GatewayError(
    "unauthenticated",
    `Authentication Error, Rejected Request: ${name} is not allowed in request body. ${hint}`,
    { param: name },
  );
}

/**
 * Takes the caller's own key and host from the body onto the call; without a key, the API version and the organization that
 * it wants of the server's.
 * @throws GatewayError `invalid-request` for what no key or address can be; `unauthenticated` for what is never taken
 */
export function readClientCredentials(call: Call, body: ScannedObject): void {
  if (!body.fields.some(({ name }) => LOOKED_AT.has(name))) {
    return; // As nearly every body.
  }
  refuseIdentities(body);
  const apiKey = readText(body, "api_key");
  const apiBase = readText(body, "api_base") ?? readText(body, "base_url");
  const apiVersion = readText(body, "api_version");
  const organization = readText(body, "organization");
  if (apiBase !== undefined) {
    checkBase(call, apiBase, apiKey);
  }
  if (apiKey !== undefined) {
    call.credentials = { apiKey, apiBase, apiVersion, organization };
    return;
  }
  if (apiVersion !== undefined && !isApiVersion(apiVersion)) {
    throw new GatewayError(
      "invalid-request",
      "Invalid value for 'api_version': expected a version such as 2024-10-21.",
      {
        param: "api_version",
      },
    );
  }
  call.apiVersion = apiVersion;
  call.organization = organization;
}

/** @throws GatewayError `unauthenticated` for fields of a body that say as whom or where calls are made */
export function refuseIdentities(body: ScannedObject): void {
  const refused = findRefused(body);
  if (refused !== undefined) {
    throw refusal(refused, "This gateway takes a caller's api_key, api_base, api_version and organization.");
  }
  checkNested(body);
}

/** A host needs a key beside it; where callers may bring none at all, that is what they are told. */
function checkBase(call: Call, apiBase: string, apiKey: string | undefined): void {
  if (apiKey === undefined) {
    call.state.clientHosts.checkOpen("api_base");
    throw new GatewayError(
      "invalid-request",
      "'api_base' needs 'api_key' beside it: a key of this server is never sent to a host that a caller chose.",
      { param: "api_base" },
    );
  }
  checkUrl(apiBase);
}

const findRefused = (body: ScannedObject): string | undefined =>
  REFUSED.find((name) => body.find(name) !== undefined) ??
  NOT_CALLERS.find((name) => (body.find(name)?.kind ?? "null") !== "null");

/** `extra_body` belongs into the body itself, where clients put what it holds: a key in it would go to the vendor as it is. */
function checkNested(body: ScannedObject): void {
  const field = body.find("extra_body");
  if (field?.kind !== "object") {
    return;
  }
  const nested = scanObject(body.bytes.subarray(field.valueStart, field.valueEnd));
  const name =
    ["api_key", "api_base", "base_url", "user_config"].find((candidate) => nested.find(candidate) !== undefined) ??
    findRefused(nested);
  if (name !== undefined) {
    throw refusal(`extra_body.${name}`, `Send '${name}' at the top of the body.`);
  }
}

function readText(body: ScannedObject, name: string): string | undefined {
  const field = body.find(name);
  if (field === undefined || field.kind === "null") {
    return undefined;
  }
  const text = body.readString(field);
  if (text === undefined || text === "" || text.length > MAX_LENGTH || !/^[\x21-\x7e]+$/.test(text)) {
    throw new GatewayError(
      "invalid-request",
      `Invalid value for '${name}': expected text of 1 to ${MAX_LENGTH} printable ASCII characters without spaces.`,
      { param: name },
    );
  }
  return text;
}

function checkUrl(text: string): void {
  try {
    readClientUrl(text);
  } catch (error) {
    throw new GatewayError("invalid-request", `Invalid value for 'api_base': ${reasonOf(error)}.`, {
      param: "api_base",
    });
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : "no request can be made of it");

/**
 * The way of this call to the deployment's vendor: the deployment's own or, with the caller's key, one made for this
 * call alone. Says on the call whether the host is of a caller's choosing.
 * @throws GatewayError `unauthenticated` for a host that may not be named here; `invalid-request`
 */
export function routeOf(call: Call, deployment: Deployment): PreparedRoute {
  const { credentials, operation, scope } = call;
  const own = deployment.routes[operation];
  if (own === undefined) {
    throw new Error("the router chose a deployment that has no such operation");
  }
  call.egress = scope.egress;
  if (credentials === undefined) {
    return own;
  }
  if (credentials.apiBase !== undefined) {
    checkHost(call, deployment, credentials.apiBase);
    call.egress = call.state.clientHosts.egress;
  }
  let route: PreparedRoute | undefined;
  try {
    route = toClientRoute(deployment, operation, credentials, call.state.environment);
  } catch (error) {
    throw new GatewayError("invalid-request", `No request can be made with the 'api_key' sent: ${reasonOf(error)}.`, {
      param: "api_key",
    });
  }
  return route ?? own;
}

/**
 * As much of a group as a caller's key may be shown to: it is meant for one vendor, and another must not see it. The group
 * itself for a call without such a key; `undefined` where nobody is left.
 * @param first a deployment of the vendor that the key is for
 */
export function reachOf(call: Call, group: ModelGroup, first: Deployment | undefined): ModelGroup | undefined {
  if (call.credentials === undefined) {
    return group;
  }
  const deployments = first === undefined ? [] : group.deployments.filter((one) => isOneVendor(call, first, one));
  if (deployments.length === group.deployments.length) {
    return group;
  }
  return deployments.length === 0 ? undefined : { ...group, deployments };
}

/** The deployment of a group whose vendor a caller's key is taken to be for: the first of the list that can answer. */
export const firstAbleOf = ({ operation }: Call, { deployments }: ModelGroup): Deployment | undefined =>
  deployments.find(({ routes }) => routes[operation] !== undefined);

/**
 * Whether two deployments are of one vendor: the same provider at the same origin, or at hosts that the provider table knows
 * as its own (regions, `*.openai.azure.com`). Where the caller names the host, it is the same for both.
 */
export function isOneVendor({ credentials, operation }: Call, left: Deployment, right: Deployment): boolean {
  const [origin, other] = [left.routes[operation]?.origin, right.routes[operation]?.origin];
  if (left.provider !== right.provider || origin === undefined || other === undefined) {
    return false;
  }
  return (
    credentials?.apiBase !== undefined ||
    origin.key === other.key ||
    (isKnownHost(origin, [left.provider]) && isKnownHost(other, [left.provider]))
  );
}

/** Whether the caller may name this host: the deployment's own list says so, or the policy of the whole server. */
function checkHost(call: Call, deployment: Deployment, apiBase: string): void {
  const { clientsideParams } = deployment.entry.params;
  if (clientsideParams.has("api_base")) {
    if (clientsideParams.get("api_base")?.test(apiBase) ?? true) {
      return;
    }
    throw refusal("api_base", "It matches none of the model's `configurable_clientside_auth_params`.");
  }
  call.state.clientHosts.check(apiBase, "api_base");
}
