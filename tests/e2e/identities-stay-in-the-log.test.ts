import { afterAll, expect, test } from "bun:test";
import { generateKeyPairSync } from "node:crypto";
import { loadConfig } from "../../src/config/load-config.ts";
import { Gateway } from "../../src/gateway.ts";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { MESSAGES, modelEntry, postJson } from "../support/gateway-setup.ts";

const upstream = startFakeUpstream();
const pem = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs8", format: "pem" });
const ACCOUNT = "123456789012";
const ROLE = `arn:aws:iam::${ACCOUNT}:role/planted-role`;
const TOKEN_FILE = "/nowhere/planted-token-file";
const PLANTED = {
  accessKey: "AKIAPLANTED012345678",
  secretKey: "planted-secret-key-0123",
  sessionToken: "planted-session-token-0123",
  profile: "planted-profile-0123",
  ociUser: "ocid1.user.oc1..planted",
  ociTenancy: "ocid1.tenancy.oc1..planted",
  fingerprint: "20:3b:97:13:55:1c",
  watsonx: "planted-watsonx-token-0123",
  snowflake: "planted-snowflake-token-0123",
  vertex: "ya29.planted-vertex-token-0123",
  nlp: "planted-nlp-cloud-key-0123",
};
const SECRETS = [...Object.values(PLANTED), ACCOUNT, TOKEN_FILE, String(pem).split("\n")[3] ?? ""];

const keys = {
  aws_access_key_id: PLANTED.accessKey,
  aws_secret_access_key: PLANTED.secretKey,
  aws_session_token: PLANTED.sessionToken,
};
const api_base = upstream.url;
const model_list = [
  modelEntry("bedrock", { model: "bedrock/meta.llama3", api_base, ...keys }),
  modelEntry("sagemaker", { model: "sagemaker/endpoint", api_base, ...keys }),
  modelEntry("no-token", {
    model: "bedrock/meta.llama3",
    api_base,
    aws_role_name: ROLE,
    aws_web_identity_token: TOKEN_FILE,
  }),
  modelEntry("no-profile", { model: "bedrock/meta.llama3", api_base, aws_profile_name: PLANTED.profile }),
  modelEntry("oci", {
    model: "oci/meta.llama",
    api_base,
    oci_user: PLANTED.ociUser,
    oci_tenancy: PLANTED.ociTenancy,
    oci_fingerprint: PLANTED.fingerprint,
    oci_key: pem,
    oci_compartment_id: "c",
  }),
  modelEntry("watsonx", { model: "watsonx/m", api_base, token: PLANTED.watsonx, project_id: "p" }),
  modelEntry("snowflake", { model: "snowflake/m", api_base, api_key: `pat/${PLANTED.snowflake}` }),
  modelEntry("vertex", { model: "vertex_ai/gemini-2.5-pro", api_base, api_key: PLANTED.vertex, vertex_project: "p" }),
  modelEntry("nlp", { model: "nlp_cloud/m", api_base, api_key: PLANTED.nlp }),
];
const { config } = loadConfig({
  path: "/suite.yaml",
  environment: {},
  readFile: () => JSON.stringify({ model_list, router_settings: { num_retries: 0, disable_cooldowns: true } }),
});
if (config === undefined) throw new Error("the suite's configuration has faults");
const shown: string[] = [];
const logged: string[] = [];
const gateway = new Gateway({
  config,
  environment: {},
  accessLogFormat: "json",
  writeLog: (lines) => void shown.push(String(lines)),
  logLevel: "detailed",
  logError: (message, cause) => void logged.push(`${message}: ${String(cause)}`),
});
const url = `http://127.0.0.1:${gateway.listen({ hostname: "127.0.0.1", port: 0, isShared: false })}`;
afterAll(async () => {
  await gateway.stop(100);
  upstream.close();
  expect(logged.join("\n")).toContain(TOKEN_FILE); // The operator is told why.
  const debugLog = shown.join("");
  for (const secret of SECRETS) expect(debugLog).not.toContain(secret);
});

test.each(model_list.map(({ model_name }) => String(model_name)))(
  "whatever becomes of a call to '%s', the caller learns nothing of whose it is",
  async (model) => {
    for (const stream of [false, true]) {
      upstream.next(({ headers }) => {
        const words = `refused: ${JSON.stringify(Object.fromEntries(headers))} for ${ROLE}`;
        return { status: 401, body: { error: { message: words }, message: words } };
      });
      const reply = await postJson(`${url}/v1/chat/completions`, { model, messages: MESSAGES, stream });
      const text = JSON.stringify([...reply.headers]) + (await reply.text());
      expect(reply.status).toBe(401);
      for (const secret of SECRETS) expect(text).not.toContain(secret);
      upstream.reset();
    }
    const described = await postJson(`${url}/utils/transform_request`, {
      call_type: "completion",
      request_body: { model, messages: MESSAGES },
    });
    const text = await described.text();
    for (const secret of SECRETS) expect(text).not.toContain(secret);
  },
);

test.each(["/model/info", "/v2/model/info", "/health"])("%s tells neither keys nor identities", async (path) => {
  const text = await (await fetch(url + path)).text();
  for (const secret of SECRETS) expect(text).not.toContain(secret);
});
