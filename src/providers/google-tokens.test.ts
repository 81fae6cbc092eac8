import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createVerify, generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { refreshed } from "./credential.ts";
import { googleTokens, readGoogleCredentials } from "./google-tokens.ts";

const { publicKey, privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});

const folder = mkdtempSync(join(tmpdir(), "google-tokens-"));
let server: ReturnType<typeof Bun.serve>;
let asked: URLSearchParams[] = [];

const readPart = (part = ""): Record<string, unknown> => JSON.parse(Buffer.from(part, "base64url").toString("utf8"));

/** What Google's token service checks of an assertion: https://developers.google.com/identity/protocols/oauth2/service-account. */
const isSound = (assertion: string): boolean => {
  const [head, claims, signature = ""] = assertion.split(".");
  const { iss, scope, aud, exp, iat } = readPart(claims);
  const isSigned = createVerify("RSA-SHA256").update(`${head}.${claims}`).verify(publicKey, signature, "base64url");
  return (
    isSigned &&
    readPart(head)["alg"] === "RS256" &&
    iss === "robot@project.iam.gserviceaccount.com" &&
    scope === "https://www.googleapis.com/auth/cloud-platform" &&
    typeof aud === "string" &&
    Number(exp) - Number(iat) === 3600
  );
};

beforeAll(() => {
  server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async (request) => {
      const form = new URLSearchParams(await request.text());
      asked.push(form);
      if (new URL(request.url).pathname === "/sts") {
        const isKnown = form.get("subject_token") === "token-of-the-workload";
        return isKnown
          ? Response.json({ access_token: "federated", expires_in: 3600, token_type: "Bearer", issued_token_type: "x" })
          : Response.json({ error: "invalid_grant", error_description: "who is that" }, { status: 400 });
      }
      if (form.get("grant_type") === "refresh_token") {
        return Response.json({ access_token: `of-user-${form.get("refresh_token")}`, expires_in: 3600 });
      }
      return isSound(form.get("assertion") ?? "")
        ? Response.json({ access_token: `ya29.${asked.length}`, expires_in: 3600, token_type: "Bearer" })
        : Response.json({ error: "invalid_grant", error_description: "Invalid JWT Signature." }, { status: 400 });
    },
  });
});

afterAll(async () => {
  await server.stop(true);
  rmSync(folder, { recursive: true });
});

const serviceAccount = (fields: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({
    type: "service_account",
    project_id: "project",
    private_key_id: "1",
    private_key: privateKey,
    client_email: "robot@project.iam.gserviceaccount.com",
    token_uri: `${server.url}token`,
    ...fields,
  });

const federated = (source: unknown): string =>
  JSON.stringify({
    type: "external_account",
    audience: "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q",
    subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
    token_url: `${server.url}sts`,
    credential_source: source,
  });

describe("tokens of a service account", () => {
  test("are had for an assertion that is signed with its key, from JSON and from a file", async () => {
    const path = join(folder, "robot.json");
    writeFileSync(path, serviceAccount());
    for (const credentials of [serviceAccount(), path]) {
      asked = [];
      const before = Date.now();
      const { token, expiresAtMs } = await googleTokens(credentials)();
      expect(token).toBe("ya29.1");
      expect(expiresAtMs - before).toBeWithin(3_500_000, 3_700_000);
    }
  });

  test("are fetched once however many calls wait, and renewed ahead of their end while the old one serves", async () => {
    asked = [];
    let now = Date.now();
    const credential = refreshed(googleTokens(serviceAccount()), () => now);
    const request = { host: "h", target: "/", body: [] };
    const lines = await Promise.all([1, 2, 3].map(() => credential.sign(request)));
    expect(new Set(lines)).toEqual(new Set(["authorization: Bearer ya29.1\r\n"]));
    expect(asked).toHaveLength(1);
    now += 3_400_000; // Within the last minutes: the old one is handed out at once.
    expect(credential.sign(request)).toBe("authorization: Bearer ya29.1\r\n");
    while (credential.secrets()[0] !== "ya29.2") await new Promise(setImmediate);
    expect(asked).toHaveLength(2);
  });

  test("that the service refuses are a failure without keys or assertions in it", async () => {
    const { privateKey: other } = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
    });
    const fetchToken = googleTokens(serviceAccount({ private_key: other }));
    expect(fetchToken()).rejects.toMatchObject({
      kind: "upstream-unauthenticated",
      message: "no access token of Google could be had: invalid_grant: Invalid JWT Signature.",
    });
  });
});

test("tokens of a user are had for the refresh token", async () => {
  const user = { type: "authorized_user", client_id: "c", client_secret: "s", refresh_token: "r" };
  const { token } = await googleTokens(JSON.stringify({ ...user, token_uri: `${server.url}token` }))();
  expect(token).toBe("of-user-r");
});

describe("tokens of workloads elsewhere", () => {
  test("are had for the token in a file", async () => {
    const path = join(folder, "workload-token");
    writeFileSync(path, "token-of-the-workload");
    const { token } = await googleTokens(federated({ file: path }))();
    expect(token).toBe("federated");
    writeFileSync(path, "token-of-another");
    expect(googleTokens(federated({ file: path }))()).rejects.toMatchObject({ kind: "upstream-unauthenticated" });
  });

  test("are not had by running programs", () => {
    const credentials = federated({ executable: { command: `touch ${join(folder, "ran")}` } });
    expect(() => readGoogleCredentials(credentials)).toThrow("runs a program");
    expect(googleTokens(credentials)()).rejects.toThrow("runs a program");
  });
});

test.each(["{", "[]", "/nowhere/at-all.json", '{"private_key": '])(
  "credentials that are none (%s) are refused",
  (text) => {
    expect(() => readGoogleCredentials(text)).toThrow(TypeError);
  },
);
