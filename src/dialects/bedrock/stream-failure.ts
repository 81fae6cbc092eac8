import { lookUp, objectOf, textOf } from "../../core/json-values.ts";
import type { StreamEvent, StreamFailure } from "../../core/translation.ts";

/**
 * Statuses of the failures that AWS tells within streams. 424 is the model's own failure and is told as 500, as another
 * attempt may succeed. Names compare without case: streams write `throttlingException`, headers `ThrottlingException`.
 * Source: https://www.npmjs.com/package/@aws-sdk/client-bedrock-runtime 3.1164.0 and
 * https://www.npmjs.com/package/@aws-sdk/client-sagemaker-runtime 3.1164.0, schemas (read 2026-11-28).
 */
const STATUSES: Readonly<Record<string, number>> = {
  accessdeniedexception: 403,
  internalserverexception: 500,
  internalstreamfailure: 500,
  modelerrorexception: 500,
  modelnotreadyexception: 429,
  modelstreamerror: 500,
  modelstreamerrorexception: 500,
  modeltimeoutexception: 408,
  resourcenotfoundexception: 404,
  servicequotaexceededexception: 400,
  serviceunavailableexception: 503,
  throttlingexception: 429,
  validationexception: 400,
};

/** Events of other names are failures when they end like one: AWS adds new ones. */
const FAILURE_NAME = /(?:Exception|Failure|Error)$/i;

/** The failure that an event of an AWS event stream is; `undefined` for other events. */
export function readStreamFailure({ event, data }: StreamEvent): StreamFailure | undefined {
  const status = lookUp(STATUSES, event.toLowerCase());
  if (status === undefined && !FAILURE_NAME.test(event)) {
    return undefined;
  }
  const told = objectOf(parse(data));
  const message = textOf(told["message"]) ?? textOf(told["Message"]) ?? textOf(told["originalMessage"]) ?? data;
  const code = told["ErrorCode"];
  return {
    status: code === "ModelInvocationTimeExceeded" ? 408 : (status ?? 500),
    message: message === "" ? event : message,
    type: event,
    ...(typeof code === "string" ? { code } : {}),
  };
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}
