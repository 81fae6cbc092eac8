import { afterAll, afterEach, describe, expect, test } from "bun:test";
import type { Operation } from "../../src/core/operation.ts";
import type { Provider } from "../../src/providers/provider.ts";
import { readError } from "../support/gateway-setup.ts";
import { MINIMAL, MODEL, modelsOf, REPLIES, sampleOf } from "./canonical-calls.ts";
import { editsOf, operationsOf, startConformanceGateway, TESTED } from "./conformance-gateway.ts";

const { upstream, failures, post, stop } = startConformanceGateway();
afterEach(() => upstream.reset());
afterAll(async () => {
  await stop();
  expect(upstream.server.violations).toEqual([]);
  expect(failures).toEqual([]);
});

/** A set of edits with the calls it holds for. */
interface Target {
  readonly provider: Provider;
  readonly operation: Operation;
  readonly model: string;
}

const TARGETS: readonly (readonly [string, Target])[] = TESTED.flatMap(([name, provider]) =>
  modelsOf(provider).flatMap((model) =>
    operationsOf(provider).map(
      (operation) => [`${name}/${model} ${operation}`, { provider, operation, model }] as const,
    ),
  ),
);

const declares = (pick: keyof ReturnType<typeof editsOf>): typeof TARGETS =>
  TARGETS.filter(([, { provider, operation, model }]) => {
    const found = editsOf(provider, operation, model)[pick];
    return Object.keys(found).length > 0;
  });

const ask = ({ provider, operation, model }: Target, extra: object): Promise<Response> =>
  post(operation, { model: `${provider.name}/${model}`, ...MINIMAL[operation], ...extra });

/** The body that reaches the vendor. */
const forwarded = async (target: Target, extra: object): Promise<Readonly<Record<string, unknown>>> => {
  upstream.next({ body: REPLIES[target.operation] });
  const reply = await ask(target, extra);
  expect([reply.status, await reply.text()]).toEqual([200, REPLIES[target.operation]]);
  return upstream.last().json as Readonly<Record<string, unknown>>;
};

describe.each(declares("unsupported"))("%s", (_name, target) => {
  const names = editsOf(target.provider, target.operation, target.model).unsupported;

  test.each(names.map((name) => [name] as const))(
    "%s is refused, dropped or passed, as the call says",
    async (name) => {
      const value = sampleOf(name);
      const reply = await ask(target, { [name]: value });
      expect([reply.status, upstream.requests.length]).toEqual([400, 0]);
      const error = await readError(reply);
      expect(error).toMatchObject({ type: "invalid_request_error", param: name, code: "400" });
      expect(error.message).toMatch(/^litellm\.UnsupportedParamsError: /);
      expect(error.message).toContain(`'${name}'`);
      expect(await forwarded(target, { [name]: value, drop_params: true })).not.toHaveProperty([name]);
      expect(await forwarded(target, { [name]: value, additional_drop_params: [name] })).not.toHaveProperty([name]);
      const passed = await forwarded(target, { [name]: value, allowed_openai_params: [name] });
      expect(passed[name]).toEqual(value);
      expect(passed).not.toHaveProperty("allowed_openai_params");
      expect(await forwarded(target, { [name]: null })).not.toHaveProperty([name]);
    },
  );

  test("several at once are named together", async () => {
    const reply = await ask(target, Object.fromEntries(names.map((name) => [name, sampleOf(name)])));
    const { message } = await readError(reply);
    expect(message).toContain(`[${names.map((name) => `'${name}'`).join(", ")}]`);
  });
});

test.each(declares("rename"))(
  "%s: fields are spelled the vendor's way, and one already so wins",
  async (_name, target) => {
    for (const [name, to] of Object.entries(editsOf(target.provider, target.operation, target.model).rename)) {
      const renamed = await forwarded(target, { [name]: sampleOf(name) });
      expect(renamed[to]).toEqual(sampleOf(name));
      expect(renamed).not.toHaveProperty([name]);
      const both = await forwarded(target, { [to]: "own", [name]: sampleOf(name) });
      expect(both[to]).toBe("own");
      expect(both).not.toHaveProperty([name]);
    }
  },
);

test.each(declares("drop"))(
  "%s: fields without weight are left out, even those that are allowed",
  async (_name, target) => {
    for (const name of editsOf(target.provider, target.operation, target.model).drop) {
      const { [name]: value, ...rest } = await forwarded(target, { [name]: sampleOf(name), x_kept: 1 });
      expect([name, value]).toEqual([name, undefined]);
      expect(rest["x_kept"]).toBe(1);
      expect(await forwarded(target, { [name]: sampleOf(name), drop_params: false })).not.toHaveProperty([name]);
    }
  },
);

/** No provider has any today; one that gets some is tested from then on. */
test("fields that a vendor needs are set when absent, and only then", async () => {
  for (const [, target] of declares("defaults")) {
    for (const [name, value] of Object.entries(editsOf(target.provider, target.operation, target.model).defaults)) {
      expect((await forwarded(target, {}))[name]).toEqual(value);
      expect((await forwarded(target, { [name]: "own" }))[name]).toBe("own");
    }
  }
});

test("every set of edits for single models has a model here that it holds for", () => {
  for (const [name, provider] of TESTED) {
    for (const { match } of provider.modelEdits ?? []) {
      const models = modelsOf(provider).filter((model) => model !== MODEL && match.test(model));
      expect([name, String(match), models.length > 0]).toEqual([name, String(match), true]);
    }
  }
});
