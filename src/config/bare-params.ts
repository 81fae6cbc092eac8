import type { DeploymentParams } from "./gateway-config.ts";

/** `litellm_params` that say nothing but the model, for deployments that no file names. */
export const bareParams = (model: string): DeploymentParams => ({
  model,
  apiKey: undefined,
  apiBase: undefined,
  apiVersion: undefined,
  organization: undefined,
  customLlmProvider: undefined,
  timeoutMs: undefined,
  streamTimeoutMs: undefined,
  weight: undefined,
  rpm: undefined,
  tpm: undefined,
  dropParams: undefined,
  additionalDropParams: [],
  allowedOpenaiParams: [],
  extraHeaders: {},
  extraBody: {},
  mockResponse: undefined,
  regionName: undefined,
  azure: {
    adToken: undefined,
    tenantId: undefined,
    clientId: undefined,
    clientSecret: undefined,
    username: undefined,
    password: undefined,
    scope: undefined,
  },
  defaults: {},
});
