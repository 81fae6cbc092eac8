import { afterAll, describe, expect, test } from "bun:test";
import { generateKeyPairSync } from "node:crypto";
import { loadConfig } from "../../src/config/load-config.ts";
import { Gateway } from "../../src/gateway.ts";
import { MESSAGES, modelEntry, postJson, readError } from "../support/gateway-setup.ts";

const SECRETS = {
  OPENAI_API_KEY: "sk-server-planted-0123456789",
  AWS_ACCESS_KEY_ID: "AKIASERVERPLANTED001",
  AWS_SECRET_ACCESS_KEY: "aws-secret-planted-0123456789",
  GEMINI_API_KEY: "gemini-planted-0123456789",
  SNOWFLAKE_JWT: "snowflake-planted-0123456789",
  HUGGINGFACE_API_KEY: "hugging-planted-0123456789",
  AZURE_API_KEY: "azure-planted-0123456789",
  AZURE_AI_API_KEY: "azure-ai-planted-0123456789",
  REPLICATE_API_TOKEN: "replicate-planted-0123456789",
  NLP_CLOUD_API_KEY: "nlp-planted-0123456789",
  WATSONX_TOKEN: "watsonx-planted-0123456789",
};
const PLACES = {
  AZURE_API_BASE: "https://own.openai.azure.com",
  AZURE_AI_API_BASE: "https://own.services.ai.azure.com",
  SNOWFLAKE_ACCOUNT_ID: "own",
};
const environment = { ...SECRETS, ...PLACES };
const key = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs8", format: "pem" });
const OCI = { oci_user: "u", oci_fingerprint: "f", oci_tenancy: "t", oci_key: String(key) };

const model_list = [
  modelEntry("*", { model: "*" }),
  modelEntry("vertex_ai/*", { model: "vertex_ai/*", api_key: "ya29.planted", vertex_project: "own" }),
  modelEntry("oci/*", { model: "oci/*", ...OCI, oci_compartment_id: "own" }),
  modelEntry("oci-unplaced", { model: "oci/cohere.embed-english-v3.0", ...OCI }),
  modelEntry("watsonx-own", { model: "watsonx/ibm/granite", project_id: "own", token: "planted-token-0123" }),
];
const { config } = loadConfig({
  path: "/suite.yaml",
  environment,
  readFile: () =>
    JSON.stringify({
      model_list,
      general_settings: { master_key: "sk-master", forward_client_headers_to_llm_api: true },
    }),
});
if (config === undefined) throw new Error("the suite's configuration has faults");
const failures: string[] = [];
const gateway = new Gateway({
  config,
  environment,
  accessLogFormat: "json",
  writeLog: () => undefined,
  logLevel: "info",
  logError: (message, cause) => void failures.push(`${message}: ${String(cause)}`),
});
const url = `http://127.0.0.1:${gateway.listen({ hostname: "127.0.0.1", port: 0, isShared: false })}`;
afterAll(async () => {
  await gateway.stop(100);
  expect(failures).toEqual([]);
});

interface Described {
  readonly raw_request_api_base: string;
  readonly raw_request_body: unknown;
  readonly raw_request_headers: Readonly<Record<string, string>>;
  readonly dropped: readonly string[];
}

const describeCall = (body: object, callType = "completion", headers: object = {}): Promise<Response> =>
  postJson(
    `${url}/utils/transform_request`,
    { call_type: callType, request_body: { messages: MESSAGES, input: "x", query: "q", documents: ["d"], ...body } },
    { headers: { authorization: "Bearer sk-master", ...headers } },
  );

const described = async (body: object, callType?: string): Promise<Described> => {
  const reply = await describeCall(body, callType);
  expect(reply.status).toBe(200);
  return (await reply.json()) as Described;
};

