import type { Environment } from "../config/environment-references.ts";
import type { DeploymentParams } from "../config/gateway-config.ts";
import { signAwsRequest } from "../wire/aws-signature.ts";
import { toHeaderLine } from "../wire/header-line.ts";
import {
  type AwsIdentity,
  type AwsKeys,
  type Credential,
  type CredentialSource,
  type FetchAwsKeys,
  fixed,
  kept,
} from "./credential.ts";

/** Variables without which no wildcard of an AWS vendor is served at start. */
export const AWS_KEY_ENV = "AWS_ACCESS_KEY_ID";

/** Settings of identities, for the reference. */
export const AWS_KEYS = "`aws_access_key_id` and its kin, `aws_role_name`, `aws_profile_name`";

/** How calls to a service of AWS are signed. */
export interface AwsSigning {
  /** Name of the service in signatures. */
  readonly service: string;
  /** Region that a model's name tells. */
  readonly regionOf: (params: DeploymentParams, environment: Environment, model: string) => string;
  /** Variable with a bearer key, for services that have such; `api_key` is one then. */
  readonly bearerEnv?: string;
}

/**
 * Credentials of AWS, in this order: the deployment's bearer key, keys, role, web identity or profile; the environment's bearer
 * key or keys; then whatever AWS' default chain finds (files, container, instance), looked for at the first call.
 * Source: https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html,
 * https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys-use.html (read 2026-11-28).
 */
export const awsCredential =
  ({ service, regionOf, bearerEnv }: AwsSigning) =>
  (source: CredentialSource): Credential => {
    const { params, environment } = source;
    if (params.apiKey !== undefined) {
      if (bearerEnv === undefined) {
        throw new TypeError(`'${service}' takes no api_key: its calls are signed with AWS keys`);
      }
      return fixed("authorization", `Bearer ${params.apiKey}`);
    }
    const bearer = bearerEnv === undefined ? undefined : environment[bearerEnv];
    if (!hasOwnIdentity(params) && bearer !== undefined && bearer !== "") {
      return fixed("authorization", `Bearer ${bearer}`);
    }
    const scope = { service, region: regionOf(params, environment, source.model) };
    const keys = kept(toFetch(source, scope.region), Date.now);
    return {
      sign: async (request) => {
        const headers = await signAwsRequest(await keys.get(), scope, request, new Date());
        return Object.entries(headers)
          .map(([name, value]) => toHeaderLine(name, value))
          .join("");
      },
      secrets: () => {
        const { accessKeyId, secretAccessKey, sessionToken } = keys.peek() ?? {};
        return [secretAccessKey, sessionToken, accessKeyId].filter((secret) => secret !== undefined);
      },
    };
  };

const hasOwnIdentity = ({ vendor }: DeploymentParams): boolean =>
  vendor.aws_access_key_id !== undefined ||
  vendor.aws_role_name !== undefined ||
  vendor.aws_profile_name !== undefined ||
  vendor.aws_web_identity_token !== undefined;

function toFetch({ params, environment, identities }: CredentialSource, region: string): FetchAwsKeys {
  const { vendor } = params;
  const own = readOwnKeys(params);
  const profile = vendor.aws_profile_name;
  const keys = own ?? (profile === undefined ? readEnvironmentKeys(environment) : undefined);
  if (vendor.aws_web_identity_token !== undefined && vendor.aws_role_name === undefined) {
    throw new TypeError("aws_web_identity_token needs aws_role_name: the role to assume");
  }
  if (keys !== undefined && vendor.aws_role_name === undefined) {
    return () => Promise.resolve({ value: keys, expiresAtMs: Number.POSITIVE_INFINITY });
  }
  const identity: AwsIdentity = {
    region,
    keys,
    profile,
    role: vendor.aws_role_name,
    sessionName: vendor.aws_session_name,
    externalId: vendor.aws_external_id,
    webIdentityToken: vendor.aws_web_identity_token,
    stsEndpoint: vendor.aws_sts_endpoint,
  };
  return identities.aws(identity);
}

function readOwnKeys({ vendor }: DeploymentParams): AwsKeys | undefined {
  const { aws_access_key_id: accessKeyId, aws_secret_access_key: secretAccessKey } = vendor;
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined)) {
    throw new TypeError("aws_access_key_id and aws_secret_access_key are set together or not at all");
  }
  return accessKeyId === undefined || secretAccessKey === undefined
    ? undefined
    : { accessKeyId, secretAccessKey, sessionToken: vendor.aws_session_token };
}

function readEnvironmentKeys(environment: Environment): AwsKeys | undefined {
  const accessKeyId = environment[AWS_KEY_ENV];
  const secretAccessKey = environment["AWS_SECRET_ACCESS_KEY"];
  const sessionToken = environment["AWS_SESSION_TOKEN"] || undefined;
  return accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey, sessionToken } : undefined;
}
