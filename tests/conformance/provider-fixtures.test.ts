import { afterAll, afterEach, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Operation } from "../../src/core/operation.ts";
import { PROVIDERS } from "../../src/providers/all.ts";
import { PATHS } from "./canonical-calls.ts";
import { keyOf, operationsOf, startConformanceGateway, TESTED } from "./conformance-gateway.ts";
import { casesOf, FIXTURES } from "./provider-fixtures.ts";

const { upstream, failures, post, stop } = startConformanceGateway();
afterEach(() => upstream.reset());
afterAll(async () => {
  await stop();
  expect(upstream.server.violations).toEqual([]);
  expect(failures).toEqual([]);
});

/** Names of the folders in a folder; none when it does not exist. */
const foldersIn = (path: string): readonly string[] => {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  } catch {
    return [];
  }
};

interface RecordedCall {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

const readCall = (path: string): RecordedCall => JSON.parse(readFileSync(path, "utf8"));

/** Cases of the caller's own dialect; translated ones are another suite's. */
const CASES = TESTED.flatMap(([name, provider]) =>
  foldersIn(join(FIXTURES, name))
    .map((folder) => [name, folder, provider] as const)
    .filter(([, folder]) => {
      const { path } = readCall(join(FIXTURES, name, folder, "request.json"));
      return operationsOf(provider).some((operation) => PATHS[operation] === path);
    }),
);

test.each(TESTED)(
  "%s has fixtures: `bun scripts/record-fixtures.ts` writes those of a new provider",
  (name, provider) => {
    const folders = foldersIn(join(FIXTURES, name));
    expect(folders).toContain(`${operationsOf(provider)[0]}-simple`);
    expect(folders).toEqual(expect.arrayContaining(casesOf(provider).map((fixtureCase) => fixtureCase.name)));
  },
);

test.each(CASES)("%s %s: the vendor and the client get what the fixture says", async (name, folder, provider) => {
  const path = join(FIXTURES, name, folder);
  const request = readCall(join(path, "request.json"));
  const expected = readCall(join(path, "upstream-request.json"));
  const isStream = request.body["stream"] === true;
  const extension = isStream ? "sse" : "json";
  const vendorReply = readFileSync(join(path, `upstream-response.${extension}`), "utf8");
  upstream.next(isStream ? { chunks: [vendorReply] } : { body: vendorReply });
  const operation = Object.entries(PATHS).find(([, endpoint]) => endpoint === request.path)?.[0] as Operation;
  const reply = await post(operation, request.body);
  expect(await reply.text()).toBe(readFileSync(join(path, `response.${extension}`), "utf8"));
  const sent = upstream.last();
  expect([sent.method, sent.target]).toEqual([expected.method, expected.path]);
  // As text: the order of the fields counts.
  expect(Buffer.from(sent.body).toString()).toBe(JSON.stringify(expected.body));
  for (const [header, value] of Object.entries(expected.headers ?? {})) {
    expect([header, sent.headers.get(header)]).toEqual([header, value.replace("<key>", keyOf(provider))]);
  }
  const names = sent.rawHeaders.map(([header]) => header).filter((header) => !/^(?:host|content-length)$/.test(header));
  expect(names.sort()).toEqual(Object.keys(expected.headers ?? {}).sort());
  expect(readFileSync(join(path, "source.md"), "utf8")).toContain(provider.source);
});

test("every fixture folder belongs to a provider", () => {
  const names: readonly string[] = [...PROVIDERS.map(({ name }) => name), "dialects"];
  expect(foldersIn(FIXTURES).filter((folder) => !names.includes(folder))).toEqual([]);
});
