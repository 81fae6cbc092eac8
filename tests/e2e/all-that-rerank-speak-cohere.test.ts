import { afterAll, afterEach, expect, test } from "bun:test";
import { CohereClientV2 } from "cohere-ai";
import { loadConfig } from "../../src/config/load-config.ts";
import { Gateway } from "../../src/gateway.ts";
import { cohereRerankKit } from "../conformance/kits/cohere.ts";
import * as kits from "../conformance/kits/rerank-vendors.ts";
import type { VendorKit } from "../conformance/kits/vendor-kit.ts";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { postJson } from "../support/gateway-setup.ts";

const azure = { ...cohereRerankKit, providers: ["azure_ai"] };
const PAIRS: readonly (readonly [string, VendorKit])[] = [cohereRerankKit, azure, ...Object.values(kits)].flatMap(
  (kit) => kit.providers.map((name) => [name, kit] as const),
);
const upstream = startFakeUpstream();
const { config, faults } = loadConfig({
  path: "/rerank.yaml",
  environment: {},
  readFile: () =>
    JSON.stringify({
      model_list: PAIRS.map(([name]) => ({
        model_name: name,
        litellm_params: { model: `${name}/some-model`, api_base: upstream.url, api_key: "k" },
      })),
      router_settings: { num_retries: 0, disable_cooldowns: true },
    }),
});
if (config === undefined) throw new Error(JSON.stringify(faults));
const gateway = new Gateway({
  config,
  environment: {},
  accessLogFormat: "json",
  writeLog: () => undefined,
  logLevel: "info",
  logError: () => undefined,
});
const url = `http://127.0.0.1:${gateway.listen({ hostname: "127.0.0.1", port: 0, isShared: false })}`;
const cohere = new CohereClientV2({ token: "any", environment: url, maxRetries: 0 });

afterEach(() => upstream.reset());
afterAll(async () => {
  await gateway.stop(1000);
  upstream.close();
  expect(upstream.server.violations).toEqual([]);
});

test.each(PAIRS)("%s, by Cohere's own client and by a plain call", async (name, kit) => {
  if (name === "azure_ai") {
    // Azure's key has a header of its own on resources: the rest of Cohere's rules hold.
    upstream.next(kit.simple);
  } else {
    upstream.next((request) => kit.check(request) ?? kit.simple);
  }
  const ranked = await cohere.rerank({ model: name, query: "q", documents: ["a", "b"], topN: 2 });
  expect(ranked.id).not.toBeEmpty();
  expect(ranked.results).toEqual([
    { index: 1, relevanceScore: 0.5 },
    { index: 0, relevanceScore: 0.00001 },
  ]);
  upstream.next(kit.simple);
  const body = { model: name, query: "q", documents: ["a", { text: "b" }], return_documents: true };
  const plain = await (await postJson(`${url}/v1/rerank`, body)).json();
  expect(plain).toMatchObject({ results: [{ document: { text: "b" } }, { document: { text: "a" } }], meta: {} });
});

test.each(PAIRS)("%s: a failure keeps the vendor's words", async (name, kit) => {
  upstream.next(kit.error(429, "too much of it"));
  const reply = await postJson(`${url}/rerank`, { model: name, query: "q", documents: ["a"] });
  expect([reply.status, await reply.text()]).toEqual([429, expect.stringContaining("too much of it")]);
});

test.each(PAIRS)("%s: a parameter that it does not know is refused, or dropped", async (name, kit) => {
  const body = { model: name, query: "q", documents: ["a", "b"], max_chunks_per_doc: 3 };
  const refused = await postJson(`${url}/rerank`, body);
  expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining("max_chunks_per_doc")]);
  upstream.next(kit.simple);
  const dropped = await postJson(`${url}/rerank`, { ...body, drop_params: true });
  expect([dropped.status, dropped.headers.get("x-portolan-dropped")]).toEqual([200, "max_chunks_per_doc"]);
});
