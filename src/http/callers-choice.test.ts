import { describe, expect, test } from "bun:test";
import { GatewayError } from "../core/errors.ts";
import { deploymentOf } from "../routing/deployments-for-tests.ts";
import type { Call } from "./call.ts";
import { isCallersChoice } from "./callers-choice.ts";

interface Setting {
  readonly query?: string;
  readonly timeoutMs?: number;
  readonly streamTimeoutMs?: number;
  readonly isStream?: boolean;
  readonly mocks?: object;
  readonly waitedMs?: number;
}

/** As much of a call as the rule looks at; its vendor has API versions and is asked for `2024-10-21`. */
const callOf = ({ query = "", ...setting }: Setting): Call =>
  ({
    timeoutMs: 0,
    streamTimeoutMs: 0,
    isStream: false,
    mocks: undefined,
    ...setting,
    target: { path: "/v1/chat/completions", query },
    state: { config: { forced: {}, litellm: { requestTimeoutMs: 6_000_000 } } },
    scope: { settings: { timeoutMs: undefined, streamTimeoutMs: undefined } },
    route: { head: (version = "2024-10-21") => ({ text: `POST /chat?api-version=${version}` }) },
  }) as unknown as Call;

const deployment = deploymentOf("a", { timeoutMs: 30_000 });
const isChoice = (error: GatewayError, setting: Setting = {}): boolean =>
  isCallersChoice(callOf(setting), { deployment, error, waitedMs: setting.waitedMs ?? 1e9 });

describe("a time limit that has passed is the caller's choice", () => {
  const late = new GatewayError("upstream-timeout", "Request timed out");

  test.each<[string, Setting, boolean]>([
    ["of its own, shorter than the deployment's", { timeoutMs: 10, waitedMs: 10 }, true],
    ["of its own for streams", { isStream: true, streamTimeoutMs: 10, waitedMs: 10 }, true],
    ["of its own, as long as the deployment's", { timeoutMs: 30_000 }, false],
    ["of its own, longer than the deployment's", { timeoutMs: 60_000 }, false],
    ["for streams, when it is none", { streamTimeoutMs: 10 }, false],
    ["for a connection, before its own has passed", { timeoutMs: 20_000, waitedMs: 10_001 }, false],
    ["of the deployment", {}, false],
  ])("%s: %#", (_what, setting, expected) => {
    expect(isChoice(late, setting)).toBe(expected);
  });

  test("not when the vendor says that it took too long", () => {
    const error = new GatewayError("upstream-timeout", "too slow", { status: 408 });
    expect(isChoice(error, { timeoutMs: 10 })).toBe(false);
  });
});

describe("what a vendor does not find is the caller's choice", () => {
  const missing = new GatewayError("upstream-not-found", "Resource not found", { status: 404 });

  test.each<[string, Setting, boolean]>([
    ["with another API version", { query: "api-version=2099-01-01" }, true],
    ["with the deployment's own API version", { query: "api-version=2024-10-21" }, false],
    ["with another query", { query: "stream=1" }, false],
    ["without any", {}, false],
  ])("%s", (_what, setting, expected) => {
    expect(isChoice(missing, setting)).toBe(expected);
  });

  test.each<[string, boolean]>([
    ["model", false],
    ["prompt.id", true],
  ])("by the field that it names: %s", (param, expected) => {
    expect(isChoice(new GatewayError("upstream-not-found", "no such thing", { status: 404, param }))).toBe(expected);
  });
});

test("a failure that was made up for the caller is its choice; the vendor's are not", () => {
  const failed = new GatewayError("upstream-failed", "down", { status: 500 });
  expect(isChoice(failed, { mocks: {} })).toBe(true);
  expect(isChoice(failed, { timeoutMs: 10, query: "api-version=2099-01-01" })).toBe(false);
});
