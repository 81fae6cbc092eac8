import type { Environment } from "../config/environment-references.ts";
import type { DeploymentParams } from "../config/gateway-config.ts";
import type { ErrorKind } from "../core/errors.ts";
import type { Operation } from "../core/operation.ts";
import { readClaudeError } from "../dialects/anthropic/errors.ts";
import { AWS_KEY_ENV, AWS_KEYS, awsCredential } from "./aws-credential.ts";
import { isAwsRegion, readAwsRegion, regionOfArn, toAwsHost } from "./aws-region.ts";
import { bearer, defineProvider, type Route, type UpstreamError } from "./provider.ts";

const BEARER_ENV = "AWS_BEARER_TOKEN_BEDROCK";

/** LiteLLM's variable for another address, and AWS' own. */
const ENDPOINT_ENV: readonly string[] = ["AWS_BEDROCK_RUNTIME_ENDPOINT", "AWS_ENDPOINT_URL_BEDROCK_RUNTIME"];

const BUILT = "models, profiles and ARNs are called as bedrock/..., bedrock/converse/... or bedrock/invoke/...";

/** What stands before a model's name: how it is called, and where. */
interface BedrockName {
  /** The name itself: a model, an inference profile, an ARN. */
  readonly model: string;
  readonly region: string | undefined;
  readonly isInvoke: boolean;
}

/** Reads `converse/us-west-2/anthropic.claude-...` and the like, as LiteLLM writes names. */
function readName(name: string): BedrockName {
  let model = name;
  let region: string | undefined;
  let isInvoke = false;
  for (let slash = model.indexOf("/"); slash > 0 && !model.startsWith("arn:"); slash = model.indexOf("/")) {
    const prefix = model.slice(0, slash);
    if (isAwsRegion(prefix)) {
      region = prefix;
    } else if (prefix === "invoke" || prefix === "converse") {
      isInvoke = prefix === "invoke";
    } else {
      break;
    }
    model = model.slice(slash + 1);
  }
  if (model.includes("/") && !model.startsWith("arn:")) {
    // Agents, imported models in formats of their own and the like: LiteLLM has them under further prefixes.
    throw new TypeError(`'bedrock/${model.slice(0, model.indexOf("/"))}/...' is not built: ${BUILT}`);
  }
  return { model, region: regionOfArn(model) ?? region, isInvoke };
}

function regionOf(params: DeploymentParams, environment: Environment, name: string): string {
  const { model_id: id } = params.vendor;
  return readAwsRegion(params, environment, (id === undefined ? undefined : regionOfArn(id)) ?? readName(name).region);
}

const USER_COSTS_NOTHING = { drop: ["user"] };

const CONVERSE: Route = {
  dialect: "bedrock-converse",
  path: "/model/{model}/converse",
  streamPath: "/model/{model}/converse-stream",
  edits: USER_COSTS_NOTHING,
};

const INVOKE = "/model/{model}/invoke";

const CLAUDE: Route = {
  dialect: "bedrock-claude-messages",
  path: INVOKE,
  streamPath: "/model/{model}/invoke-with-response-stream",
  options: {
    anthropicVersion: "bedrock-2023-05-31",
    omitsModel: true,
    omitsStream: true,
    betasInBody: true,
    takesNoUrls: true,
  },
};

const EMBEDDING = { textInputOnly: true, floatsOnly: true } as const;

const TITAN: Route = {
  dialect: "bedrock-titan-embedding",
  path: INVOKE,
  ...EMBEDDING,
  options: { variant: "text" },
  edits: USER_COSTS_NOTHING,
};

/** G1 "does not support the use of inference parameters". */
const TITAN_G1: Route = { ...TITAN, edits: { ...USER_COSTS_NOTHING, unsupported: ["dimensions"] } };

const TITAN_IMAGE: Route = { ...TITAN, options: { variant: "image" } };

