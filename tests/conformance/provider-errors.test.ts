import { afterAll, afterEach, expect, test } from "bun:test";
import { readError } from "../support/gateway-setup.ts";
import { MINIMAL, MODEL } from "./canonical-calls.ts";
import { PAIRS, startConformanceGateway } from "./conformance-gateway.ts";

const { upstream, failures, post, stop } = startConformanceGateway();
afterEach(() => upstream.reset());
afterAll(async () => {
  await stop();
  expect(upstream.server.violations).toEqual([]);
  expect(failures).toEqual([]);
});

interface Expected {
  readonly className: string;
  /** Type when the vendor names none. */
  readonly type: string;
}

const INVALID = { className: "BadRequestError", type: "invalid_request_error" };
const TIMEOUT = { className: "Timeout", type: "timeout_error" };

/** What becomes of a vendor's status (docs/reference/errors.md). */
const BY_STATUS: readonly (readonly [number, Expected])[] = [
  [400, INVALID],
  [401, { className: "AuthenticationError", type: "authentication_error" }],
  [403, { className: "PermissionDeniedError", type: "permission_error" }],
  [404, { className: "NotFoundError", type: "not_found_error" }],
  [408, TIMEOUT],
  [422, { className: "UnprocessableEntityError", type: "invalid_request_error" }],
  [429, { className: "RateLimitError", type: "throttling_error" }],
  [500, { className: "InternalServerError", type: "internal_server_error" }],
  [502, { className: "BadGatewayError", type: "internal_server_error" }],
  [503, { className: "ServiceUnavailableError", type: "internal_server_error" }],
  [504, TIMEOUT],
];

/** A vendor's failure in OpenAI's own shape, and in the shape of servers built on FastAPI. */
const TYPED = { message: "the vendor's words", type: "vendor_type", param: "x_vendor", code: "vendor_code", more: [1] };
const UNTYPED = { detail: "the vendor's words" };

test.each(PAIRS)(
  "%s %s: a failure keeps its status and the vendor's words, in LiteLLM's form",
  async (name, operation, provider) => {
    const model = `${name}/${MODEL}`;
    const title = provider.title ?? name.charAt(0).toUpperCase() + name.slice(1);
    for (const [status, { className, type }] of BY_STATUS) {
      for (const vendor of [TYPED, UNTYPED]) {
        const body = vendor === TYPED ? { error: TYPED } : UNTYPED;
        upstream.next({ status, body, ...(status === 429 ? { headers: { "retry-after": "7" } } : {}) });
        const reply = await post(operation, { model, ...MINIMAL[operation] });
        expect(reply.status).toBe(status);
        expect(reply.headers.get("retry-after")).toBe(status === 429 ? "7" : null);
        expect<unknown>(await readError(reply)).toEqual({
          message: expect.stringContaining(
            `litellm.${className}: ${className}: ${title}Exception - the vendor's words`,
          ),
          type: vendor === TYPED && status !== 429 ? "vendor_type" : type,
          param: vendor === TYPED ? "x_vendor" : null,
          code: String(status),
          provider_specific_fields: { error: vendor },
        });
      }
    }
  },
);

test.each(PAIRS)("%s %s: a stream that fails before it starts is an ordinary failure", async (name, operation) => {
  upstream.next({ status: 503, body: { error: TYPED } });
  const reply = await post(operation, { model: `${name}/${MODEL}`, ...MINIMAL[operation], stream: true });
  expect(reply.status).toBe(503);
  expect((await readError(reply)).message).toContain("litellm.ServiceUnavailableError: ");
});
