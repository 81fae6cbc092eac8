import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { AWS_KEYS, checkAwsSignature } from "../support/aws-rules.ts";
import { type FakeUpstream, startFakeUpstream } from "../support/fake-upstream.ts";
import { type GatewayOptions, startGateway } from "../support/gateway-process.ts";
import { vendorError } from "../support/model-groups.ts";
import { embeddingVector } from "../support/openai-embeddings.ts";
import type { RecordedRequest } from "../support/recorded-request.ts";
import type { ScriptedReply } from "../support/scripted-reply.ts";
import { type ClientSet, pythonMissing, type RunResult, runClean, runPython } from "./client-scripts.ts";

const EXAMPLES = join(import.meta.dir, "..", "..", "examples");
const ANSWER = "The author swept a shop floor and drew charts.";
const RUN_LIMIT_MS = 60_000;

/** What an example needs to run, and what it has to print. */
interface Expected {
  /** The Python clients it uses, or the JavaScript one; none: a shell script that calls curl. */
  readonly clients?: ClientSet | "javascript";
  readonly prints: readonly string[];
  /** Paths that it has to reach at the vendor, in any order. */
  readonly reaches: readonly string[];
  /** Keys that it has to present there, in any order; default the server's. */
  readonly keys?: readonly string[];
  /** It names a host of its own: the fake vendor is on the loopback, which must be admitted. */
  readonly bringsHost?: boolean;
  /** Its vendor is AWS: requests are to be signed, each is answered with a vector. */
  readonly isAws?: boolean;
  /** What the gateway itself has to write. */
  readonly logs?: readonly string[];
  /** A model that is rate limited at the vendor. */
  readonly busyModel?: string;
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
  "embeddings-aws-langchain-python": {
    clients: "current",
    prints: ["SAGEMAKER EMBEDDINGS", "BEDROCK EMBEDDINGS", "TITAN EMBEDDINGS", "[0.5, -0.25]"],
    reaches: [
      "/endpoints/berri-benchmarking-gpt-j-6b-fp16/invocations",
      "/model/cohere.embed-english-v3/invoke",
      "/model/amazon.titan-embed-text-v1/invoke",
    ],
    isAws: true,
  },
  "moderations-openai-python": {
    clients: "current",
    prints: ["ModerationCreateResponse(", "5.5971017900446896e-06"],
    reaches: ["/v1/moderations"],
  },
  "moderations-curl": { prints: ["5.5971017900446896e-6"], reaches: ["/v1/moderations"] },
  "batch-openai-python": {
    clients: "current",
    prints: [ANSWER, "gpt-3.5-turbo", "llama3-8b-8192"],
    reaches: ["/v1/chat/completions"],
  },
  "batch-curl": {
    prints: ['[{"id":"chatcmpl-', '},{"id":"chatcmpl-', ANSWER, '"llama3-8b-8192"', '"gpt-3.5-turbo"'],
    reaches: ["/v1/chat/completions"],
  },
  "custom-callback": {
    prints: [ANSWER, '"code":"banned_word"', "that fish"],
    reaches: ["/v1/chat/completions"],
    logs: ["my-logger: gpt-3.5-turbo, ", "my-logger: no model failed: refused"],
  },
  "user-config-openai-python": {
    clients: "current",
    prints: ["ChatCompletion(", ANSWER],
    reaches: ["/openai/deployments/chatgpt-v-2/chat/completions", "/v1/chat/completions"],
    keys: ["user-azure-key", "user-openai-key"],
    bringsHost: true,
    busyModel: "chatgpt-v-2",
  },
  "user-config-openai-js": {
    clients: "javascript",
    prints: [ANSWER],
    reaches: ["/v1/chat/completions"],
    keys: ["user-openai-key"],
    bringsHost: true,
  },
  "user-keys-openai-python": {
    clients: "current",
    prints: ["ChatCompletion(", ANSWER],
    reaches: ["/v1/chat/completions"],
    keys: ["my-bad-key"],
  },
  "user-keys-openai-js": {
    clients: "javascript",
    prints: [ANSWER],
    reaches: ["/v1/chat/completions"],
    keys: ["my-bad-key"],
  },
  "user-keys-azure-openai-python": {
    clients: "current",
    prints: ["ChatCompletion(", ANSWER],
    reaches: ["/openai/deployments/chatgpt-v-2/chat/completions"],
    keys: ["my-azure-key"],
    bringsHost: true,
  },
};

const SERVER_KEY = "sk-upstream";
const USER_KEYS = ["user-azure-key", "user-openai-key", "my-bad-key", "my-azure-key"];

/** What a caller has in the environment of its own. */
const userEnvironment = (url: string): Readonly<Record<string, string>> => ({
  AZURE_API_KEY: "user-azure-key",
  AZURE_API_BASE: url,
  AZURE_API_VERSION: "2024-02-01",
  OPENAI_API_KEY: "user-openai-key",
  OPENAI_API_BASE: `${url}/v1`,
  USER_AZURE_API_BASE: url,
});

