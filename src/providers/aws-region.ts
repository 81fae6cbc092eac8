import type { Environment } from "../config/environment-references.ts";
import type { DeploymentParams } from "../config/gateway-config.ts";

/** Where calls go when nothing names a region, as in LiteLLM. */
const DEFAULT_REGION = "us-west-2";

/** Regions are part of host names: nothing else may pass for one. */
const REGION = /^[a-z]{2,4}(?:-[a-z]+){1,2}-\d{1,2}$/;

const REGION_ENV: readonly string[] = ["AWS_REGION_NAME", "AWS_REGION", "AWS_DEFAULT_REGION"];

/**
 * Domains of AWS' partitions by the beginning of their regions' names; `amazonaws.com` for all others.
 * Source: https://www.npmjs.com/package/@aws-sdk/core, util-endpoints/lib/aws/partitions.js of 3.981.2 (read 2026-11-28).
 */
const DOMAINS: readonly (readonly [prefix: string, domain: string])[] = [
  ["cn-", "amazonaws.com.cn"],
  ["eusc-", "amazonaws.eu"],
  ["us-iso-", "c2s.ic.gov"],
  ["us-isob-", "sc2s.sgov.gov"],
  ["eu-isoe-", "cloud.adc-e.uk"],
  ["us-isof-", "csp.hci.ic.gov"],
];

/** Whether a text can be the name of a region. */
export const isAwsRegion = (text: string): boolean => REGION.test(text);

/** The region of an ARN (`arn:aws:bedrock:us-east-1:...`). */
export const regionOfArn = (arn: string): string | undefined => {
  const [scheme, , , region = ""] = arn.split(":");
  return scheme === "arn" && isAwsRegion(region) ? region : undefined;
};

/**
 * The region of a deployment: its own, what its model's name says, the environment's, the default.
 * @throws TypeError on a text that is no region
 */
export function readAwsRegion(params: DeploymentParams, environment: Environment, named: string | undefined): string {
  const fromEnvironment = (): string | undefined => REGION_ENV.map((name) => environment[name]).find((value) => value);
  const region = params.vendor.aws_region_name ?? named ?? fromEnvironment() ?? DEFAULT_REGION;
  if (!isAwsRegion(region)) {
    throw new TypeError(`'${region}' is no AWS region: write it as 'us-east-1'`);
  }
  return region;
}

/** A service's host in a region. */
export const toAwsHost = (service: string, region: string): string =>
  `https://${service}.${region}.${DOMAINS.find(([prefix]) => region.startsWith(prefix))?.[1] ?? "amazonaws.com"}`;
