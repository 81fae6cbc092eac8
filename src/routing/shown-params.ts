import type { FieldTable } from "../config/declared-field.ts";
import type { DeploymentParams, ModelInfo } from "../config/gateway-config.ts";
import { REQUEST_PARAM_NAMES } from "../config/request-param-names.ts";
import { VENDOR_FIELDS } from "../config/vendor-fields.ts";
import { scrubSecrets } from "../core/scrub-secrets.ts";

type Mapping = Readonly<Record<string, unknown>>;

const MASK = "****";

/** Texts under such a key are secret wherever they stand; numbers (`max_tokens`) are not, nor their decimal text. */
const SECRET_KEY = /key|secret|token|passw|credential|auth|header|cookie|signature/i;
const NUMBER_KEY = /(?:^|_)(?:tokens|cost)(?:_|$)/;
const DECIMAL = /^\d*\.?\d+(?:e[+-]?\d+)?$/i;

const isSecret = (value: unknown, key: string): boolean =>
  SECRET_KEY.test(key) && !(NUMBER_KEY.test(key) && typeof value === "string" && DECIMAL.test(value));

/**
 * A deployment's `litellm_params` as info pages show them: written from a list of what may be shown, so that a key the
 * list does not know stays hidden. Names and units are the file's.
 */
export function toShownParams(params: DeploymentParams): Record<string, unknown> {
  const { azure } = params;
  const shown: Record<string, unknown> = {
    model: params.model,
    api_base: params.apiBase === undefined ? undefined : withoutQuery(params.apiBase),
    api_version: params.apiVersion,
    organization: params.organization,
    custom_llm_provider: params.customLlmProvider,
    timeout: toSeconds(params.timeoutMs),
    stream_timeout: toSeconds(params.streamTimeoutMs),
    weight: params.weight,
    rpm: params.rpm,
    tpm: params.tpm,
    order: params.order,
    max_parallel_requests: params.maxParallelRequests,
    tags: params.tags,
    tag_regex: params.tagPatterns,
    cooldown_time: toSeconds(params.cooldownMs),
    num_retries: params.numRetries,
    input_cost_per_token: params.inputCostPerToken,
    output_cost_per_token: params.outputCostPerToken,
    ...params.prices,
    // The names alone: patterns tell which hosts callers might reach.
    configurable_clientside_auth_params: [...params.clientsideParams.keys()],
    drop_params: params.dropParams,
    additional_drop_params: params.additionalDropParams,
    allowed_openai_params: params.allowedOpenaiParams,
    extra_headers: mapValues(params.extraHeaders, () => MASK),
    extra_body: mapValues(params.extraBody, showDefault),
    mock_response: showNested(params.mockResponse),
    region_name: params.regionName,
    tenant_id: azure.tenantId,
    client_id: azure.clientId,
    azure_scope: azure.scope,
    ...shownVendorParams(params),
    ...mapValues(params.defaults, showDefault),
  };
  return Object.fromEntries(Object.entries(shown).filter(([, value]) => !isEmpty(value)));
}

/** What the field table does not call secret; addresses without their queries. */
function shownVendorParams({ vendor }: DeploymentParams): Record<string, unknown> {
  const fields: FieldTable = VENDOR_FIELDS;
  const shown = Object.entries(vendor).filter(([name]) => fields[name]?.isSecret !== true);
  return Object.fromEntries(
    shown.map(([name, value]) => [name, fields[name]?.type === "url" ? withoutQuery(value) : value]),
  );
}

/** `model_info` as written, its secrets masked. */
export function toShownInfo(info: ModelInfo): Record<string, unknown> {
  return mapValues(info.raw, (value, key) => showNested(value, isSecret(value, key)));
}

/** A default of the request body. Only known parameters are shown; of others, what cannot be a secret. */
function showDefault(value: unknown, name: string): unknown {
  if (REQUEST_PARAM_NAMES.has(name)) {
    return showNested(value, isSecret(value, name));
  }
  return typeof value === "string" || (typeof value === "object" && value !== null) ? MASK : value;
}

function showNested(value: unknown, isMasked = false): unknown {
  if (typeof value === "string") {
    return isMasked ? MASK : scrubSecrets(value);
  }
  if (Array.isArray(value)) {
    return value.map((item) => showNested(item, isMasked));
  }
  return typeof value === "object" && value !== null
    ? mapValues(value, (item, key) => showNested(item, isMasked || isSecret(item, key)))
    : value;
}

function mapValues(mapping: object, show: (value: unknown, key: string) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(mapping as Mapping).map(([key, value]) => [key, show(value, key)]));
}

/** Queries of base URLs hold keys now and then (`?code=`). */
function withoutQuery(url: string): string {
  return url.replace(/[?#].*$/s, "");
}

const toSeconds = (milliseconds: number | undefined): number | undefined =>
  milliseconds === undefined ? undefined : milliseconds / 1000;

function isEmpty(value: unknown): boolean {
  return value === undefined || (typeof value === "object" && value !== null && Object.keys(value).length === 0);
}
