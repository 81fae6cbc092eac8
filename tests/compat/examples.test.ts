import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type FakeUpstream, startFakeUpstream } from "../support/fake-upstream.ts";
import { startGateway } from "../support/gateway-process.ts";
import { embeddingVector } from "../support/openai-embeddings.ts";
import { type ClientSet, pythonMissing, type RunResult, runClean, runPython } from "./client-scripts.ts";

const EXAMPLES = join(import.meta.dir, "..", "..", "examples");
const ANSWER = "The author swept a shop floor and drew charts.";
const RUN_LIMIT_MS = 60_000;

/** What an example needs to run, and what it has to print. */
interface Expected {
  /** The Python clients it uses; none: a shell script that calls curl. */
  readonly clients?: ClientSet;
  readonly prints: readonly string[];
  /** Paths that it has to reach at the vendor, in any order. */
  readonly reaches: readonly string[];
}

/** Numbers as Python prints them. */
const printed = (vector: readonly number[]): string => vector.slice(0, 3).join(", ");

const EXPECTED: Readonly<Record<string, Expected>> = {
  "chat-openai-python": { clients: "current", prints: ["ChatCompletion(", ANSWER], reaches: ["/v1/chat/completions"] },
  "chat-curl": { prints: ['"chat.completion"', ANSWER], reaches: ["/v1/chat/completions"] },
  "chat-langchain-python": { clients: "current", prints: [ANSWER], reaches: ["/v1/chat/completions"] },
  "azure-llama-index": {
    clients: "llama-index",
    prints: [ANSWER],
    reaches: ["/openai/deployments/ada-002/embeddings", "/openai/deployments/chatgpt-v-2/chat/completions"],
  },
  "embeddings-openai-python": {
    clients: "current",
    prints: ["CreateEmbeddingResponse(", printed(embeddingVector("hello from litellm"))],
    reaches: ["/v1/embeddings"],
  },
  "embeddings-curl": { prints: ['"embedding"', '"prompt_tokens"'], reaches: ["/v1/embeddings"] },
  "embeddings-langchain-python": {
    clients: "current",
    prints: ["SAGEMAKER EMBEDDINGS", "BEDROCK EMBEDDINGS", "TITAN EMBEDDINGS"],
    reaches: ["/v1/embeddings"],
  },
  "moderations-openai-python": {
    clients: "current",
    prints: ["ModerationCreateResponse(", "5.5971017900446896e-06"],
    reaches: ["/v1/moderations"],
  },
  "moderations-curl": { prints: ["5.5971017900446896e-6"], reaches: ["/v1/moderations"] },
};

const runExample = (name: string, clients: ClientSet | undefined, url: string): Promise<RunResult> =>
  clients === undefined
    ? runClean(["sh", join(EXAMPLES, name, "main.sh")], { PORTOLAN_URL: url })
    : runPython(clients, `examples/${name}/main.py`, url);

let upstream: FakeUpstream;

beforeAll(() => {
  upstream = startFakeUpstream({ text: ANSWER });
});

afterEach(() => upstream.reset());
afterAll(() => upstream.close());

test("every example is known here", () => {
  expect(readdirSync(EXAMPLES).sort()).toEqual(Object.keys(EXPECTED).sort());
});

describe.each(Object.entries(EXPECTED))("examples/%s", (name, { clients, prints, reaches }) => {
  const missing = clients === undefined ? undefined : pythonMissing(clients);
  test.skipIf(missing !== undefined)(
    missing === undefined ? "runs as it stands" : `runs as it stands (skipped: ${missing})`,
    async () => {
      const gateway = await startGateway({
        configPath: join(EXAMPLES, name, "config.yaml"),
        env: {
          OPENAI_API_KEY: "sk-upstream",
          OPENAI_BASE_URL: `${upstream.url}/v1`,
          OPENAI_API_BASE: `${upstream.url}/v1`,
          AZURE_API_KEY: "sk-upstream",
          AZURE_API_BASE: upstream.url,
        },
      });
      try {
        const { exitCode, output, errors } = await runExample(name, clients, gateway.url);
        expect({ exitCode, errors: exitCode === 0 ? "" : errors }).toEqual({ exitCode: 0, errors: "" });
        for (const text of prints) expect(output).toContain(text);
        expect(new Set(upstream.requests.map(({ path }) => path))).toEqual(new Set(reaches));
        expect(upstream.server.violations).toEqual([]);
      } finally {
        await gateway.stop();
      }
    },
    RUN_LIMIT_MS,
  );
});
