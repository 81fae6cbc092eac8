import { describe, expect, test } from "bun:test";
import type { DeploymentParams } from "../config/gateway-config.ts";
import { configOf, loadYaml } from "../config/load-yaml-for-tests.ts";
import { azure } from "./azure.ts";
import { type FetchToken, readKey, refreshed, toCredential, toHeaderLine } from "./credential.ts";
import { ollama } from "./ollama.ts";
import { openai } from "./openai.ts";

const paramsOf = (fields: string): DeploymentParams => {
  const [entry] = configOf(
    loadYaml(`model_list: [{model_name: m, litellm_params: {model: openai/m, ${fields}}}]`),
  ).models;
  if (entry === undefined) throw new Error("no entry");
  return entry.params;
};

const noTokens = (): FetchToken => () => Promise.reject(new Error("not asked for"));

describe("where a key comes from", () => {
  test.each([
    ["the deployment", openai, "api_key: own", { OPENAI_API_KEY: "env" }, "authorization: Bearer own\r\n"],
    ["the environment", openai, "", { OPENAI_API_KEY: "env" }, "authorization: Bearer env\r\n"],
    ["the first variable that is set", azure, "", { AZURE_API_KEY: "", AZURE_OPENAI_API_KEY: "b" }, "api-key: b\r\n"],
    ["nowhere, where none is needed", ollama, "", {}, ""],
    ["an Entra token", azure, "azure_ad_token: eyJ", { AZURE_API_KEY: "env" }, "authorization: Bearer eyJ\r\n"],
    ["the key before an Entra token", azure, "api_key: own, azure_ad_token: eyJ", {}, "api-key: own\r\n"],
  ] as const)("%s", (_name, provider, fields, environment, line) => {
    expect(toCredential(provider, paramsOf(fields), environment, noTokens)?.()).toBe(line);
  });

  test("nowhere, where one is needed, is no credential", () => {
    expect(toCredential(openai, paramsOf(""), {}, noTokens)).toBeUndefined();
    expect(toCredential(openai, paramsOf(""), { OPENAI_API_KEY: "" }, noTokens)).toBeUndefined();
  });

  test("a key that would break its header line is refused", () => {
    for (const key of ["a\nb: c", "a\rb", "a\u0000", "a\u007f", "😀"])
      expect(() => toHeaderLine("x", key)).toThrow(TypeError);
    expect(toHeaderLine("x", "caf\u00e9\t")).toBe("x: caf\u00e9\t\r\n");
  });
});

test("the key of a header line is its last word", () => {
  expect(readKey("authorization: Bearer sk-1\r\n")).toBe("sk-1");
  expect(readKey("api-key: sk-1\r\n")).toBe("sk-1");
  expect(readKey("")).toBe("");
});

describe("tokens that expire", () => {
  const MINUTE = 60_000;

  /** A token source that answers when told, and a clock that stands still. */
  const setUp = () => {
    const fetches: PromiseWithResolvers<{ token: string; expiresAtMs: number }>[] = [];
    const clock = { nowMs: 0 };
    const credential = refreshed(
      () => {
        const fetched = Promise.withResolvers<{ token: string; expiresAtMs: number }>();
        fetches.push(fetched);
        return fetched.promise;
      },
      () => clock.nowMs,
    );
    const answer = (index: number, token: string, expiresAtMs: number): void =>
      fetches[index]?.resolve({ token, expiresAtMs });
    return { fetches, clock, credential, answer };
  };

  test("are fetched once for all who wait, and then kept", async () => {
    const { fetches, credential, answer } = setUp();
    const waiting = [credential(), credential(), credential()];
    expect(fetches.length).toBe(1);
    answer(0, "one", 60 * MINUTE);
    expect(await Promise.all(waiting)).toEqual(new Array(3).fill("authorization: Bearer one\r\n"));
    expect(credential()).toBe("authorization: Bearer one\r\n");
    expect(fetches.length).toBe(1);
  });

  test("are renewed ahead of their end, while the old one serves", async () => {
    const { fetches, clock, credential, answer } = setUp();
    const first = credential();
    answer(0, "one", 60 * MINUTE);
    await first;
    clock.nowMs = 55 * MINUTE;
    expect(credential()).toBe("authorization: Bearer one\r\n");
    expect(fetches.length).toBe(1);
    clock.nowMs = 55 * MINUTE + 1;
    expect([credential(), credential()]).toEqual(new Array(2).fill("authorization: Bearer one\r\n"));
    expect(fetches.length).toBe(2);
    answer(1, "two", 120 * MINUTE);
    await fetches[1]?.promise;
    await Promise.resolve();
    expect(credential()).toBe("authorization: Bearer two\r\n");
  });

  test("that cannot be renewed serve to their end, and every call tries again", async () => {
    const { fetches, clock, credential, answer } = setUp();
    const first = credential();
    answer(0, "one", 60 * MINUTE);
    await first;
    clock.nowMs = 56 * MINUTE;
    expect(credential()).toBe("authorization: Bearer one\r\n");
    fetches[1]?.reject(new Error("identity service is down"));
    await fetches[1]?.promise.catch(() => undefined);
    await new Promise((resolve) => setImmediate(resolve));
    expect(credential()).toBe("authorization: Bearer one\r\n");
    expect(fetches.length).toBe(3);
    clock.nowMs = 60 * MINUTE;
    const late = credential();
    expect(fetches.length).toBe(3); // The renewal that is under way is awaited, not repeated.
    answer(2, "three", 120 * MINUTE);
    expect(await late).toBe("authorization: Bearer three\r\n");
  });

  test("that cannot be had fail the calls that wait, and the next tries anew", async () => {
    const { fetches, credential, answer } = setUp();
    const waiting = [credential(), credential()];
    fetches[0]?.reject(new Error("wrong secret"));
    for (const promise of waiting) await expect(promise as Promise<string>).rejects.toThrow("wrong secret");
    const next = credential();
    answer(1, "two", 60 * MINUTE);
    expect(await next).toBe("authorization: Bearer two\r\n");
  });

  test("that would break the header line are refused", async () => {
    const { credential, answer } = setUp();
    const waiting = credential();
    answer(0, "a\r\nb: c", 60 * MINUTE);
    await expect(waiting as Promise<string>).rejects.toThrow(TypeError);
  });
});
