import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { harmDone } from "../support/gateway-health.ts";
import { type GatewayProcess, startGateway } from "../support/gateway-process.ts";
import { MESSAGES, modelEntry, openaiParams, postJson, readError } from "../support/gateway-setup.ts";
import { vendorError } from "../support/model-groups.ts";
import { within } from "../support/within.ts";

const vendor = startFakeUpstream({ extraFields: ["user_note"] });
let gateway: GatewayProcess;

beforeAll(async () => {
  const watsonx = {
    model: "watsonx/ibm/granite",
    api_base: vendor.url,
    token: "token-planted-0123",
    project_id: "own",
  };
  gateway = await startGateway({
    config: {
      model_list: [
        modelEntry("gpt", openaiParams(vendor, "openai/gpt-4o")),
        modelEntry("noted", openaiParams(vendor, "openai/gpt-4o", { extra_body: { user_note: "own" } })),
        modelEntry("placed", watsonx),
        modelEntry("vectors", openaiParams(vendor, "openai/text-embedding-3-small")),
      ],
      router_settings: { num_retries: 0, disable_cooldowns: true },
      general_settings: { enforce_user_param: true },
    },
    args: ["--max_tokens", "5"],
  });
});
afterEach(() => vendor.reset());
afterAll(async () => {
  expect(harmDone(gateway)).toEqual([]);
  expect(await gateway.stop()).toBe(0);
  vendor.close();
});

/** The first model fails; the fallback is the only other one that could answer. */
const fallBackOn = (target: object, body: object = {}): Promise<Response> => {
  vendor.next(vendorError(500));
  const whole = { model: "gpt", messages: MESSAGES, user: "u", fallbacks: [target], ...body };
  return within(postJson(`${gateway.url}/v1/chat/completions`, whole), "an answer");
};

describe("the fields of a caller's fallback", () => {
  test("stand in the place of the body's own, at that model alone", async () => {
    vendor.next(vendorError(500));
    const targets = [
      { model: "noted", temperature: 1 },
      { model: "noted", seed: 3 },
    ];
    vendor.next(vendorError(500));
    const body = { model: "gpt", messages: MESSAGES, user: "u", temperature: 2, fallbacks: [{ gpt: targets }] };
    expect((await postJson(`${gateway.url}/v1/chat/completions`, body)).status).toBe(200);
    const sent = vendor.requests.map(({ json }) => json as Record<string, unknown>);
    expect(sent.map(({ temperature, seed }) => [temperature, seed])).toEqual([
      [2, undefined],
      [1, undefined],
      [2, 3],
    ]);
  });

  test.each(["project_id", "space_id"])("change no '%s' that the entry sets", async (name) => {
    const reply = await fallBackOn({ model: "placed", [name]: "evil" });
    const { message, param } = await readError(reply);
    expect([reply.status, param]).toEqual([401, name]);
    expect(message).toContain("set by the model's entry");
    expect(vendor.requests.length).toBe(1);
  });

  test("beat neither extra_body nor what the command line forces", async () => {
    const reply = await fallBackOn({ model: "noted", user_note: "evil", max_tokens: 999 });
    expect(reply.status).toBe(200);
    expect(vendor.last().json).toMatchObject({ user_note: "own", max_tokens: 5 });
  });

  test.each(["oci_region", "watsonx_region_name", "client_secret", "azure_username", "s3_endpoint_url"])(
    "hold no '%s', and nobody is asked",
    async (name) => {
      for (const target of [
        { model: "noted", [name]: "x" },
        { gpt: [{ model: "noted", extra_body: { [name]: "x" } }] },
      ]) {
        const reply = await fallBackOn(target);
        expect(reply.status).toBe(401);
        expect((await readError(reply)).message).toContain(`${name} is not allowed in request body`);
      }
      expect(vendor.requests.length).toBe(0);
    },
  );

  test("take away nothing that every call must have", async () => {
    for (const [name, value] of [
      ["user", null],
      ["messages", 7],
    ] as const) {
      vendor.reset();
      const reply = await fallBackOn({ model: "noted", [name]: value });
      expect([reply.status, (await readError(reply)).param]).toEqual([400, name]);
      expect(vendor.requests.length).toBe(1);
    }
  });

  test("decide how embeddings come", async () => {
    const fallbacks = [{ model: "vectors", encoding_format: "base64" }];
    const body = { model: "vectors", input: "hi", user: "u", fallbacks };
    vendor.next(vendorError(500));
    const reply = await within(postJson(`${gateway.url}/v1/embeddings`, body), "an answer");
    const { data } = (await reply.json()) as { readonly data: readonly { readonly embedding: unknown }[] };
    expect(typeof data[0]?.embedding).toBe("string");
  });
});
