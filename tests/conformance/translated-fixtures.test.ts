import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadConfig } from "../../src/config/load-config.ts";
import { CALLER_DIALECT, type Operation } from "../../src/core/operation.ts";
import { Gateway } from "../../src/gateway.ts";
import { PROVIDERS } from "../../src/providers/all.ts";
import type { Provider } from "../../src/providers/provider.ts";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { postJson } from "../support/gateway-setup.ts";
import type { ScriptedReply } from "../support/scripted-reply.ts";
import { PATHS } from "./canonical-calls.ts";
import type { VendorKit } from "./kits/vendor-kit.ts";
import { FIXTURES } from "./provider-fixtures.ts";

/**
 * Plays `tests/fixtures/<provider>/<case>/` of operations that are translated: `request.json` (method, path, body; the
 * deployment's `params` where the kit's are not enough), `upstream-request.json` (method, path, headers that matter, body;
 * a list where one call becomes several), `upstream-response.*` (a list beside such a list) and `response.*`. Bodies are compared
 * as parsed JSON: translated ones have no order of their own.
 */
interface Call {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>>;
}

interface Case {
  readonly provider: Provider;
  /** Name of the model group that is the case's own. */
  readonly group: string;
  readonly folder: string;
  readonly request: Call;
}

const KEY = "key-of-the-fixtures";

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  json: "application/json",
  sse: "text/event-stream",
  jsonl: "application/x-ndjson",
  bin: "application/vnd.amazon.eventstream",
};

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"));

const foldersIn = (path: string): readonly string[] =>
  existsSync(path)
    ? readdirSync(path, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name)
    : [];

const operationOf = (request: Call): Operation =>
  Object.entries(PATHS).find(([, path]) => path === request.path)?.[0] as Operation;

const isTranslated = (provider: Provider, operation: Operation): boolean => {
  const route = provider.routes[operation] ?? (operation === "completion" ? provider.routes.chat : undefined);
  return route !== undefined && route.dialect !== CALLER_DIALECT[operation];
};

const CASES: readonly Case[] = PROVIDERS.flatMap((provider) =>
  foldersIn(join(FIXTURES, provider.name)).flatMap((name) => {
    const folder = join(FIXTURES, provider.name, name);
    const request = readJson(join(folder, "request.json")) as Call;
    const isOurs = isTranslated(provider, operationOf(request));
    return isOurs ? [{ provider, group: `${provider.name}: ${name}`, folder, request }] : [];
  }),
);

/** Kits of the vendors: they say which parameters a deployment needs. */
const KITS: readonly VendorKit[] = (
  await Promise.all(
    readdirSync(join(import.meta.dir, "kits"))
      .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && file !== "vendor-kit.ts")
      .map(async (file) => Object.values((await import(join(import.meta.dir, "kits", file))) as object)),
  )
)
  .flat()
  .filter((value): value is VendorKit => Array.isArray((value as VendorKit | undefined)?.providers));

const upstream = startFakeUpstream();

/** The path that the vendor's own address has, so that paths in fixtures are the vendor's. */
const basePathOf = ({ baseUrl }: Provider): string => {
  const path = /^https?:\/\/[^/]*(\/.*)?$/.exec(baseUrl ?? "")?.[1] ?? "";
  return path.includes("$") ? "" : path;
};

const toEntry = ({ provider, group, request }: Case): unknown => {
  const model = String(request.body["model"]);
  const operation = operationOf(request);
  const kit = KITS.find((known) => known.providers.includes(provider.name) && known.operation === operation);
  const prefixed = model.startsWith(`${provider.name}/`) ? model : `${provider.name}/${model}`;
  const own = { model: prefixed, api_base: upstream.url + basePathOf(provider), api_key: KEY };
  const params = Object.entries({ ...own, ...kit?.params, ...request.params }).filter(([, value]) => value !== null);
  return { model_name: group, litellm_params: Object.fromEntries(params) };
};

const startGateway = (): { readonly url: string; readonly stop: () => Promise<unknown> } => {
  const router = { num_retries: 0, disable_cooldowns: true };
  const text = JSON.stringify({ model_list: CASES.map(toEntry), router_settings: router });
  const { config, faults } = loadConfig({ path: "/fixtures.yaml", environment: {}, readFile: () => text });
  if (config === undefined) throw new Error(`the fixtures' configuration has faults: ${JSON.stringify(faults)}`);
  const logError = (message: string, cause: unknown): void => {
    throw new Error(`${message}: ${String(cause)}`);
  };
  const gateway = new Gateway({
    config,
    environment: {},
    accessLogFormat: "json",
    writeLog: () => undefined,
    logLevel: "info",
    logError,
  });
  const url = `http://127.0.0.1:${gateway.listen({ hostname: "127.0.0.1", port: 0, isShared: false })}`;
  return { url, stop: () => gateway.stop(1000) };
};

