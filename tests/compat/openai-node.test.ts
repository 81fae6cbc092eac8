import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { embeddingVector } from "../support/openai-embeddings.ts";
import { type CallResult, readReport, runClean } from "./client-scripts.ts";
import { AWKWARD_MODEL, type CompatGateway, REPLY_TEXT, startCompatGateway } from "./compat-gateway.ts";

const SCRIPT = join(import.meta.dir, "node", "openai-client.mjs");
const SCRIPT_LIMIT_MS = 30_000;

const nodeMajor = (): number => {
  const node = Bun.which("node");
  if (node === null) return 0;
  return Number(/^v(\d+)/.exec(Bun.spawnSync([node, "--version"]).stdout.toString())?.[1] ?? 0);
};

const installed = nodeMajor();

/** Package, and the Node it asks for. */
const CLIENTS: readonly (readonly [packageName: string, neededNode: number])[] = [
  ["openai4", 18],
  ["openai5", 20],
  ["openai6", 20],
  ["openai", 22],
];

for (const [packageName, neededNode] of CLIENTS) {
  const isMissing = installed < neededNode;
  const note = isMissing ? ` (skipped: needs Node ${neededNode})` : "";
  describe.skipIf(isMissing)(`${packageName} in Node${note}`, () => {
    let compat: CompatGateway;
    let results: Map<string, CallResult>;

    const given = (name: string): unknown => {
      const { value, ...failure } = results.get(name) ?? {};
      return value ?? failure;
    };

    beforeAll(async () => {
      compat = await startCompatGateway();
      results = readReport(await runClean(["node", SCRIPT, packageName, compat.url], {}));
    }, SCRIPT_LIMIT_MS);

    afterAll(() => compat[Symbol.asyncDispose]());

    test("chats, streams, speaks Azure", () => {
      expect(given("chat")).toBe(REPLY_TEXT);
      expect(given("stream")).toBe(REPLY_TEXT);
      expect(given("azure chat")).toBe(REPLY_TEXT);
    });

    test("embeds and moderates exactly", () => {
      expect(given("embeddings")).toEqual([embeddingVector("one"), embeddingVector("two")]);
      expect(given("moderation")).toBe(5.5971017900446896e-6);
    });

    test("lists and retrieves models", () => {
      expect(given("models")).toContain(AWKWARD_MODEL);
      expect(given("model")).toBe(AWKWARD_MODEL);
    });

    test("raises for refusals and broken streams", () => {
      expect(results.get("error of busy")).toMatchObject({ error: "RateLimitError", status: 429, code: "429" });
      expect(results.get("stream that breaks")?.error).toBeString();
    });

    test("leaving a stream ends the vendor's call", async () => {
      expect(given("stream that is left")).toBe("Hello");
      await compat.upstream.requests.find(({ model }) => model === "endless")?.aborted;
    });
  });
}
