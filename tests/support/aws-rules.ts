import { EventStreamCodec } from "@smithy/eventstream-codec";
import { RequestSigner } from "aws4";
import type { RecordedRequest } from "./recorded-request.ts";
import type { ScriptedReply } from "./scripted-reply.ts";

/** Keys that the fake of AWS knows. */
export const AWS_KEYS = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
} as const;

/** The bearer key that it knows. */
export const BEDROCK_KEY = "bedrock-api-key";

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;

/** A failure as AWS' JSON services write it. */
export const awsError = (status: number, type: string, message: string): ScriptedReply => ({
  status,
  headers: { "x-amzn-errortype": `${type}:http://internal.amazon.com/coral/com.amazon.bedrock/` },
  body: { message },
});

/**
 * AWS' refusal of a request that is not signed for this service and region, by an implementation of the signature that is not the
 * gateway's; `undefined` when the signature is sound.
 */
export const checkAwsSignature = (
  request: RecordedRequest,
  scope: { readonly service: string; readonly region?: string },
  keys: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string } = AWS_KEYS,
): ScriptedReply | undefined => {
  const header = request.headers.get("authorization") ?? "";
  if (header === `Bearer ${BEDROCK_KEY}` && scope.service === "bedrock") return undefined;
  const [, id, day, region = "", service, names = "", signature] = AUTHORIZATION.exec(header) ?? [];
  const date = request.headers.get("x-amz-date") ?? "";
  const signed = names.split(";");
  const isSound =
    id === keys.accessKeyId &&
    service === scope.service &&
    (scope.region ?? region) === region &&
    /^\d{8}T\d{6}Z$/.test(date) &&
    date.startsWith(day ?? "-") &&
    ["host", "x-amz-date"].every((name) => signed.includes(name)) &&
    (request.headers.get("x-amz-security-token") ?? undefined) === keys.sessionToken &&
    (keys.sessionToken === undefined || signed.includes("x-amz-security-token"));
  if (!isSound)
    return awsError(403, "UnrecognizedClientException", "The security token included in the request is invalid.");
  const signer = new RequestSigner(
    {
      host: request.headers.get("host") ?? "",
      service: scope.service,
      region,
      method: request.method,
      path: request.target,
      headers: Object.fromEntries(signed.map((name) => [name, request.headers.get(name) ?? ""])),
      body: Buffer.from(request.body),
      doNotModifyHeaders: true,
    },
    keys,
  );
  signer.datetime = date; // By itself it signs for now.
  return signer.authHeader().endsWith(`Signature=${signature}`)
    ? undefined
    : awsError(403, "InvalidSignatureException", "The request signature we calculated does not match.");
};

const codec = new EventStreamCodec(
  (bytes) => (typeof bytes === "string" ? bytes : Buffer.from(bytes).toString("utf8")),
  (text) => Buffer.from(text, "utf8"),
);

const text = (value: string): { readonly type: "string"; readonly value: string } => ({ type: "string", value });

/** An event of an AWS event stream, by AWS' own codec. A body that is neither text nor bytes is sent as JSON. */
export const awsEvent = (name: string, body: unknown): Uint8Array =>
  codec.encode({
    headers: { ":event-type": text(name), ":content-type": text("application/json"), ":message-type": text("event") },
    body: body instanceof Uint8Array ? body : Buffer.from(typeof body === "string" ? body : JSON.stringify(body)),
  });

/** A stream of a SageMaker endpoint's container, cut into payload parts where no part ends with a line or a character. */
export const awsPayloadParts = (stream: string, size = 29): Uint8Array[] => {
  const bytes = Buffer.from(stream);
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
    codec.encode({
      headers: {
        ":event-type": text("PayloadPart"),
        ":content-type": text("application/octet-stream"),
        ":message-type": text("event"),
      },
      body: bytes.subarray(at * size, (at + 1) * size),
    }),
  );
};

/** An exception within an AWS event stream; SageMaker writes `Message`. */
export const awsException = (name: string, message: string, field: "message" | "Message" = "message"): Uint8Array =>
  codec.encode({
    headers: {
      ":exception-type": text(name),
      ":content-type": text("application/json"),
      ":message-type": text("exception"),
    },
    body: Buffer.from(JSON.stringify({ [field]: message })),
  });

/** How replies of event streams are headed. */
export const EVENT_STREAM: Readonly<Record<string, string>> = { "content-type": "application/vnd.amazon.eventstream" };
