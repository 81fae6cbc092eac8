import type { ErrorKind } from "../core/errors.ts";
import { AWS_KEY_ENV, AWS_KEYS, awsCredential } from "./aws-credential.ts";
import { readAwsRegion, toAwsHost } from "./aws-region.ts";
import { bearer, type Provider, type UpstreamError } from "./provider.ts";

/** Paths of an endpoint's calls, whole and streamed. */
export const INVOCATIONS = {
  path: "/endpoints/{model}/invocations",
  streamPath: "/endpoints/{model}/invocations-response-stream",
} as const;

/** A base URL that is an address of invocations already, as LiteLLM's `sagemaker_base_url` is. */
const FULL_ADDRESS = /\/invocations(?:-response-stream)?$/;

/** Words of containers for a prompt that is too long (contract 3.5, "SageMaker: token-limit text"). */
const CONTEXT_WINDOW =
  /`inputs` tokens \+ `max_new_tokens` must be|must have less than \d+ tokens|maximum context length/i;

function readError({ status, message, type }: UpstreamError): ErrorKind | undefined {
  if (CONTEXT_WINDOW.test(message)) {
    return "context-window-exceeded";
  }
  if (/^throttling/i.test(type ?? "")) {
    return "upstream-rate-limited";
  }
  if (status === 403 && /security token|unrecognizedclient|expiredtoken|invalidsignature/i.test(`${type} ${message}`)) {
    return "upstream-unauthenticated";
  }
  return status === 424 || status === 530 ? "upstream-failed" : status === 500 ? "upstream-unavailable" : undefined;
}

/** What both kinds of SageMaker endpoints have in common. */
export const SAGEMAKER = {
  title: "Sagemaker",
  baseUrl: undefined,
  baseUrlOf: (params, environment) =>
    params.vendor.sagemaker_base_url ??
    // Source: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html (read 2026-11-28).
    environment["AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME"] ??
    toAwsHost("runtime.sagemaker", readAwsRegion(params, environment, undefined)),
  url: ({ base, path }) =>
    FULL_ADDRESS.test(base) ? base.replace(FULL_ADDRESS, path.slice(path.lastIndexOf("/"))) : base + path,
  needs: {
    keys: `any identity of AWS (${AWS_KEYS}); \`${AWS_KEY_ENV}\`; else AWS' default chain`,
    address: "by region; or `sagemaker_base_url`",
  },
  authorization: bearer(AWS_KEY_ENV),
  credential: awsCredential({
    service: "sagemaker",
    regionOf: (params, environment) => readAwsRegion(params, environment, undefined),
  }),
  headersOf: ({ vendor: { model_id: component } }) =>
    component === undefined ? {} : { "x-amzn-sagemaker-inference-component": component },
  errorTypeHeader: "x-amzn-errortype",
  statuses: { 424: 500, 500: 503, 530: 500 },
  readError,
} as const satisfies Partial<Provider>;
