import { describe, expect, test } from "bun:test";
import { PriceBook } from "../catalog/price-book.ts";
import { NO_PRICE_FILE } from "../catalog/price-file.ts";
import { configOf, loadYaml } from "../config/load-yaml-for-tests.ts";
import { GatewayError } from "../core/errors.ts";
import { PROVIDERS } from "../providers/all.ts";
import { NO_IDENTITIES } from "../providers/identities-for-tests.ts";
import { scanObject } from "../wire/json-scan.ts";
import type { Call } from "./call.ts";
import { ClientHosts } from "./client-hosts.ts";
import type { RoutingScope } from "./routing-scope.ts";
import { chooseScope, UserConfigs } from "./user-config.ts";

const MEGABYTE = 1024 * 1024;
const config = configOf(loadYaml("model_list: []"));

interface Asking {
  readonly model?: string;
  readonly operation?: string;
}

/** The scope of a call that brings this, as much of a call as it is chosen by. */
const scopeFor = (
  userConfigs: UserConfigs,
  user_config: unknown,
  { model = "m0", operation = "chat" }: Asking = {},
): RoutingScope => {
  const call = {
    operation,
    requestedModel: model,
    request: { headers: new Headers() },
    body: scanObject(Buffer.from(JSON.stringify({ user_config }))),
    state: {
      config,
      userConfigs,
      clientHosts: new ClientHosts(config.general, PROVIDERS),
      providers: new Map(PROVIDERS.map((provider) => [provider.name, provider])),
      prices: new PriceBook(NO_PRICE_FILE, new Map(), () => 0),
    },
    services: { identities: NO_IDENTITIES },
  } as unknown as Call;
  chooseScope(call);
  return call.scope;
};

const listOf = (count: number, key: string, name = (index: number) => `m${index}`): object => ({
  model_list: Array.from({ length: count }, (_, index) => ({
    model_name: name(index),
    litellm_params: { model: name(index).includes("*") ? "openai/*" : `openai/x${index}`, api_key: `${key}-${index}` },
  })),
});

describe("configurations of callers", () => {
  test("are compiled once, and found by the same content and operation", () => {
    const kept = new UserConfigs();
    const scope = scopeFor(kept, listOf(2, "k"));
    expect(scopeFor(kept, listOf(2, "k"), { model: "m1" })).toBe(scope);
    expect(scopeFor(kept, listOf(2, "other"))).not.toBe(scope);
    expect(scopeFor(kept, listOf(2, "k"), { operation: "embedding" })).not.toBe(scope);
    expect(kept.size).toBe(3);
  });

  test("are made ready for the operation that was asked for alone", () => {
    const deployments = scopeFor(new UserConfigs(), listOf(1, "k"), { operation: "embedding" }).models.deployments;
    expect(deployments.map(({ routes }) => Object.keys(routes))).toEqual([["embedding"]]);
  });

  test.each([["nobody"], ["nobody,noone"]])("without the model '%s' are not kept", (model) => {
    const kept = new UserConfigs();
    scopeFor(kept, listOf(2, "k"), { model });
    expect([kept.size, kept.keptBytes]).toEqual([0, 0]);
  });

  test("fill no more memory than they may, however many come", () => {
    const kept = new UserConfigs();
    for (let count = 0; count < 30; count++) {
      scopeFor(kept, listOf(100, "k".repeat(2300) + count));
    }
    expect(kept.size).toBeGreaterThan(10);
    expect(kept.size).toBeLessThan(30);
    expect(kept.keptBytes).toBeLessThanOrEqual(64 * MEGABYTE);
  });

  test("weigh the more the more names their wildcards can be bound to, of which few are remembered", () => {
    const plain = new UserConfigs();
    scopeFor(plain, listOf(100, "k"));
    const wild = new UserConfigs();
    const { models } = scopeFor(
      wild,
      listOf(100, "k", () => "*"),
    );
    expect(wild.keptBytes).toBeGreaterThan(4 * plain.keptBytes);
    const first = models.resolve("name-0");
    expect(models.resolve("name-0")).toBe(first);
    for (let count = 1; count <= 4; count++) models.resolve(`name-${count}`);
    expect(models.resolve("name-0")).not.toBe(first);
  });

  test("of the longest text are kept", () => {
    const kept = new UserConfigs();
    scopeFor(
      kept,
      listOf(100, "k".repeat(2500), () => "*"),
    );
    expect(kept.size).toBe(1);
  });

  test("that repeat long defaults in many entries are refused before they are compiled", () => {
    const user_config = { ...listOf(100, "k"), default_litellm_params: { user: "u".repeat(200_000) } };
    expect(() => scopeFor(new UserConfigs(), user_config)).toThrow(GatewayError);
    expect(() => scopeFor(new UserConfigs(), user_config)).toThrow("default_litellm_params are too long");
  });
});