const gateway = CASES.length === 0 ? undefined : startGateway();
afterAll(async () => {
  await gateway?.stop();
  upstream.close();
});

const fileOf = (folder: string, name: string): { readonly extension: string; readonly bytes: Buffer } => {
  const extension = Object.keys(CONTENT_TYPES).find((known) => existsSync(join(folder, `${name}.${known}`)));
  if (extension === undefined) throw new Error(`${folder} has no ${name}`);
  return { extension, bytes: readFileSync(join(folder, `${name}.${extension}`)) };
};

const toReply = (extension: string, bytes: Buffer): ScriptedReply => {
  const headers = { "content-type": CONTENT_TYPES[extension] ?? "" };
  return extension === "json" ? { headers, body: bytes } : { headers, chunks: [bytes] };
};

/** A reply as data: the whole body, or the data of its events. */
const readReply = (text: string, extension: string): unknown =>
  extension === "json"
    ? JSON.parse(text)
    : text
        .split(/\r?\n/)
        .filter((line) => line.startsWith("data:"))
        .map((line) => line.slice("data:".length).trim())
        .map((data): unknown => (data === "[DONE]" ? data : JSON.parse(data)));

const MADE_ID = /^(?:chatcmpl-|cmpl-)?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/** Ids and times that the gateway itself made, in the words of the fixture. */
const normalise = (actual: unknown, expected: unknown): unknown => {
  if (Array.isArray(actual)) {
    return actual.map((item, index) => normalise(item, Array.isArray(expected) ? expected[index] : undefined));
  }
  if (typeof actual !== "object" || actual === null) return actual;
  const known = (typeof expected === "object" && expected !== null ? expected : {}) as Readonly<
    Record<string, unknown>
  >;
  const fields = Object.entries(actual).map(([name, value]): readonly [string, unknown] => {
    const isMade =
      (name === "id" && typeof value === "string" && MADE_ID.test(value)) ||
      (name === "created" && typeof value === "number" && Math.abs(Date.now() / 1000 - value) < 600);
    return [name, isMade && Object.hasOwn(known, name) ? known[name] : value];
  });
  return Object.fromEntries(fields);
};

const checkSent = (folder: string): void => {
  const expected = readJson(join(folder, "upstream-request.json")) as Call | readonly Call[];
  const calls = Array.isArray(expected) ? (expected as readonly Call[]) : [expected as Call];
  expect(upstream.requests.length).toBe(calls.length);
  for (const [index, call] of calls.entries()) {
    const sent = upstream.requests[index];
    expect([sent?.method, sent?.target]).toEqual([call.method, call.path]);
    expect(JSON.parse(Buffer.from(sent?.body ?? []).toString())).toEqual(call.body);
    for (const [header, value] of Object.entries(call.headers ?? {})) {
      expect([header, sent?.headers.get(header)]).toEqual([header, value.replace("<key>", KEY)]);
    }
  }
};

describe("what is translated is what the fixtures say, both ways", () => {
  test.each(CASES.map((fixture) => [fixture.group, fixture] as const))(
    "%s",
    async (group, { folder, request, provider }) => {
      upstream.reset();
      const { extension, bytes } = fileOf(folder, "upstream-response");
      const isList = Array.isArray(readJson(join(folder, "upstream-request.json")));
      const replies = isList ? (JSON.parse(bytes.toString()) as readonly unknown[]) : undefined;
      for (const reply of replies ?? []) upstream.next({ body: reply });
      if (replies === undefined) upstream.next(toReply(extension, bytes));
      const answer = await postJson(`${gateway?.url}${request.path}`, { ...request.body, model: group });
      const text = await answer.text();
      expect([answer.status, answer.status === 200 ? "" : text]).toEqual([200, ""]);
      checkSent(folder);
      const wanted = fileOf(folder, "response");
      const expected = readReply(wanted.bytes.toString(), wanted.extension);
      expect(normalise(readReply(text, wanted.extension), expected)).toEqual(expected);
      expect(readFileSync(join(folder, "source.md"), "utf8")).toMatch(/https:\/\/|built in/);
      expect(provider.name).not.toBeEmpty();
    },
  );

  test("every provider whose chats are translated has fixtures of them", () => {
    const without = PROVIDERS.filter(
      (provider) => isTranslated(provider, "chat") && !CASES.some((fixture) => fixture.provider === provider),
    );
    expect(without.map(({ name }) => name)).toEqual([]);
  });
});
