import { expect, test } from "bun:test";
import { readPresentedKey } from "./key-carrier.ts";

const key = (text: string): unknown => ({ kind: "key", key: text });

test.each<[Record<string, string>, string]>([
  [{ authorization: "Bearer sk-1" }, "sk-1"],
  [{ authorization: "bearer sk-1" }, "sk-1"],
  [{ authorization: "Basic sk-1" }, "sk-1"],
  [{ authorization: "Bearer  sk-1 " }, "sk-1"],
  [{ authorization: "AWS4-HMAC-SHA256 Credential=Bearer sk-1/20261123/us-east-1/x/aws4_request, Signature=a" }, "sk-1"],
  [{ "x-litellm-api-key": "sk-1" }, "sk-1"],
  [{ "x-litellm-api-key": "Basic sk-1" }, "sk-1"],
  [{ "API-Key": "sk-1" }, "sk-1"],
  [{ "X-Api-Key": "sk-1" }, "sk-1"],
  [{ "x-goog-api-key": "sk-1" }, "sk-1"],
  [{ "ocp-apim-subscription-key": "sk-1" }, "sk-1"],
])("%j holds %s", (headers, expected) => {
  expect(readPresentedKey(new Headers(headers), undefined)).toEqual(key(expected) as never);
});

test("the carriers are looked at in the order of the contract", () => {
  const carriers = [
    "x-litellm-api-key",
    "authorization",
    "api-key",
    "x-api-key",
    "x-goog-api-key",
    "ocp-apim-subscription-key",
  ];
  for (let first = 0; first < carriers.length; first++) {
    const headers = new Headers();
    for (const name of carriers.slice(first)) headers.set(name, name === "authorization" ? `Bearer ${name}` : name);
    expect(readPresentedKey(headers, undefined)).toEqual(key(carriers[first] ?? "") as never);
  }
});

test.each<[Record<string, string>, "none" | "malformed"]>([
  [{}, "none"],
  [{ authorization: "" }, "none"],
  [{ "api-key": "" }, "none"],
  [{ authorization: "sk-1" }, "malformed"],
  [{ authorization: "Digest x" }, "malformed"],
  [{ authorization: "AWS4-HMAC-SHA256 Credential=AKIA/20261123, Signature=a" }, "malformed"],
  [{ authorization: "AWS4-HMAC-SHA256 Credential=Bearer other/2026, Signature=a" }, "malformed"],
])("%j is %s", (headers, kind) => {
  expect(readPresentedKey(new Headers(headers), undefined).kind).toBe(kind);
});

test("a header of another scheme leaves the others their chance", () => {
  const headers = new Headers({ authorization: "Digest x", "x-api-key": "sk-1" });
  expect(readPresentedKey(headers, undefined)).toEqual(key("sk-1") as never);
});

test("a header name of the operator's own replaces the whole list", () => {
  const headers = new Headers({ "X-Team": "Bearer sk-team", authorization: "Bearer sk-1" });
  expect(readPresentedKey(headers, "x-team")).toEqual(key("sk-team") as never);
  expect(readPresentedKey(new Headers({ authorization: "Bearer sk-1" }), "x-team").kind).toBe("none");
});
