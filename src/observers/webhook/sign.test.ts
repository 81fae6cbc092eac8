import { expect, test } from "bun:test";
import { Webhook } from "standardwebhooks";
import { readHeaderText } from "./header-text.ts";
import { signatureHeaders, toSigningKey } from "./sign.ts";

const BODY = '[{"id":"1","text":"zoë \\ud83d\\ude00"}]';

test("the standard's own library accepts a signature", () => {
  const secret = `whsec_${Buffer.from("a secret of twenty-four+ bytes").toString("base64")}`;
  const timestamp = Math.floor(Date.now() / 1000);
  const headers = signatureHeaders({ id: "msg_1", timestamp, body: BODY }, toSigningKey(secret));
  expect(() => new Webhook(secret).verify(BODY, headers)).not.toThrow();
  expect(() => new Webhook(secret).verify(BODY.replace("1", "2"), headers)).toThrow();
});

test("a secret without its prefix is taken as it is", () => {
  const timestamp = Math.floor(Date.now() / 1000);
  const headers = signatureHeaders({ id: "msg_1", timestamp, body: BODY }, toSigningKey("plain text"));
  expect(() => new Webhook("plain text", { format: "raw" }).verify(BODY, headers)).not.toThrow();
});

test.each(["whsec_", "whsec_short", "whsec_????"])("%s is no key", (secret) => {
  expect(() => toSigningKey(secret)).toThrow("no base64");
});

test.each([
  ["", {}],
  ["Authorization=Bearer a=b, X-Two = 2 ,", { Authorization: "Bearer a=b", "X-Two": "2" }],
  ['{"X-One": "1", "X-Two": 2}', { "X-One": "1", "X-Two": "2" }],
])("headers of a variable: %s", (text, headers) => {
  expect(readHeaderText(text)).toEqual(headers);
});

test.each(["planted", "=planted", "a b=planted", '{"a":', "[1]x", "A=planted\r\nB=2"])(
  "%p is no list of headers",
  (text) => {
    expect(() => readHeaderText(text)).toThrow(
      /^GENERIC_LOGGER_HEADERS is neither 'Name=value,Name=value' nor a JSON object of texts$/,
    );
  },
);