const ODD = [
  "evil.example#/x",
  "evil.example/x",
  "@evil.example",
  "us-east-1.evil.example/x",
  "us-east-1/x?y=z#f",
  "us-east-1/%2e%2e/%2e%2e/x",
  "us-east-1/x\r\nhost: evil.example",
  "us‐east‐1/x",
  "zz-evil-1/x",
  "arn:aws:bedrock:evil.example/:1:x/y",
  "arn:aws:bedrock:us-east-1.evil.example:1:x/y",
  "projects/other/locations/evil.example/models/x",
  "x/extensions",
  "constructor",
  "__proto__",
  `x${"y".repeat(400)}`,
];
const HOSTS: readonly (readonly [string, RegExp])[] = [
  ["bedrock", /^https:\/\/bedrock-runtime\.[a-z0-9-]+\.amazonaws\.com\/model\/[^/]+\/converse$/],
  ["sagemaker", /^https:\/\/runtime\.sagemaker\.us-west-2\.amazonaws\.com\/endpoints\/[^/]+\/invocations$/],
  [
    "vertex_ai",
    /^https:\/\/us-central1-aiplatform\.googleapis\.com\/v1\/projects\/own\/locations\/us-central1\/publishers\/google\/models\/[^/]+:generateContent$/,
  ],
  ["gemini", /^https:\/\/generativelanguage\.googleapis\.com\/v1beta\/models\/[^/]+:generateContent$/],
  ["oci", /^https:\/\/inference\.generativeai\.us-ashburn-1\.oci\.oraclecloud\.com\/20231130\/actions\/chat$/],
  ["snowflake", /^https:\/\/own\.snowflakecomputing\.com\/api\/v2\/cortex\/v1\/chat\/completions$/],
  ["huggingface", /^https:\/\/router\.huggingface\.co\/v1\/chat\/completions$/],
  ["azure_ai", /^https:\/\/own\.services\.ai\.azure\.com\/models\/chat\/completions\?api-version=[\w-]+$/],
  ["azure", /^https:\/\/own\.openai\.azure\.com\/openai\/deployments\/[^/?]+\/chat\/completions\?api-version=[\w-]+$/],
  ["replicate", /^https:\/\/api\.replicate\.com\/v1\/models\/[^?#]+\/predictions$/],
  ["nlp_cloud", /^https:\/\/api\.nlpcloud\.io\/v1\/gpu\/[^?#]+\/generation$/],
  ["watsonx", /^https:\/\/us-south\.ml\.cloud\.ibm\.com\/ml\/v1\/text\/chat\?version=[\d-]+$/],
];

describe.each(HOSTS)("a name behind %s/", (provider, address) => {
  test("changes neither host nor path", async () => {
    for (const name of [...ODD, "..", "a/../b", "./x", "\ud800", ""]) {
      const reply = await describeCall({ model: `${provider}/${name}` });
      if (reply.status === 200) expect(((await reply.json()) as Described).raw_request_api_base).toMatch(address);
      else expect(reply.status).toBe(400);
    }
  });
});

test("a caller's address is no template that the server's environment fills in", async () => {
  const bases = [
    ["$", "{OPENAI_API_KEY}"],
    ["$", "{AWS_SECRET_ACCESS_KEY}"],
    ["$", "{HOME}"],
  ].map((parts) => `https://any.openai.azure.com/${parts.join("")}`);
  for (const api_base of bases) {
    const text = JSON.stringify(await described({ model: "openai/gpt-4o", api_key: "callers-own-key", api_base }));
    for (const secret of Object.values(SECRETS)) expect(text).not.toContain(secret.slice(-12));
    expect(text).toContain("%7B");
  }
});

describe("fields of a body", () => {
  const IDENTITIES = [
    ...["aws_region_name", "aws_session_name", "aws_profile_name", "aws_external_id", "aws_role_name"],
    ...["vertex_project", "vertex_location", "vertex_ai_project", "vertex_ai_location", "vertex_credentials"],
    ...["oci_region", "oci_user", "oci_fingerprint", "oci_tenancy", "oci_key", "oci_key_file"],
    ...["watsonx_region_name", "client_secret", "azure_username", "azure_password", "azure_scope"],
  ];

  test.each(IDENTITIES)("'%s' is refused, at the top and in extra_body", async (name) => {
    for (const body of [{ [name]: "x" }, { extra_body: { [name]: "x" } }]) {
      const reply = await describeCall({ model: "bedrock/some-model", ...body });
      expect(reply.status).toBe(401);
      expect((await readError(reply)).message).toContain(`${name} is not allowed in request body`);
    }
  });

  test("a project or compartment that the entry sets is no caller's to change", async () => {
    for (const body of [
      { model: "watsonx-own", project_id: "other" },
      { model: "watsonx-own", space_id: "other" },
      { model: "oci/meta.llama", oci_compartment_id: "other" },
      { model: "oci/meta.llama", oci_endpoint_id: "other" },
      { model: "oci/meta.llama", oci_serving_mode: "DEDICATED" },
    ]) {
      const reply = await describeCall(body);
      expect([body, reply.status]).toEqual([body, 401]);
    }
    expect(JSON.stringify(await described({ model: "watsonx-own", project_id: null }))).toContain('"project_id":"own"');
    expect(JSON.stringify(await described({ model: "watsonx/x", project_id: "theirs" }))).toContain("theirs");
  });

  test("no field in the vendor's words goes past the model that was asked for", async () => {
    for (const [callType, body] of [
      ["completion", { model: "watsonx-own", model_id: "other" }],
      ["aembedding", { model: "watsonx-own", model_id: "other" }],
      ["arerank", { model: "watsonx-own", model_id: "other" }],
      ["aembedding", { model: "oci-unplaced", servingMode: { servingType: "DEDICATED", endpointId: "other" } }],
      ["completion", { model: "oci-unplaced", compartmentId: "other" }],
    ] as const) {
      const refused = await describeCall(body, callType);
      expect([body, refused.status]).toEqual([body, 400]);
      const dropped = await described({ ...body, drop_params: true }, callType);
      expect(JSON.stringify(dropped.raw_request_body)).not.toContain("other");
      expect(dropped.dropped.length).toBe(1);
    }
  });

  test("headers of a body are no headers, and their loss is told of", async () => {
    const evil = { authorization: "Bearer evil", "anthropic-beta": "a" };
    const { raw_request_headers, dropped } = await described({ model: "gemini/x", extra_headers: evil, headers: evil });
    expect(Object.keys(raw_request_headers)).not.toContain("anthropic-beta");
    expect(dropped).toEqual(["extra_headers", "headers"]);
  });
});

test("headers of callers tell no cloud who pays, nor what is signed", async () => {
  const sent = {
    "x-amz-security-token": "evil",
    "x-amz-date": "evil",
    "x-amzn-sagemaker-target-model": "evil",
    "x-goog-user-project": "evil",
    "x-goog-api-key": "evil",
    "x-snowflake-authorization-token-type": "evil",
    "x-content-sha256": "evil",
    "x-team": "blue",
  };
  for (const model of ["bedrock/m", "sagemaker/m", "vertex_ai/gemini-2.5-pro", "snowflake/m", "oci/meta.llama"]) {
    const reply = await describeCall({ model }, "completion", sent);
    const { raw_request_headers } = (await reply.json()) as Described;
    const own = await described({ model });
    expect(Object.keys(raw_request_headers).sort()).toEqual([...Object.keys(own.raw_request_headers), "x-team"].sort());
  }
});
