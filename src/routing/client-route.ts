import { bareParams } from "../config/bare-params.ts";
import type { Environment } from "../config/environment-references.ts";
import type { DeploymentParams } from "../config/gateway-config.ts";
import type { VendorField } from "../config/vendor-fields.ts";
import type { Operation } from "../core/operation.ts";
import { type CloudIdentities, toCredential } from "../providers/credential.ts";
import { type PreparedRoute, prepareRoute } from "../providers/prepared-route.ts";
import type { Deployment } from "./deployment.ts";
import { findWay } from "./way.ts";

/** What a caller brought along for one call. */
export interface OwnAccess {
  readonly apiKey: string | undefined;
  readonly apiBase: string | undefined;
  readonly apiVersion: string | undefined;
  readonly organization: string | undefined;
}

const NO_ENVIRONMENT: Environment = {};

/** No identity of the server's may stand in for a key that the caller did not send. */
const refuseIdentity = (): never => {
  throw new TypeError("no key was sent");
};
const NO_IDENTITIES: CloudIdentities = { entra: refuseIdentity, aws: refuseIdentity, google: refuseIdentity };

/** Where the vendor is (region, project, location), without whom it would let in. */
function withoutIdentity(vendor: DeploymentParams["vendor"]): DeploymentParams["vendor"] {
  const places: readonly VendorField[] = [
    "aws_region_name",
    "aws_bedrock_runtime_endpoint",
    "sagemaker_base_url",
    "model_id",
    "vertex_project",
    "vertex_location",
    "vertex_ai_project",
    "vertex_ai_location",
  ];
  return Object.fromEntries(Object.entries(vendor).filter(([name]) => places.some((place) => place === name)));
}

/**
 * A deployment's way to its vendor with the caller's key in place of the server's, and on the caller's host if one is
 * named. No credential of the server goes along: not its key, its organization, its headers, its identity, nor a key of
 * its environment; towards another host nor what it adds to bodies. For one call alone; joins no table.
 * @param environment where the server's own address of the vendor may stand
 * @throws TypeError on an address or a key that no request can be made of
 */
export function toClientRoute(
  deployment: Deployment,
  operation: Operation,
  own: OwnAccess,
  environment: Environment,
): PreparedRoute | undefined {
  const { provider, upstreamModel, entry } = deployment;
  const bare = bareParams(entry.params.model);
  const params: DeploymentParams = {
    ...entry.params,
    apiKey: own.apiKey,
    organization: own.organization,
    apiVersion: own.apiVersion ?? entry.params.apiVersion,
    extraHeaders: {},
    azure: bare.azure,
    vendor: withoutIdentity(entry.params.vendor),
    ...(own.apiBase === undefined ? {} : { apiBase: own.apiBase, extraBody: {} }),
  };
  const credential = toCredential(provider, {
    params,
    environment: NO_ENVIRONMENT,
    identities: NO_IDENTITIES,
    model: upstreamModel,
  });
  if (credential === undefined) {
    throw new TypeError("no key was sent");
  }
  const way = findWay(provider, operation, upstreamModel);
  const source = { provider, operation, model: upstreamModel, params, credential, environment, isCallersOwn: true };
  return way && prepareRoute({ ...source, way });
}
