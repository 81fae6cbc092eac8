import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { PROJECT, startFakeLangfuse } from "../support/fake-langfuse.ts";
import { type FakeUpstream, startFakeUpstream } from "../support/fake-upstream.ts";
import { startGateway } from "../support/gateway-process.ts";
import { within } from "../support/within.ts";
import { pythonMissing, type RunResult, runClean, runPython } from "./client-scripts.ts";

const EXAMPLES = join(import.meta.dir, "..", "..", "examples");
const ANSWER = "this is a test request, answered";
const SERVER_KEY = "sk-upstream";
const RUN_LIMIT_MS = 60_000;

let upstream: FakeUpstream;

beforeAll(() => {
  upstream = startFakeUpstream({ text: ANSWER, keys: [SERVER_KEY] });
});
afterAll(() => upstream.close());

const runScript = (example: string, isPython: boolean, url: string): Promise<RunResult> =>
  isPython
    ? runPython("current", `examples/${example}/main.py`, url, {})
    : runClean(["sh", join(EXAMPLES, example, "main.sh")], { PORTOLAN_URL: url });

/** What the seed's three examples with `metadata` say of themselves, as their files have it. */
describe.each([
  ["chat-openai-python", true, "ishaan-generation-openai-client", "openai-client-"],
  ["chat-curl", false, "ishaan-test-generation", ""],
  ["chat-langchain-python", true, "ishaan-generation-langchain-client", "langchain-client-"],
])("examples/%s", (example, isPython, name, prefix) => {
  const missing = isPython ? pythonMissing("current") : undefined;
  test.skipIf(missing !== undefined)(
    missing === undefined ? "arrives in Langfuse as given" : `arrives in Langfuse as given (skipped: ${missing})`,
    async () => {
      const langfuse = startFakeLangfuse();
      const config = parse(readFileSync(join(EXAMPLES, example, "config.yaml"), "utf8")) as object;
      const gateway = await startGateway({
        config: { ...config, litellm_settings: { success_callback: ["langfuse"] } },
        env: {
          OPENAI_API_KEY: SERVER_KEY,
          OPENAI_API_BASE: `${upstream.url}/v1`,
          LANGFUSE_PUBLIC_KEY: PROJECT.publicKey,
          LANGFUSE_SECRET_KEY: PROJECT.secretKey,
          LANGFUSE_HOST: langfuse.url,
          LANGFUSE_FLUSH_INTERVAL: "0.05",
        },
      });
      try {
        const { exitCode, errors } = await runScript(example, isPython, gateway.url);
        expect({ exitCode, errors: exitCode === 0 ? "" : errors }).toEqual({ exitCode: 0, errors: "" });
        const traceId = `${prefix}trace-id22`;
        const generation = await within(langfuse.onlyObservation(), "a generation");
        expect(generation).toMatchObject({ id: `${prefix}gen-id22`, name, traceId, output: { content: ANSWER } });
        expect(langfuse.traces.get(traceId)).toMatchObject({ userId: `${prefix}user-id2` });
        expect(langfuse.faults).toEqual([]);
      } finally {
        await gateway.stop();
        await langfuse.close();
      }
    },
    RUN_LIMIT_MS,
  );
});