const runExample = (name: string, clients: Expected["clients"], url: string): Promise<RunResult> => {
  const env = userEnvironment(upstream.url);
  if (clients === undefined) return runClean(["sh", join(EXAMPLES, name, "main.sh")], { PORTOLAN_URL: url });
  if (clients === "javascript")
    return runClean([process.execPath, join(EXAMPLES, name, "main.cjs")], { ...env, PORTOLAN_URL: url });
  return runPython(clients, `examples/${name}/main.py`, url, env);
};

/** The example's configuration as it stands or, where a fake vendor's host has to be admitted, with that. */
const configurationOf = (name: string, bringsHost: boolean): Pick<GatewayOptions, "config" | "configPath"> => {
  const configPath = join(EXAMPLES, name, "config.yaml");
  if (!bringsHost) return { configPath };
  const config = parse(readFileSync(configPath, "utf8")) as { readonly general_settings: object };
  const general_settings = { ...config.general_settings, client_side_allowed_hosts: ["127.0.0.1"] };
  return { config: { ...config, general_settings } };
};

/** A vector, as each of AWS' services and models gives it. */
const answerAsAws = (request: RecordedRequest): ScriptedReply => {
  const isSagemaker = request.path.startsWith("/endpoints/");
  const refusal = checkAwsSignature(request, { service: isSagemaker ? "sagemaker" : "bedrock", region: "us-east-1" });
  const vector = [0.5, -0.25];
  const bodies = { sagemaker: { embedding: [vector] }, cohere: { embeddings: [vector] }, titan: { embedding: vector } };
  return (
    refusal ?? { body: isSagemaker ? bodies.sagemaker : request.path.includes("cohere") ? bodies.cohere : bodies.titan }
  );
};

const keyOf = ({ headers }: RecordedRequest): string | undefined =>
  headers.get("api-key") ?? headers.get("authorization")?.replace("Bearer ", "");

let upstream: FakeUpstream;

beforeAll(() => {
  upstream = startFakeUpstream({ text: ANSWER, keys: [SERVER_KEY, ...USER_KEYS], models: ["llama3-8b-8192"] });
});

afterEach(() => upstream.reset());
afterAll(() => upstream.close());

/** What other tests look after: tests/docs/dashboards-name-real-metrics.test.ts. */
const ELSEWHERE: readonly string[] = ["grafana"];

test("every example is known here", () => {
  expect(readdirSync(EXAMPLES).sort()).toEqual([...Object.keys(EXPECTED), ...ELSEWHERE].sort());
});

describe.each(Object.entries(EXPECTED))("examples/%s", (name, expected) => {
  const {
    clients,
    prints,
    reaches,
    keys = [SERVER_KEY],
    bringsHost = false,
    busyModel,
    isAws = false,
    logs = [],
  } = expected;
  const missing = clients === undefined || clients === "javascript" ? undefined : pythonMissing(clients);
  test.skipIf(missing !== undefined)(
    missing === undefined ? "runs as it stands" : `runs as it stands (skipped: ${missing})`,
    async () => {
      if (busyModel !== undefined) upstream.forModel(busyModel, vendorError(429, {}, { "retry-after-ms": "1" }));
      for (const _path of isAws ? reaches : []) upstream.next(answerAsAws);
      const gateway = await startGateway({
        ...configurationOf(name, bringsHost),
        env: {
          OPENAI_API_KEY: SERVER_KEY,
          OPENAI_BASE_URL: `${upstream.url}/v1`,
          OPENAI_API_BASE: `${upstream.url}/v1`,
          AZURE_API_KEY: SERVER_KEY,
          AZURE_API_BASE: upstream.url,
          AWS_ACCESS_KEY_ID: AWS_KEYS.accessKeyId,
          AWS_SECRET_ACCESS_KEY: AWS_KEYS.secretAccessKey,
          AWS_REGION: "us-east-1",
          AWS_ENDPOINT_URL_BEDROCK_RUNTIME: upstream.url,
          AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: upstream.url,
          GROQ_API_KEY: SERVER_KEY,
          GROQ_API_BASE: `${upstream.url}/v1`,
        },
      });
      try {
        const { exitCode, output, errors } = await runExample(name, clients, gateway.url);
        expect({ exitCode, errors: exitCode === 0 ? "" : errors }).toEqual({ exitCode: 0, errors: "" });
        for (const text of prints) expect(output).toContain(text);
        expect(new Set(upstream.requests.map(({ path }) => path))).toEqual(new Set(reaches));
        if (!isAws) expect(new Set(upstream.requests.map(keyOf))).toEqual(new Set(keys));
        expect(upstream.server.violations).toEqual([]);
      } finally {
        await gateway.stop();
      }
      for (const text of logs) expect(gateway.logs()).toContain(text);
    },
    RUN_LIMIT_MS,
  );
});
