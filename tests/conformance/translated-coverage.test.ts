import { describe, expect, test } from "bun:test";
import { OPERATIONS, type Operation } from "../../src/core/operation.ts";
import { PROVIDERS } from "../../src/providers/all.ts";
import type { Provider, Route } from "../../src/providers/provider.ts";
import { findWay } from "../../src/routing/way.ts";
import { TRANSLATORS } from "../../src/translators/all.ts";
import { KITS, PLAYED, TRANSLATED } from "./translated-gateway.ts";

/** Providers and operations that are translated and have no kit, each with the reason. */
const EXCUSED: Readonly<Record<string, string>> = {
  "ollama completion": "its prompts are no chats; tests/e2e/ollama-is-reached-natively.test.ts plays them",
  "ollama_chat completion": "as those of ollama",
};

/** Dialects that no kit plays, each with the reason. */
const EXCUSED_DIALECTS: Readonly<Record<string, string>> = {
  "ollama-generate": "for text completions only, see above",
};

/**
 * A model for every route that a provider chooses by the model's name. A provider with such a choice has to be here, and
 * each of the routes has to be played by a kit with a model that leads to it.
 */
const VARIANTS: Readonly<Record<string, Readonly<Partial<Record<Operation, readonly string[]>>>>> = {
  // Its other models speak OpenAI's format.
  azure_ai: { chat: ["claude-opus-4-1"] },
  bedrock: {
    chat: ["amazon.nova-pro-v1:0", "converse/us.anthropic.claude-x", "invoke/us.anthropic.claude-x"],
    embedding: [
      "amazon.titan-embed-text-v1",
      "amazon.titan-embed-g1-text-02",
      "amazon.titan-embed-text-v2:0",
      "amazon.titan-embed-image-v1",
      "cohere.embed-multilingual-v3",
      "cohere.embed-v4:0",
    ],
  },
  vertex_ai: {
    chat: [
      "gemini-2.5-pro",
      "1234567890",
      "claude-opus-4-1@20250805",
      "mistral-medium-3",
      "codestral-2",
      "deepseek-ai/deepseek-r1-0528-maas",
      "google/gemma-3-27b-it-maas",
    ],
    embedding: ["text-embedding-005", "gemini-embedding-001", "gemini-embedding-2-preview"],
  },
};

const providerOf = (name: string): Provider | undefined => PROVIDERS.find((provider) => provider.name === name);

/** The routes that the kits take. */
const PLAYED_ROUTES: readonly (readonly [kit: string, route: Route | undefined])[] = PLAYED.map(
  ([name, { provider: providerName, kit }]) => {
    const provider = providerOf(providerName);
    return [name, provider && findWay(provider, kit.operation, kit.model ?? "some-model")?.route];
  },
);

describe("every translation is played", () => {
  test.each(TRANSLATED.map(([pair]) => pair))("%s has a kit, or an excuse", (pair) => {
    const hasKit = PLAYED.some(([, { provider, kit }]) => `${provider} ${kit.operation}` === pair);
    expect([pair, hasKit, Object.hasOwn(EXCUSED, pair)]).toEqual([pair, hasKit, !hasKit]);
  });

  test("nobody is excused who is not translated", () => {
    const pairs = TRANSLATED.map(([pair]) => pair);
    expect(Object.keys(EXCUSED).filter((pair) => !pairs.includes(pair))).toEqual([]);
  });

  test.each(TRANSLATORS.map(({ to }) => to))("%s is some kit's dialect", (dialect) => {
    const isPlayed = PLAYED_ROUTES.some(([, route]) => route?.dialect === dialect);
    expect([dialect, Object.hasOwn(EXCUSED_DIALECTS, dialect)]).toEqual([dialect, !isPlayed]);
  });
});

describe("every kit has something to play", () => {
  test.each(KITS.map((kit) => [`${kit.providers.join()} ${kit.operation} ${kit.model ?? ""}`, kit] as const))(
    "%s",
    (_name, { providers, operation }) => {
      expect(OPERATIONS).toContain(operation);
      for (const name of providers) {
        expect([name, providerOf(name)?.routes[operation] !== undefined]).toEqual([name, true]);
      }
    },
  );

  test.each(PLAYED_ROUTES)("%s leads to a route", (_name, route) => {
    expect(route).toBeDefined();
  });
});

describe("every route that depends on the model is played", () => {
  test("the table knows all providers with such routes", () => {
    const choosing = PROVIDERS.filter((provider) => provider.routeOf !== undefined).map(({ name }) => name);
    expect(choosing.toSorted()).toEqual(Object.keys(VARIANTS).toSorted());
  });

  const rows = Object.entries(VARIANTS).flatMap(([name, operations]) =>
    Object.entries(operations).flatMap(([operation, models]) =>
      models.map((model) => [name, operation as Operation, model] as const),
    ),
  );
  test.each(rows)("%s %s %s", (name, operation, model) => {
    const provider = providerOf(name);
    const route = provider && findWay(provider, operation, model)?.route;
    expect(route).toBeDefined();
    const kits = PLAYED_ROUTES.filter(([, played]) => played === route).map(([kit]) => kit);
    expect(kits).not.toEqual([]);
  });
});
