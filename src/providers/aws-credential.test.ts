import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startFakeUpstream } from "../../tests/support/fake-upstream.ts";
import type { Environment } from "../config/environment-references.ts";
import { configOf, loadYaml } from "../config/load-yaml-for-tests.ts";
import { awsIdentities } from "./aws-identities.ts";
import { bedrock } from "./bedrock.ts";
import { type AwsIdentity, type Credential, toCredential } from "./credential.ts";
import { NO_IDENTITIES } from "./identities-for-tests.ts";
import { sagemaker } from "./sagemaker.ts";

const sts = startFakeUpstream();
const folder = mkdtempSync(join(tmpdir(), "aws-credential-"));
afterAll(() => {
  sts.close();
  rmSync(folder, { recursive: true });
});

const REQUEST = { host: "h.example", target: "/model/a%3A0/converse", body: [Buffer.from("{}")] };
const KEYS = "aws_access_key_id: AKID, aws_secret_access_key: secret";

const credentialOf = (
  fields: string,
  environment: Environment,
  asked: AwsIdentity[] = [],
  provider = bedrock,
): Credential | undefined => {
  const model = `${provider.name}/m`;
  const [entry] = configOf(
    loadYaml(`model_list: [{model_name: m, litellm_params: {model: ${model}, ${fields}}}]`),
  ).models;
  if (entry === undefined) throw new Error("no entry");
  const aws = (identity: AwsIdentity) => {
    asked.push(identity);
    return awsIdentities(identity);
  };
  const identities = { ...NO_IDENTITIES, aws };
  return toCredential(provider, { params: entry.params, environment, identities, model: "m" });
};

describe("whose keys sign", () => {
  const env = { AWS_ACCESS_KEY_ID: "ENVID", AWS_SECRET_ACCESS_KEY: "s", AWS_REGION: "eu-west-1" };
  test.each([
    ["the deployment's", `${KEYS}, aws_region_name: us-east-1`, env, /Credential=AKID\/\d+\/us-east-1\/bedrock\//],
    ["the environment's", "", env, /Credential=ENVID\/\d+\/eu-west-1\/bedrock\//],
    ["with its session token", "", { ...env, AWS_SESSION_TOKEN: "tok" }, /x-amz-security-token: tok\r\n/],
    ["a bearer key", "api_key: own", env, /^authorization: Bearer own\r\n$/],
    ["the environment's bearer key", "", { ...env, AWS_BEARER_TOKEN_BEDROCK: "b" }, /^authorization: Bearer b\r\n$/],
    ["the deployment's before that", KEYS, { AWS_BEARER_TOKEN_BEDROCK: "b" }, /Credential=AKID\/\d+\/us-west-2\//],
  ] as const)("%s", async (_name, fields, environment, lines) => {
    expect(await credentialOf(fields, environment)?.sign(REQUEST)).toMatch(lines);
  });

  test("nothing is looked for before a call", () => {
    const asked: AwsIdentity[] = [];
    expect(credentialOf("", {}, asked)).toBeDefined();
    expect(asked).toEqual([expect.objectContaining({ region: "us-west-2", keys: undefined, role: undefined })]);
  });

  test.each([
    ["aws_access_key_id: AKID", bedrock],
    ["aws_web_identity_token: a.b.c", bedrock],
    ["aws_region_name: evil.example/x", bedrock],
    ["api_key: x", sagemaker],
  ])("%s is no identity", (fields, provider) => {
    expect(() => credentialOf(fields, {}, [], provider)).toThrow(TypeError);
  });
});

const answerSts = (action: string, expiresAt: Date): void =>
  sts.next((request) => {
    expect(Buffer.from(request.body).toString()).toContain(`Action=${action}`);
    const keys = `<AccessKeyId>ROLEID</AccessKeyId><SecretAccessKey>rs</SecretAccessKey><SessionToken>rt</SessionToken><Expiration>${expiresAt.toISOString()}</Expiration>`;
    return {
      headers: { "content-type": "text/xml" },
      body: `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result><Credentials>${keys}</Credentials></${action}Result></${action}Response>`,
    };
  });

describe("roles are assumed by AWS' own library", () => {
  const role = `aws_role_name: "arn:aws:iam::123456789012:role/r", aws_sts_endpoint: "${sts.url}"`;
  const inAnHour = new Date(Date.now() + 3_600_000);

  test("once for all calls that wait, with the external id", async () => {
    sts.reset();
    const credential = credentialOf(`${KEYS}, ${role}, aws_external_id: ext, aws_session_name: mine`, {});
    answerSts("AssumeRole", inAnHour);
    const lines = await Promise.all([credential?.sign(REQUEST), credential?.sign(REQUEST), credential?.sign(REQUEST)]);
    for (const line of lines) expect(line).toMatch(/x-amz-security-token: rt\r\n[\s\S]*Credential=ROLEID\//);
    expect(sts.requests).toHaveLength(1);
    expect(Buffer.from(sts.last().body).toString()).toMatch(
      /RoleSessionName=mine[\s\S]*ExternalId=ext|ExternalId=ext[\s\S]*RoleSessionName=mine/,
    );
    expect(sts.last().headers.get("authorization")).toContain("Credential=AKID/");
    expect(credential?.secrets()).toEqual(["rs", "rt", "ROLEID"]);
  });

  test("with a web identity, its file read anew when the keys near their end", async () => {
    sts.reset();
    const path = join(folder, "token");
    writeFileSync(path, "first.token.x\n");
    const credential = credentialOf(`${role}, aws_web_identity_token: "${path}"`, {});
    answerSts("AssumeRoleWithWebIdentity", new Date(Date.now() + 60_000));
    await credential?.sign(REQUEST);
    expect(Buffer.from(sts.last().body).toString()).toContain("WebIdentityToken=first.token.x");
    writeFileSync(path, "second.token.x");
    answerSts("AssumeRoleWithWebIdentity", inAnHour);
    await credential?.sign(REQUEST);
    expect(Buffer.from((await sts.request(1)).body).toString()).toContain("WebIdentityToken=second.token.x");
  });
});
