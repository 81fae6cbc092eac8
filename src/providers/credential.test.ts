import { describe, expect, test } from "bun:test";
import type { Environment } from "../config/environment-references.ts";
import type { DeploymentParams } from "../config/gateway-config.ts";
import { configOf, loadYaml } from "../config/load-yaml-for-tests.ts";
import { azure } from "./azure.ts";
import { type CredentialSource, kept, refreshed, toCredential } from "./credential.ts";
import { NO_IDENTITIES } from "./identities-for-tests.ts";
import { ollama } from "./ollama.ts";
import { openai } from "./openai.ts";

const paramsOf = (fields: string): DeploymentParams => {
  const [entry] = configOf(
    loadYaml(`model_list: [{model_name: m, litellm_params: {model: openai/m, ${fields}}}]`),
  ).models;
  if (entry === undefined) throw new Error("no entry");
  return entry.params;
};

const REQUEST = { host: "vendor.example", target: "/v1", body: [] };

const sourceOf = (fields: string, environment: Environment = {}): CredentialSource => ({
  params: paramsOf(fields),
  environment,
  identities: NO_IDENTITIES,
  model: "m",
});

describe("where a key comes from", () => {
  test.each([
    ["the deployment", openai, "api_key: own", { OPENAI_API_KEY: "env" }, "authorization: Bearer own\r\n"],
    ["the environment", openai, "", { OPENAI_API_KEY: "env" }, "authorization: Bearer env\r\n"],
    ["the first variable that is set", azure, "", { AZURE_API_KEY: "", AZURE_OPENAI_API_KEY: "b" }, "api-key: b\r\n"],
    ["nowhere, where none is needed", ollama, "", {}, ""],
    ["an Entra token", azure, "azure_ad_token: eyJ", { AZURE_API_KEY: "env" }, "authorization: Bearer eyJ\r\n"],
    ["the key before an Entra token", azure, "api_key: own, azure_ad_token: eyJ", {}, "api-key: own\r\n"],
  ] as const)("%s", (_name, provider, fields, environment, line) => {
    expect(toCredential(provider, sourceOf(fields, environment))?.sign(REQUEST)).toBe(line);
  });

  test("nowhere, where one is needed, is no credential", () => {
    expect(toCredential(openai, sourceOf(""))).toBeUndefined();
    expect(toCredential(openai, sourceOf("", { OPENAI_API_KEY: "" }))).toBeUndefined();
  });
});

test("what must not be shown is told", () => {
  expect(toCredential(openai, sourceOf("api_key: sk-1"))?.secrets()).toEqual(["sk-1"]);
  expect(toCredential(azure, sourceOf("api_key: sk-1"))?.secrets()).toEqual(["sk-1"]);
  expect(toCredential(ollama, sourceOf(""))?.secrets()).toEqual([]);
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
    const waiting = [credential.sign(REQUEST), credential.sign(REQUEST), credential.sign(REQUEST)];
    expect(fetches.length).toBe(1);
    answer(0, "one", 60 * MINUTE);
    expect(await Promise.all(waiting)).toEqual(new Array(3).fill("authorization: Bearer one\r\n"));
    expect(credential.sign(REQUEST)).toBe("authorization: Bearer one\r\n");
    expect(fetches.length).toBe(1);
  });

  test("are renewed ahead of their end, while the old one serves", async () => {
    const { fetches, clock, credential, answer } = setUp();
    const first = credential.sign(REQUEST);
    answer(0, "one", 60 * MINUTE);
    await first;
    clock.nowMs = 55 * MINUTE;
    expect(credential.sign(REQUEST)).toBe("authorization: Bearer one\r\n");
    expect(fetches.length).toBe(1);
    clock.nowMs = 55 * MINUTE + 1;
    expect([credential.sign(REQUEST), credential.sign(REQUEST)]).toEqual(
      new Array(2).fill("authorization: Bearer one\r\n"),
    );
    expect(fetches.length).toBe(2);
    answer(1, "two", 120 * MINUTE);
    await fetches[1]?.promise;
    await Promise.resolve();
    expect(credential.sign(REQUEST)).toBe("authorization: Bearer two\r\n");
  });

  test("that cannot be renewed serve to their end, and every call tries again", async () => {
    const { fetches, clock, credential, answer } = setUp();
    const first = credential.sign(REQUEST);
    answer(0, "one", 60 * MINUTE);
    await first;
    clock.nowMs = 56 * MINUTE;
    expect(credential.sign(REQUEST)).toBe("authorization: Bearer one\r\n");
    fetches[1]?.reject(new Error("identity service is down"));
    await fetches[1]?.promise.catch(() => undefined);
    await new Promise((resolve) => setImmediate(resolve));
    expect(credential.sign(REQUEST)).toBe("authorization: Bearer one\r\n");
    expect(fetches.length).toBe(3);
    clock.nowMs = 60 * MINUTE;
    const late = credential.sign(REQUEST);
    expect(fetches.length).toBe(3); // The renewal that is under way is awaited, not repeated.
    answer(2, "three", 120 * MINUTE);
    expect(await late).toBe("authorization: Bearer three\r\n");
  });

  test("that cannot be had fail the calls that wait, and the next tries anew", async () => {
    const { fetches, credential, answer } = setUp();
    const waiting = [credential.sign(REQUEST), credential.sign(REQUEST)];
    fetches[0]?.reject(new Error("wrong secret"));
    const ends = await Promise.allSettled(waiting);
    expect(ends.map((end) => (end.status === "rejected" ? String(end.reason) : ""))).toEqual(
      new Array(2).fill("Error: wrong secret"),
    );
    const next = credential.sign(REQUEST);
    answer(1, "two", 60 * MINUTE);
    expect(await next).toBe("authorization: Bearer two\r\n");
  });

  test("that would break the header line are refused", async () => {
    const { credential, answer } = setUp();
    const waiting = credential.sign(REQUEST);
    answer(0, "a\r\nb: c", 60 * MINUTE);
    await expect(waiting as Promise<string>).rejects.toThrow(TypeError);
  });
});

test("what never comes is not waited for without end, and is asked for again", async () => {
  let fetches = 0;
  const never = (): Promise<never> => {
    fetches++;
    return Promise.withResolvers<never>().promise;
  };
  const current = kept(never, Date.now, 1);
  const waiting = [current.get(), current.get()].map((held) => Promise.resolve(held).catch(String));
  expect(await Promise.all(waiting)).toEqual(new Array(2).fill("Error: no answer came within 0.001 s"));
  expect(fetches).toBe(1);
  await Promise.resolve(current.get()).catch(String);
  expect(fetches).toBe(2);
});
