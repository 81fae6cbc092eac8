import { expect, test } from "bun:test";
import { hideCredentials } from "./hide-credentials.ts";

const hidden = (said: Readonly<Record<string, unknown>>): unknown => hideCredentials(said, JSON.stringify(said));

test.each([
  "api_key",
  "x-api-key",
  "openai_key",
  "openaiKey",
  "OPENAI_KEY",
  "AZURE_OPENAI_KEY",
  "openai.key",
  "accountKey",
  "private_key",
  "private_key_id",
  "aws_access_key_id",
  "x-auth-key",
  "x-functions-key",
  "Ocp-Apim-Subscription-Key",
  "client_secret",
  "secretKey",
  "db_password",
  "pwd",
  "pass",
  "smtp_pass",
  "auth",
  "Authorization",
  "token",
  "userToken",
  "id_token",
  "accessToken",
  "cookie",
  "Set-Cookie",
  "connection_string",
  "connectionString",
  "dsn",
  "SENTRY_DSN",
  "webhook_url",
  "jwt",
  "gcp_credentials",
])("%s is a credential", (name) => {
  expect(hidden({ [name]: "planted", nested: [{ [name]: { a: "planted" } }] })).toEqual({
    [name]: "****",
    nested: [{ [name]: "****" }],
  });
});

test.each([
  "max_tokens",
  "tokens",
  "maxTokens",
  "token_count",
  "time_to_first_token",
  "eos_token",
  "stop_token",
  "cache_key",
  "primaryKey",
  "key",
  "keys",
  "keyword",
  "monkey",
  "turkey",
  "public_key",
  "author",
  "authority",
  "auth_method",
  "compass",
  "passed",
  "bypass",
  "cookie_consent",
  "webhook",
  "session_id",
  "secretary",
  "password_strength",
])("%s is none", (name) => {
  expect(hidden({ [name]: "shown" })).toEqual({ [name]: "shown" });
});

test("what is true or false is no credential", () => {
  expect(hidden({ pass: true, auth: false, token: null })).toEqual({ pass: true, auth: false, token: null });
});

test("texts are hidden by their look, whatever they are called", () => {
  const said = {
    a: "https://ann:planted@example.org/",
    b: "eyJhbGciOiJIUzI1NiJ9.eyJwbGFudGVkIjoxfQ.cGxhbnRlZA",
    c: "https://example.org/?a=1&key=planted",
  };
  expect(hidden(said)).toEqual({
    a: "https://ann:****@example.org/",
    b: "eyJ****",
    c: "https://example.org/?a=1&key=****",
  });
});