const COHERE_V3: Route = {
  dialect: "bedrock-cohere-embedding",
  path: INVOKE,
  ...EMBEDDING,
  edits: { ...USER_COSTS_NOTHING, unsupported: ["dimensions"] },
};

const COHERE_V4: Route = { ...COHERE_V3, edits: USER_COSTS_NOTHING };

/** Models of embeddings by what is in their names, the first that fits. */
const EMBEDDING_ROUTES: readonly (readonly [part: string, route: Route])[] = [
  ["titan-embed-image", TITAN_IMAGE],
  ["titan-embed-g1-text", TITAN_G1],
  ["titan-embed-text-v1", TITAN_G1],
  ["titan-embed", TITAN],
  ["cohere.embed-v4", COHERE_V4],
  ["cohere.embed", COHERE_V3],
];

/** A wildcard that is not filled in yet may stand for anything. */
const isUnfilled = (model: string): boolean => model.includes("*");

function routeOf(operation: Operation, name: string): Route | undefined {
  const { model, isInvoke } = readName(name);
  const embedding = EMBEDDING_ROUTES.find(([part]) => model.includes(part))?.[1];
  switch (operation) {
    case "embedding":
      return embedding ?? (isUnfilled(model) ? TITAN : undefined);
    case "chat":
      if (embedding !== undefined || (isInvoke && !/anthropic|claude/.test(model))) {
        return undefined;
      }
      return isInvoke ? CLAUDE : CONVERSE;
    default:
      return undefined;
  }
}

const CONTEXT_WINDOW = /too many tokens|expected maxlength|input is too long|prompt is too long/i;
const BAD_KEY = /security token|unrecognizedclient|expiredtoken|invalidsignature|signature does not match|api key/i;

/** The vendor's words and exceptions (contract 3.5, "Bedrock"); Claude has words of its own, as on every cloud. */
function readError(error: UpstreamError): ErrorKind | undefined {
  const { status, message, type } = error;
  if (status < 429 && CONTEXT_WINDOW.test(message)) {
    return "context-window-exceeded";
  }
  if (/^throttlingexception$/i.test(type ?? "")) {
    return "upstream-rate-limited";
  }
  if (status === 403 && BAD_KEY.test(`${type} ${message}`)) {
    return "upstream-unauthenticated";
  }
  const ofClaude = readClaudeError(error);
  if (ofClaude !== undefined) {
    return ofClaude;
  }
  // 424: the model failed over the request. Source: API_runtime_Converse.html, "Errors".
  return status === 424 ? "upstream-failed" : status === 500 ? "upstream-unavailable" : undefined;
}

/**
 * Amazon Bedrock: chats by Converse, with `invoke/` Claude by its own API; embeddings of Titan and Cohere. The region is the
 * deployment's, the ARN's or a prefix of the name (`us-west-2/...`).
 */
export const bedrock = defineProvider({
  name: "bedrock",
  title: "Bedrock",
  source: "https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html (read 2026-11-28)",
  baseUrl: undefined,
  baseUrlOf: (params, environment, model) =>
    params.vendor.aws_bedrock_runtime_endpoint ??
    ENDPOINT_ENV.map((name) => environment[name]).find((value) => value) ??
    toAwsHost("bedrock-runtime", regionOf(params, environment, model)),
  needs: {
    keys: `a bearer \`api_key\`, or any identity of AWS (${AWS_KEYS}); \`${BEARER_ENV}\`, \`${AWS_KEY_ENV}\`; else AWS' default chain`,
    address: "by region; or `aws_bedrock_runtime_endpoint`",
  },
  authorization: bearer(BEARER_ENV, AWS_KEY_ENV),
  credential: awsCredential({ service: "bedrock", regionOf, bearerEnv: BEARER_ENV }),
  modelName: (name) => readName(name).model,
  pathModel: ({ vendor }, model) => vendor.model_id ?? model,
  routes: { chat: CONVERSE, embedding: TITAN },
  routeOf,
  errorTypeHeader: "x-amzn-errortype",
  statuses: { 424: 500, 500: 503 },
  readError,
});
