import { isReasoningModel } from "../catalog/model-families.ts";
import type { GatewayConfig } from "../config/gateway-config.ts";
import { ERROR_POLICY } from "../core/error-policy.ts";
import { GatewayError } from "../core/errors.ts";
import { OPERATIONS, type Operation } from "../core/operation.ts";
import { scrubKey, scrubSecrets } from "../core/scrub-secrets.ts";
import { NO_CALL_OPTIONS } from "../providers/edit-plan.ts";
import type { Deployment } from "../routing/deployment.ts";
import { operationOf } from "../routing/deployment-operation.ts";
import { attempt } from "./attempt.ts";
import { Call, type CallRequest, toGatewayError } from "./call.ts";
import type { GatewayServices, GatewayState } from "./gateway-state.ts";
import { scanBody } from "./intake.ts";

/** What test calls are made with. */
export interface TestContext {
  readonly state: GatewayState;
  readonly services: GatewayServices;
  /** Aborted when the one who asked has gone. */
  readonly signal: AbortSignal;
}

/** Said to the model (contract 5.6, `DEFAULT_HEALTH_CHECK_PROMPT`). */
const PROMPT = "test from litellm";

/** Thinking counts against the limit, so one token would be an error for models that think. */
const REASONING_TOKENS = 16;

const NOTHING_FORCED: GatewayConfig["forced"] = {
  model: undefined,
  temperature: undefined,
  maxTokens: undefined,
  requestTimeoutMs: undefined,
};

const NOTHING_CAPTURED: GatewayState["capture"] = { details: false, content: false, traces: undefined };

/**
 * Makes one small real call to a deployment, the way callers' requests go, and waits for the whole answer. It is no
 * caller's call: observers do not see it, and what the command line forces on callers does not hold for it.
 * @returns what went wrong, fit to be shown; `undefined` when it was answered
 */
export async function runTestCall(deployment: Deployment, context: TestContext): Promise<string | undefined> {
  const operation = toOperation(deployment);
  const route = operation === undefined ? undefined : deployment.routes[operation];
  if (operation === undefined || route === undefined) {
    const mode = deployment.entry.info.mode ?? "chat";
    return `provider '${deployment.provider.name}' cannot be tested in mode '${mode}'`;
  }
  const call = toCall(deployment, operation, context);
  call.route = route;
  try {
    const outcome = await attempt(call);
    return outcome instanceof GatewayError ? describe(outcome, deployment) : undefined;
  } catch (thrown) {
    const error = toGatewayError(thrown);
    if (error.kind === "internal") {
      context.services.logError(`health check of deployment ${deployment.id} failed`, error.cause);
    }
    return describe(error, deployment);
  }
}

/** The `mode` of the file when it names an operation; other modes have no test call yet. */
function toOperation(deployment: Deployment): Operation | undefined {
  const { mode } = deployment.entry.info;
  return mode === undefined ? operationOf(deployment) : OPERATIONS.find((operation) => operation === mode);
}

function toCall(deployment: Deployment, operation: Operation, { state, services, signal }: TestContext): Call {
  const request: CallRequest = {
    headers: new Headers(),
    isGone: signal.aborted,
    onGone: undefined,
    clientAddress: undefined,
    readBody: () => new Uint8Array(0),
  };
  signal.addEventListener("abort", () => request.onGone?.(), { once: true });
  const { config } = state;
  const call = new Call(
    request,
    {
      state: { ...state, config: { ...config, forced: NOTHING_FORCED }, capture: NOTHING_CAPTURED },
      services: { ...services, onCallFinished: () => undefined },
    },
    operation,
    { path: "/health", query: "", pathModel: undefined },
  );
  call.body = scanBody(Buffer.from(JSON.stringify(toBody(deployment, operation))));
  call.deployment = deployment;
  call.editOptions = { ...NO_CALL_OPTIONS, dropParams: true };
  call.timeoutMs = deployment.entry.info.healthCheckTimeoutMs ?? config.general.healthCheckTimeoutMs;
  return call;
}

function toBody({ entry, upstreamModel }: Deployment, operation: Operation): Readonly<Record<string, unknown>> {
  const { baseModel, healthCheckMaxTokens } = entry.info;
  switch (operation) {
    case "chat": {
      const messages = [{ role: "user", content: PROMPT }];
      return isReasoningModel(baseModel ?? upstreamModel)
        ? { messages, max_completion_tokens: healthCheckMaxTokens ?? REASONING_TOKENS }
        : { messages, max_tokens: healthCheckMaxTokens ?? 1 };
    }
    case "completion":
      return { prompt: PROMPT, max_tokens: healthCheckMaxTokens ?? 1 };
    case "embedding":
    case "moderation":
      return { input: PROMPT };
    case "rerank":
      return { query: PROMPT, documents: [PROMPT] };
    default:
      return operation satisfies never;
  }
}

/** The vendor's words under LiteLLM's class name, without any configured secret; the judge has taken out the key. */
function describe(error: GatewayError, { entry }: Deployment): string {
  const { exceptionClass } = ERROR_POLICY[error.kind];
  const text = exceptionClass === undefined ? error.message : `litellm.${exceptionClass}: ${error.message}`;
  const { apiKey = "", extraHeaders } = entry.params;
  return scrubSecrets([apiKey, ...Object.values(extraHeaders)].reduce(scrubKey, text));
}
